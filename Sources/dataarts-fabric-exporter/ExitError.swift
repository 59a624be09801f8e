// SPDX-License-Identifier: Apache-2.0
import Exporter
import Glibc

/// The end of the program with a status other than 0, and what to say about it.
struct ProgramEnd: Error {
    /// Anything that has no status of its own.
    static let failure: Int32 = 1
    /// Bad configuration or flag.
    static let usage: Int32 = 2
    /// A workspace failed, or discovery found none to poll.
    static let incomplete: Int32 = 3

    var status: Int32
    var lines: [String]

    init(_ status: Int32, _ lines: String...) { self.init(status, lines) }

    init(_ status: Int32, _ lines: [String]) {
        self.status = status
        self.lines = lines
    }
}

/// Standard output, written to as it is.
enum StandardOutput {
    /// Writes `lines`, without secrets.
    static func write(_ lines: [String]) { write(bytes: TerminalText.bytes(lines)) }

    /// Writes all of `bytes`; returns false when the other end has gone.
    @discardableResult
    static func write(bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { DescriptorOutput.write($0, to: STDOUT_FILENO) } == bytes.count
    }
}
