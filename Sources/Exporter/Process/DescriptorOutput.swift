// SPDX-License-Identifier: Apache-2.0
private import Glibc

/// Writes to a file descriptor until everything is written or writing fails.
public enum DescriptorOutput {
    /// Writes `bytes`. Blocks while the reader is slow, even if the descriptor is non-blocking.
    /// - Returns: the number of bytes written; fewer than `bytes.count` if the descriptor or its reader is closed.
    public static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int {
        var offset = 0
        var isFirstAttempt = true
        while offset < bytes.count {
            let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + offset }, bytes.count - offset)
            if count > 0 {
                offset += count
                isFirstAttempt = true
                continue
            }
            guard count < 0 else { return offset }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                // A pipe may be reported as writable and still accept nothing; don't poll it in a busy loop.
                if !isFirstAttempt { usleep(20_000) }
                isFirstAttempt = false
                guard waitUntilWritable(descriptor) else { return offset }
            default: return offset
            }
        }
        return offset
    }

    private static func waitUntilWritable(_ descriptor: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        while poll(&entry, 1, -1) < 0 {
            guard errno == EINTR else { return false }
        }
        return entry.revents & Int16(POLLNVAL) == 0
    }
}
