// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric

/// A string before and after expanding its environment variables.
struct Text {
    /// The text in the file. Messages show this one, because a variable may hold a secret.
    let raw: String
    let value: String

    var isVerbatim: Bool { raw == value }
}

extension Kind {
    /// A non-empty string. `check` returns an error message, or nil if the string is valid.
    static func string(
        _ typeDescription: String, _ schema: JSONMembers = anyText, make: @escaping @Sendable (String) -> Value?,
        check: @escaping @Sendable (Text) -> String? = { _ in nil }
    ) -> Kind {
        Kind(typeDescription: typeDescription, schema: schema) { walker, node, path, _ in
            guard let text = walker.string(node, path) else { return nil }
            if let problem = check(text) { return walker.reject(node, path, problem) }
            return make(text.value)
        }
    }

    static var anyText: JSONMembers { [("type", "string"), ("minLength", 1)] }

    fileprivate static func matching(_ pattern: String) -> JSONMembers {
        orVariable(["type": "string", "pattern": .string(pattern)])
    }
}

extension Kind<String> {
    /// A non-empty string; see ``string(_:_:make:check:)``.
    private static func string(
        _ typeDescription: String, _ schema: JSONMembers = anyText,
        check: @escaping @Sendable (Text) -> String? = { _ in nil }
    ) -> Kind {
        string(typeDescription, schema, make: { $0 }, check: check)
    }

    static var text: Kind { string("text") }

    /// A label value: at most 256 bytes.
    static var labelValue: Kind {
        string("text") {
            $0.value.utf8.count <= 256 ? nil : "must have at most 256 bytes, not \($0.value.utf8.count)"
        }
    }

    /// A region: letters, digits and hyphens, as it becomes part of a host name.
    static var region: Kind { hyphenated(63, "letters, digits and hyphens") }

    static var workspaceID: Kind { hyphenated(36, "1 to 36 letters, digits and hyphens") }

    static var projectID: Kind { hyphenated(64, "1 to 64 letters, digits and hyphens") }

    /// A currency's code as in ISO 4217, not compared with the list of currencies.
    static var currency: Kind {
        string("three capital letters", matching("^[A-Z]{3}$")) { text in
            let isValid = text.value.utf8.count == 3 && text.value.utf8.allSatisfy { (0x41...0x5A).contains($0) }
            return isValid ? nil : "must be three capital letters, such as CNY, not \(MessageText.quoted(text.raw))"
        }
    }

    private static func hyphenated(_ longest: Int, _ allowed: String) -> Kind {
        string("letters, digits, hyphens", matching("^[A-Za-z0-9-]{1,\(longest)}$")) { text in
            let isValid =
                text.value.utf8.count <= longest
                && text.value.utf8.allSatisfy { $0.isLetterOrDigit || $0 == UInt8(ascii: "-") }
            return isValid ? nil : "must be \(allowed), not \(MessageText.quoted(text.raw))"
        }
    }

    /// A URL; trailing slashes are dropped.
    static func url(allowsUserInfo: Bool = false) -> Kind {
        let host = allowsUserInfo ? #"[^\s/?#\\]+"# : #"[^\s/?#@\\]+"#
        let schema = matching(#"^[Hh][Tt][Tt][Pp][Ss]?://"# + host + #"(/[^\s?#\\]*)?$"#)
        return Kind(typeDescription: "URL, http or https", schema: schema) { walker, node, path, _ in
            guard let text = walker.string(node, path) else { return nil }
            do throws(WebAddress.Failure) {
                return try WebAddress(text.value, allowsUserInfo: allowsUserInfo).text
            } catch {
                return walker.reject(node, path, error.rawValue)
            }
        }
    }

    /// An endpoint type of a version of the API; an undocumented one is a warning.
    static func endpointType(in version: APIVersion) -> Kind {
        let documented = EndpointType.documented(in: version)
        let examples: JSONMembers = [("examples", .array(documented.map { .string($0) }))]
        return Kind(typeDescription: "text", schema: anyText + examples) { walker, node, path, _ in
            guard let text = walker.string(node, path) else { return nil }
            if !documented.contains(text.value) {
                let known = documented.joined(separator: ", ")
                walker.log.warn(
                    node.mark, path,
                    "undocumented endpoint type \(MessageText.quoted(text.raw)), sent unchanged; "
                        + "documented types: \(known)"
                )
            }
            return text.value
        }
    }

    static var hostName: Kind {
        string("host name", matching("^[!-.0-9;-?A-~]+$")) { text in
            let isHost = text.value.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"/:@".utf8.contains($0) }
            return isHost ? nil : "must be a host name, not \(MessageText.quoted(text.raw))"
        }
    }

    /// The value of a response header.
    static var headerValue: Kind {
        string("text") {
            $0.value.utf8.allSatisfy { (0x20...0x7E).contains($0) }
                ? nil : "must be visible ASCII characters and spaces"
        }
    }
}

extension Kind<NamePattern> {
    static var pattern: Kind {
        let schema = anyText + [("maxLength", JSONValue(NamePattern.maximumLength))]
        // The expression may contain a variable's value.
        return string("regular expression", schema, make: { NamePattern($0) }) {
            NamePattern.problem(in: $0.value, mayQuote: $0.isVerbatim)
        }
    }
}

extension Kind<[String]> {
    /// A list of at least one engine type; undocumented ones are warnings.
    static var engineTypes: Kind {
        let type = Kind<String>.endpointType(in: .v2)
        let schema: JSONMembers = [("type", "array"), ("minItems", 1), ("items", .object(type.schema))]
        return Kind(typeDescription: "list of text", schema: schema) { walker, node, path, _ in
            guard case .sequence(let nodes) = node.content else {
                return walker.rejectType(node, path, "must be a list")
            }
            guard !nodes.isEmpty else { return walker.reject(node, path, "must have at least one entry") }
            let values = nodes.indices.map { type.read(&walker, nodes[$0], "\(path)[\($0)]", nil) }
            return values.contains(nil) ? nil : values.compactMap(\.self)
        }
    }

    /// A list of strings, each one of `allowed` unless that is nil.
    static func texts(of allowed: [String]? = nil) -> Kind {
        Kind(typeDescription: "list", schema: []) { walker, node, path, _ in
            guard case .sequence(let nodes) = node.content else {
                return walker.rejectType(node, path, "must be a list")
            }
            var texts: [String] = []
            for (index, node) in nodes.enumerated() {
                let path = "\(path)[\(index)]"
                guard let text = walker.string(node, path) else { return nil }
                if let allowed, !allowed.contains(text.value) {
                    let meant = Suggestion.nearest(to: text.value, among: allowed).map { "; did you mean \($0)?" } ?? ""
                    return walker.reject(
                        node, path,
                        "must be one of \(allowed.joined(separator: ", ")), not \(MessageText.quoted(text.raw))\(meant)"
                    )
                }
                texts.append(text.value)
            }
            return texts
        }
    }
}
