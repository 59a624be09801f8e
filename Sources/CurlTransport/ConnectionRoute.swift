// SPDX-License-Identifier: Apache-2.0
import Transport

/// One transport's way to its servers: requests of the same route share connections, requests of different routes never
/// do. So a transport that replaces another one begins with new connections.
final class ConnectionRoute: Sendable {
    typealias ID = UInt64

    /// Differs from every other route's, also of routes that are gone.
    let id: ID
    let options: ConnectionOptions
    /// nil: no TLS file is configured.
    let files: TLSFiles?
    private let mailbox: Mailbox

    init(id: ID, options: ConnectionOptions, files: TLSFiles?, mailbox: Mailbox) {
        self.id = id
        self.options = options
        self.files = files
        self.mailbox = mailbox
    }

    deinit { mailbox.drop(id) }
}
