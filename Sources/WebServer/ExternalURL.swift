// SPDX-License-Identifier: Apache-2.0

/// The URL at which an exporter is reached.
public struct ExternalURL: Sendable {
    let scheme: String
    /// `host[:port]`.
    let host: String
    /// The path that a proxy expects before the exporter's own paths; empty, or without a slash at its end.
    let path: String

    /// Creates an instance; nil unless `text` is an `http` or `https` URL with a host and without a user.
    public init?(_ text: String) {
        guard let scheme = ["http", "https"].first(where: { text.hasPrefix("\($0)://") }) else { return nil }
        let rest = text.dropFirst(scheme.count + 3).prefix { !"?#".contains($0) }
        let host = rest.prefix { $0 != "/" }
        guard let first = host.first, first != ":", !host.contains("@"), !rest.contains(where: \.isWhitespace) else {
            return nil
        }
        var path = rest.dropFirst(host.count)
        while path.last == "/" { path.removeLast() }
        (self.scheme, self.host, self.path) = (scheme, String(host), String(path))
    }

    /// The URL without a slash at its end, query and fragment.
    public var text: String { "\(scheme)://\(host)\(path)" }

    /// Whether the host is this machine's loopback address.
    public var isLoopback: Bool {
        let name = host.lowercased()
        return name.hasPrefix("127.") || name.hasPrefix("[::1]") || name == "localhost" || name.hasPrefix("localhost:")
    }
}
