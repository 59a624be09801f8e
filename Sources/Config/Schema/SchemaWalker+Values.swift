// SPDX-License-Identifier: Apache-2.0

extension SchemaWalker {
    /// Bytes a secret may have: a token has a few thousand, and it must fit into a header.
    static let secretLimit = 65_536
    /// Bytes a file of certificates may have: the usual bundle of all authorities has a quarter of a million.
    private static let certificatesLimit = 4_194_304

    /// Returns a string with its variables filled in; nil, and a problem, for anything else or an empty one.
    mutating func string(_ node: YAMLNode, _ path: String, _ allowed: String = "must be a string") -> Text? {
        guard case .scalar(let scalar) = node.content, scalar.meaning == .string else {
            let needsQuotes = allowed == "must be a string" && ["a number", "a boolean"].contains(node.typeName)
            return refuseType(node, path, allowed, hint: needsQuotes ? "; put it in quotes" : "")
        }
        do throws(Interpolation.Failure) {
            let value = isInterpolating ? try Interpolation.expand(scalar.text, environment: environment) : scalar.text
            let text = Text(raw: scalar.text, value: value)
            if value.isEmpty {
                return refuse(
                    node, path, "must not be empty" + (text.isVerbatim ? "" : ", once its variables are filled in"))
            }
            if value.unicodeScalars.contains("\0") { return refuse(node, path, "must not contain a NUL character") }
            return text
        } catch {
            return refuse(node, path, error.message)
        }
    }

    /// Returns the path that a value names, and how messages show it.
    mutating func fileName(
        _ node: YAMLNode, _ path: String, mayBeSecret: Bool = false
    ) -> (path: String, shown: String)? {
        guard let text = string(node, path) else { return nil }
        let isWhole = text.value.hasPrefix("/") || folder.isEmpty
        let resolved = isWhole ? text.value : folder.hasSuffix("/") ? folder + text.value : "\(folder)/\(text.value)"
        var shown = Shown.path(text.isVerbatim ? resolved : text.raw) ?? "the file"
        let isShortForToken = path.hasSuffix("token_file") || path == "--token-file"
        if mayBeSecret, !text.raw.contains("/"), !(isShortForToken && text.raw.utf8.count <= 64) {
            // Somebody may have put the secret itself here; no token is as short as a file's name.
            shown = "the file of that name" + (folder.isEmpty ? "" : " in \(folder)")
        }
        return (resolved, shown)
    }

    /// Returns path and content of a file of certificates or keys; nil, and a problem, if it cannot be read or is empty.
    mutating func content(_ node: YAMLNode, _ path: String) -> (path: String, bytes: [UInt8])? {
        guard let name = fileName(node, path) else { return nil }
        do throws(FileAccess.Failure) {
            let bytes = try files.read(name.path, Self.certificatesLimit)
            return bytes.isEmpty ? refuse(node, path, "\(name.shown) is empty") : (name.path, bytes)
        } catch {
            return refuse(node, path, "cannot read \(name.shown): \(error.reason)")
        }
    }

    /// Reports what is wrong with a value, and returns nil in its place.
    mutating func refuse<Value>(_ node: YAMLNode, _ path: String, _ message: String) -> Value? {
        log.report(node.mark, path, message)
        return nil
    }

    /// Reports a value of the wrong type, and returns nil in its place.
    ///
    /// - Parameter isShowing: whether a string may be quoted; only for kinds in whose place nobody writes a secret.
    mutating func refuseType<Value>(
        _ node: YAMLNode, _ path: String, _ allowed: String, hint: String = "", isShowing: Bool = false
    ) -> Value? {
        guard !node.isBroken else { return nil }
        var found = node.typeName
        if isShowing, case .scalar(let scalar) = node.content, scalar.meaning == .string {
            found = "the string \(Shown.quoted(scalar.text))"
        }
        return refuse(node, path, "\(allowed), not \(found)\(hint)")
    }
}

extension YAMLNode {
    var isBroken: Bool {
        if case .broken = content { true } else { false }
    }

    var isNull: Bool {
        if case .scalar(let scalar) = content { scalar.meaning == .null } else { false }
    }

    /// What the node is, for people.
    var typeName: String {
        switch content {
        case .sequence: "a list"
        case .mapping: "a mapping"
        case .broken: "unreadable"
        case .scalar(let scalar):
            switch scalar.meaning {
            case .null: "null"
            case .boolean: "a boolean"
            case .integer: "a number"
            case .string: "a string"
            }
        }
    }
}
