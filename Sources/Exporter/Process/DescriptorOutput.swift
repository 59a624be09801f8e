// SPDX-License-Identifier: Apache-2.0
private import Glibc

/// Writes to a descriptor until everything is written or it can take no more.
public enum DescriptorOutput {
    /// Writes `bytes`. Blocks while the reader is slow, also if somebody made the descriptor non-blocking.
    /// - Returns: the number of bytes written; fewer than there are if the descriptor is closed or its reader has gone.
    public static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int {
        var offset = 0
        var isFirstRefusal = true
        while offset < bytes.count {
            let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + offset }, bytes.count - offset)
            if count > 0 {
                offset += count
                isFirstRefusal = true
                continue
            }
            guard count < 0 else { return offset }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                // A pipe that says it is writable and then takes nothing must not make this a busy loop.
                if !isFirstRefusal { usleep(20_000) }
                isFirstRefusal = false
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
