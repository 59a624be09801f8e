// SPDX-License-Identifier: Apache-2.0

extension SchemaWalker {
    /// The maximum size of a secret in bytes: a token has a few thousand, and it must fit into a header.
    static let secretLimit = 65_536
    /// The maximum size of a certificate file in bytes: the usual CA bundle has about 250 kB.
    private static let certificatesLimit = 4_194_304

    /// Returns a string with its variables expanded; reports an error and returns nil for another type or an empty
    /// string.
    mutating func string(_ node: YAMLNode, _ path: String, _ allowed: String = "must be a string") -> Text? {
        guard case .scalar(let scalar) = node.content, scalar.meaning == .string else {
            let needsQuotes = allowed == "must be a string" && ["a number", "a boolean"].contains(node.typeName)
            return rejectType(node, path, allowed, hint: needsQuotes ? "; put it in quotes" : "")
        }
        do throws(Interpolation.Failure) {
            let value = isInterpolating ? try Interpolation.expand(scalar.text, environment: environment) : scalar.text
            let text = Text(raw: scalar.text, value: value)
            if !text.isVerbatim { rawTexts[path] = text.raw }
            if value.isEmpty {
                return reject(
                    node, path, "must not be empty" + (text.isVerbatim ? "" : " after its variables are expanded"))
            }
            if value.unicodeScalars.contains("\0") { return reject(node, path, "must not contain a NUL character") }
            return text
        } catch {
            return reject(node, path, error.message)
        }
    }

    /// Returns the path of a file named by a value, and its name in messages.
    mutating func fileName(
        _ node: YAMLNode, _ path: String, mayBeSecret: Bool = false
    ) -> (path: String, displayName: String)? {
        guard let text = string(node, path) else { return nil }
        let isAbsolute = text.value.hasPrefix("/") || folder.isEmpty
        let resolved = isAbsolute ? text.value : folder.hasSuffix("/") ? folder + text.value : "\(folder)/\(text.value)"
        var displayName = MessageText.path(text.isVerbatim ? resolved : text.raw) ?? "the file"
        let isShortForToken = path.hasSuffix("token_file") || path == "--token-file"
        if mayBeSecret, !text.raw.contains("/"), !(isShortForToken && text.raw.utf8.count <= 64) {
            // The secret itself may have been put here by mistake; file names are shorter than tokens.
            displayName = "the named file" + (folder.isEmpty ? "" : " in \(folder)")
        }
        return (resolved, displayName)
    }

    /// Returns path and content of a certificate or key file; reports an error and returns nil if it is unreadable or
    /// empty.
    mutating func content(_ node: YAMLNode, _ path: String) -> (path: String, bytes: [UInt8])? {
        guard let name = fileName(node, path) else { return nil }
        do throws(FileAccess.Failure) {
            let bytes = try files.read(name.path, Self.certificatesLimit)
            return bytes.isEmpty ? reject(node, path, "\(name.displayName) is empty") : (name.path, bytes)
        } catch {
            return reject(node, path, "cannot read \(name.displayName): \(error.reason)")
        }
    }

    /// Reports an error in a value and returns nil.
    mutating func reject<Value>(_ node: YAMLNode, _ path: String, _ message: String) -> Value? {
        log.report(node.mark, path, message)
        return nil
    }

    /// Reports a value of the wrong type and returns nil.
    ///
    /// - Parameter quotesStrings: whether a string may be quoted; only for kinds where a secret is unlikely.
    mutating func rejectType<Value>(
        _ node: YAMLNode, _ path: String, _ allowed: String, hint: String = "", quotesStrings: Bool = false
    ) -> Value? {
        guard !node.isBroken else { return nil }
        var found = node.typeName
        if quotesStrings, case .scalar(let scalar) = node.content, scalar.meaning == .string {
            found = "the string \(MessageText.quoted(scalar.text))"
        }
        return reject(node, path, "\(allowed), not \(found)\(hint)")
    }
}

extension YAMLNode {
    var isBroken: Bool {
        if case .broken = content { true } else { false }
    }

    var isNull: Bool {
        if case .scalar(let scalar) = content { scalar.meaning == .null } else { false }
    }

    /// The node's type for messages.
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
