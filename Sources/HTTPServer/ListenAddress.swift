// SPDX-License-Identifier: Apache-2.0

/// Where to listen: `:9942`, `127.0.0.1:0`, `[::1]:80` or `host:port`.
public struct ListenAddress: Sendable, Equatable, CustomStringConvertible {
    /// The host without brackets; empty for every address of the machine, IPv6 and IPv4 alike.
    public var host: String
    /// The port; 0 lets the system choose one.
    public var port: Int

    /// Why a text is not a valid listen address.
    public struct Invalid: Error, Equatable, CustomStringConvertible {
        /// The whole sentence, the text included.
        public var description: String
    }

    /// The address of these parts.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `text`.
    /// - Throws: ``Invalid`` with a sentence for the user.
    public init(_ text: String) throws(Invalid) {
        func invalid(_ reason: String) -> Invalid {
            Invalid(description: "invalid listen address \"\(text)\": \(reason)")
        }
        let hostText: Substring
        let portText: Substring
        if text.hasPrefix("[") {
            guard let bracket = text.firstIndex(of: "]") else { throw invalid("the closing bracket is missing") }
            hostText = text[text.index(after: text.startIndex)..<bracket]
            let rest = text[text.index(after: bracket)...]
            guard rest.hasPrefix(":") else { throw invalid("the port is missing") }
            guard hostText.contains(":") else { throw invalid("brackets are for IPv6 addresses") }
            portText = rest.dropFirst()
        } else {
            guard let colon = text.lastIndex(of: ":") else { throw invalid("the port is missing") }
            hostText = text[..<colon]
            guard !hostText.contains(":") else { throw invalid("an IPv6 address needs brackets, as in [::1]:9942") }
            portText = text[text.index(after: colon)...]
        }
        // UInt16 would read "+80" too.
        guard let port = UInt16(portText), portText.utf8.allSatisfy({ (48...57).contains($0) }) else {
            throw invalid("the port must be a number from 0 to 65535")
        }
        guard !hostText.contains(where: { $0.isWhitespace || $0 == "/" }) else {
            throw invalid("the host must be a name or an address")
        }
        self.init(host: String(hostText), port: Int(port))
    }

    /// The address as it would be written in a flag.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
