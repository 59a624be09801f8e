// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric

/// A string before and after its variables were filled in.
struct Text {
    /// As it stands in the file: what messages show, since a variable may hold a secret.
    let raw: String
    let value: String

    var isVerbatim: Bool { raw == value }
}

extension Kind {
    /// A string of at least one character. What `check` says is wrong with it is reported.
    static func string(
        _ words: String, _ form: JSONMembers = anyText, make: @escaping @Sendable (String) -> Value?,
        check: @escaping @Sendable (Text) -> String? = { _ in nil }
    ) -> Kind {
        Kind(words: words, form: form) { walker, node, path, _ in
            guard let text = walker.string(node, path) else { return nil }
            if let problem = check(text) { return walker.refuse(node, path, problem) }
            return make(text.value)
        }
    }

    static var anyText: JSONMembers { [("type", "string"), ("minLength", 1)] }

    fileprivate static func matching(_ pattern: String) -> JSONMembers {
        orVariable(["type": "string", "pattern": .string(pattern)])
    }
}

extension Kind<String> {
    /// A string that must pass `check`, which returns what is wrong with it.
    private static func string(
        _ words: String, _ form: JSONMembers = anyText, check: @escaping @Sendable (Text) -> String? = { _ in nil }
    ) -> Kind {
        string(words, form, make: { $0 }, check: check)
    }

    static var text: Kind { string("text") }

    /// A label's value: at most 256 bytes.
    static var labelValue: Kind {
        string("text") {
            $0.value.utf8.count <= 256 ? nil : "must have at most 256 bytes, not \($0.value.utf8.count)"
        }
    }

    /// Letters, digits and hyphens: it becomes part of a host name.
    static var region: Kind { hyphenated(63, "letters, digits and hyphens") }

    static var workspaceID: Kind { hyphenated(36, "1 to 36 letters, digits and hyphens") }

    private static func hyphenated(_ longest: Int, _ allowed: String) -> Kind {
        string("letters, digits, hyphens", matching("^[A-Za-z0-9-]{1,\(longest)}$")) { text in
            let isRight =
                text.value.utf8.count <= longest
                && text.value.utf8.allSatisfy { $0.isLetterOrDigit || $0 == UInt8(ascii: "-") }
            return isRight ? nil : "must be \(allowed), not \(Shown.quoted(text.raw))"
        }
    }

    /// A URL; slashes at its end are dropped.
    static func url(allowsUserInfo: Bool = false) -> Kind {
        let host = allowsUserInfo ? #"[^\s/?#\\]+"# : #"[^\s/?#@\\]+"#
        let form = matching(#"^[Hh][Tt][Tt][Pp][Ss]?://"# + host + #"(/[^\s?#\\]*)?$"#)
        return Kind(words: "URL, http or https", form: form) { walker, node, path, _ in
            guard let text = walker.string(node, path) else { return nil }
            do throws(WebAddress.Failure) {
                return try WebAddress(text.value, allowsUserInfo: allowsUserInfo).text
            } catch {
                return walker.refuse(node, path, error.rawValue)
            }
        }
    }

    /// A type of endpoints; one that is not documented is warned about.
    static var endpointType: Kind {
        let examples: JSONMembers = [("examples", .array(EndpointType.documented.map { .string($0) }))]
        return Kind(words: "text", form: anyText + examples) { walker, node, path, _ in
            guard let text = walker.string(node, path) else { return nil }
            if !EndpointType.documented.contains(text.value) {
                let known = EndpointType.documented.joined(separator: ", ")
                walker.log.warn(
                    node.mark, path, "\(Shown.quoted(text.raw)) is not among the documented types: \(known)")
            }
            return text.value
        }
    }

    static var hostName: Kind {
        string("host name", matching("^[!-.0-9;-?A-~]+$")) { text in
            let isHost = text.value.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"/:@".utf8.contains($0) }
            return isHost ? nil : "must be a host name, not \(Shown.quoted(text.raw))"
        }
    }

    /// The value of a header of responses.
    static var headerValue: Kind {
        string("text") {
            $0.value.utf8.allSatisfy { (0x20...0x7E).contains($0) }
                ? nil : "must be visible ASCII characters and spaces"
        }
    }
}

extension Kind<NamePattern> {
    static var pattern: Kind {
        let form = anyText + [("maxLength", JSONValue(NamePattern.longest))]
        // The expression may hold a variable's value.
        return string("regular expression", form, make: { NamePattern($0) }) {
            NamePattern.problem(in: $0.value, mayQuote: $0.isVerbatim)
        }
    }
}

extension Kind<[String]> {
    /// A list of strings, each one of `allowed` where there are any.
    static func texts(of allowed: [String]? = nil) -> Kind {
        Kind(words: "list", form: []) { walker, node, path, _ in
            guard case .sequence(let nodes) = node.content else {
                return walker.refuseType(node, path, "must be a list")
            }
            var texts: [String] = []
            for (index, node) in nodes.enumerated() {
                let path = "\(path)[\(index)]"
                guard let text = walker.string(node, path) else { return nil }
                if let allowed, !allowed.contains(text.value) {
                    let meant = Suggestion.nearest(to: text.value, among: allowed).map { "; did you mean \($0)?" } ?? ""
                    return walker.refuse(
                        node, path,
                        "must be one of \(allowed.joined(separator: ", ")), not \(Shown.quoted(text.raw))\(meant)")
                }
                texts.append(text.value)
            }
            return texts
        }
    }
}
