// SPDX-License-Identifier: Apache-2.0

extension SchemaWalker {
    /// Bytes a secret may have: a token has a few thousand, and it must fit into a header.
    static let secretLimit = 65_536
    /// Bytes a file of certificates may have: the usual bundle of all authorities has a quarter of a million.
    static let certificatesLimit = 4_194_304

    mutating func secret(_ node: YAMLNode, _ rule: SecretRule, _ path: String) -> CheckedValue.Content {
        guard let string = string(node, path) else { return .broken }
        guard let message = Self.problem(with: Array(string.value.utf8), rule) else { return .text(string.value) }
        log.report(node.mark, path, message)
        return .broken
    }

    /// A file that is missing or empty may come later, so it is told apart from what is wrong. Nothing waits for its content.
    mutating func secretFile(_ node: YAMLNode, _ rule: SecretRule, _ path: String) -> CheckedValue.Content {
        guard let name = fileName(node, path, mayBeSecret: true) else { return .broken }
        var bytes: ArraySlice<UInt8>
        do throws(FileAccess.Failure) { bytes = try files.readAtOnce(name.path, Self.secretLimit)[...] } catch {
            switch error {
            case .missing: log.reportAbsence(node.mark, path, "cannot read \(name.shown): \(error.reason)")
            case .notReady: log.warn(node.mark, path, "\(name.shown) is not checked: \(error.reason)")
            default:
                log.report(node.mark, path, "cannot read \(name.shown): \(error.reason)")
                return .broken
            }
            return .text(name.path)
        }
        if bytes.last == 0x0A { bytes = bytes.dropLast() }
        if bytes.last == 0x0D { bytes = bytes.dropLast() }
        if bytes.isEmpty {
            log.reportAbsence(node.mark, path, "\(name.shown) is empty")
        } else if let message = Self.problem(with: Array(bytes), rule) {
            log.report(node.mark, path, "the content of \(name.shown) \(message)")
            return .broken
        }
        return .text(name.path)
    }

    mutating func plainFile(_ node: YAMLNode, _ path: String) -> CheckedValue.Content {
        guard let name = fileName(node, path) else { return .broken }
        do throws(FileAccess.Failure) {
            guard try files.read(name.path, Self.certificatesLimit).isEmpty else { return .text(name.path) }
            log.report(node.mark, path, "\(name.shown) is empty")
        } catch {
            log.report(node.mark, path, "cannot read \(name.shown): \(error.reason)")
        }
        return .broken
    }

    /// What keeps `bytes` from being a secret of this kind. Names none of them.
    static func problem(with bytes: [UInt8], _ rule: SecretRule) -> String? {
        switch rule {
        case .headerValue:
            let isVisible = bytes.allSatisfy { (0x21...0x7E).contains($0) }
            if bytes.isEmpty { return "must not be empty" }
            return isVisible ? nil : "must be visible ASCII characters without spaces or line breaks"
        case .visibleText:
            let isVisible = bytes.allSatisfy { (0x20...0x7E).contains($0) }
            if bytes.isEmpty { return "must not be empty" }
            return isVisible ? nil : "must be visible ASCII characters and spaces"
        case .text:
            if bytes.isEmpty { return "must not be empty" }
            return String(validating: bytes, as: UTF8.self) == nil ? "must be UTF-8" : nil
        }
    }

    /// The path that a value names, and how messages show it.
    private mutating func fileName(
        _ node: YAMLNode, _ path: String, mayBeSecret: Bool = false
    ) -> (path: String, shown: String)? {
        guard let string = string(node, path) else { return nil }
        let resolved = resolve(string.value)
        var shown = Shown.path(string.isVerbatim ? resolved : string.raw) ?? "the file"
        let isShortForToken = path.hasSuffix("token_file") || path == "--token-file"
        if mayBeSecret, !string.raw.contains("/"), !(isShortForToken && string.raw.utf8.count <= 64) {
            // Somebody may have put the secret itself here; no token is as short as a file's name.
            shown = "the file of that name" + (folder.isEmpty ? "" : " in \(folder)")
        }
        return (resolved, shown)
    }

    private func resolve(_ path: String) -> String {
        path.hasPrefix("/") || folder.isEmpty ? path : folder.hasSuffix("/") ? folder + path : "\(folder)/\(path)"
    }
}
