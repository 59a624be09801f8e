// SPDX-License-Identifier: Apache-2.0
private import CMemfd
private import Glibc
import Synchronization

/// A part of a page, to be sent as it is.
public enum PagePiece: Sendable {
    case bytes([UInt8])
    /// A range of a file, which the kernel can send without a copy.
    case file(PageFile, Range<Int>)

    /// Its length in bytes.
    public var count: Int {
        switch self {
        case .bytes(let bytes): bytes.count
        case .file(_, let range): range.count
        }
    }
}

/// A file in memory to which bytes are added and in which nothing is ever changed: what is being sent from it stays what
/// it was.
public final class PageFile: Sendable {
    /// Open as long as this object lives.
    public let descriptor: Int32
    private let length = Mutex(0)

    /// Nil where the system gives no such file.
    init?() {
        descriptor = memfd_create("page", exporter_memfd_cloexec)
        guard descriptor >= 0 else { return nil }
    }

    deinit { close(descriptor) }

    /// How much has been added.
    var count: Int { length.withLock { $0 } }

    /// Adds bytes at the end.
    /// - Returns: where they are; nil where the system had no room for them.
    func append(_ bytes: [UInt8]) -> Range<Int>? {
        length.withLock { length in
            var written = 0
            while written < bytes.count {
                let count = bytes[written...].withUnsafeBytes { rest in
                    pwrite(descriptor, rest.baseAddress, rest.count, off_t(length + written))
                }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return nil }
                written += count
            }
            defer { length += bytes.count }
            return length..<length + bytes.count
        }
    }
}
