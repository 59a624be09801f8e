// SPDX-License-Identifier: Apache-2.0
import Glibc
import TestSupport

/// The pipe that a program writes its log to. It can be left unread, so that it becomes full.
final class LogPipe {
    /// A pipe of 64 KiB that holds this much has no space for another line.
    private static let full = 56 * 1024

    /// The path of the pipe, to be opened for writing.
    let path: String
    /// What has been read; of a long log only the end.
    let kept: TemporaryFile
    /// Whether ``step(_:)`` reads.
    var isRead = true
    /// The longest time that the pipe has been full, in microseconds.
    private(set) var fullFor: Int64 = 0
    private let descriptor: Int32
    private var fullAt: Int64?
    private var keptBytes = 0
    private static let mostKept = 32 << 20

    init(_ name: String) throws {
        kept = try TemporaryFile("", name: "\(name).log")
        path = kept.folder + "/\(name).pipe"
        guard mkfifo(path, 0o600) == 0 else { throw SoakError(description: "no FIFO at \(path)") }
        // Opened without waiting for the writer, who then does not wait for this end either.
        descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw SoakError(description: "cannot open \(path)") }
    }

    deinit { close(descriptor) }

    /// Whether there is no space for another line.
    var isFull: Bool {
        var count: Int32 = 0
        return ioctl(descriptor, UInt(FIONREAD), &count) == 0 && count >= Self.full
    }

    /// Reads what there is, unless the pipe is to be left unread.
    func step(_ now: Int64) throws {
        fullAt = isFull ? fullAt ?? now : nil
        if let fullAt { fullFor = max(fullFor, now - fullAt) }
        if isRead { _ = try read() }
    }

    /// Reads what there is.
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

    /// Removes the pipe and, unless `keepingLog`, what has been read.
    func remove(keepingLog: Bool) {
        unlink(path)
        if !keepingLog { kept.remove() }
    }
}
