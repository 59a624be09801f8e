// SPDX-License-Identifier: Apache-2.0
import Base
import Exporter
import Glibc

/// An error that ends the program, with exit status and messages.
struct ExitError: Error {
    /// A general error.
    static let failure: Int32 = 1
    /// An invalid configuration or flag.
    static let usage: Int32 = 2
    /// A workspace or discovery failed, or there are no workspaces to poll.
    static let incomplete: Int32 = 3

    var status: Int32
    /// The constant message of JSON log lines.
    var message: String
    /// The errors, each printed on its own lines.
    var errors: [String]

    /// Creates an error of a flag, or another one without a message of its own.
    init(_ status: Int32, _ error: String) {
        self.init(status, status == Self.usage ? "invalid command line" : "command failed", [error])
    }

    init(_ status: Int32, _ message: String, _ errors: [String]) {
        self.status = status
        self.message = message
        self.errors = errors
    }
}

/// Unbuffered standard output.
enum StandardOutput {
    /// Writes `lines`, without secrets.
    static func write(_ lines: [String]) { write(bytes: TerminalText.bytes(lines)) }

    /// Writes `bytes`; returns false if the reader closed its end.
    @discardableResult
    static func write(bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { DescriptorOutput.write($0, to: STDOUT_FILENO) } == bytes.count
    }
}
