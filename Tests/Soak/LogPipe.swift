// SPDX-License-Identifier: Apache-2.0
import Glibc
import TestSupport

/// The pipe of a program's log. Reading can be paused, so that the pipe becomes full.
final class LogPipe {
    /// The fill level in bytes from which a pipe of 64 KiB has no space for another line.
    private static let full = 56 * 1024

    /// The path of the pipe.
    let path: String
    /// The file with the log, of a long log only the end.
    let kept: TemporaryFile
    /// Whether ``step(_:)`` reads.
    var isRead = true
    /// The maximum time that the pipe was full, in microseconds.
    private(set) var fullFor: Int64 = 0
    private let descriptor: Int32
    private var fullAt: Int64?
    private var keptBytes = 0
    private static let mostKept = 32 << 20

    init(_ name: String) throws {
        kept = try TemporaryFile("", name: "\(name).log")
        path = kept.folder + "/\(name).pipe"
        guard mkfifo(path, 0o600) == 0 else { throw SoakError(description: "cannot create FIFO \(path)") }
        // Non-blocking, so that neither side waits for the other on open.
        descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw SoakError(description: "cannot open \(path)") }
    }

    deinit { close(descriptor) }

    /// Whether there is no space for another line.
    var isFull: Bool {
        var count: Int32 = 0
        return ioctl(descriptor, UInt(FIONREAD), &count) == 0 && count >= Self.full
    }

    /// Reads all available data, unless reading is paused.
    func step(_ now: Int64) throws {
        fullAt = isFull ? fullAt ?? now : nil
        if let fullAt { fullFor = max(fullFor, now - fullAt) }
        if isRead { _ = try read() }
    }

    /// Reads all available data.
    func read() throws -> String {
        var bytes: [UInt8] = []
        while true {
            let chunk = [UInt8](unsafeUninitializedCapacity: 65_536) { space, count in
                count = max(0, Glibc.read(descriptor, space.baseAddress, space.count))
            }
            if chunk.isEmpty { break }
            bytes += chunk
        }
        guard !bytes.isEmpty else { return "" }
        let isLong = keptBytes + bytes.count > Self.mostKept
        keptBytes = isLong ? bytes.count : keptBytes + bytes.count
        guard let file = fopen(kept.path, isLong ? "w" : "a") else {
            throw SoakError(description: "cannot open \(kept.path)")
        }
        defer { fclose(file) }
        fwrite(bytes, 1, bytes.count, file)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Removes the pipe and, unless `keepingLog`, the log.
    func remove(keepingLog: Bool) {
        unlink(path)
        if !keepingLog { kept.remove() }
    }
}
