// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric

extension Kind<SecretSource> {
    /// A secret in place.
    /// - Parameter isHeader: whether it travels in a header as it is: visible ASCII without spaces.
    static func secret(isHeader: Bool) -> Kind {
        string("secret", make: { .value(Secret($0)) }) { problem(with: Array($0.value.utf8), isHeader: isHeader) }
    }

    /// A file that holds a secret. One that is missing or empty may come later, so it is told apart from what is wrong.
    /// Nothing waits for its content.
    static func secretFile(isHeader: Bool) -> Kind {
        Kind(words: "path of a file that holds the secret", form: anyText) { walker, node, path, _ in
            guard let name = walker.fileName(node, path, mayBeSecret: true) else { return nil }
            var bytes: ArraySlice<UInt8>
            do throws(FileAccess.Failure) {
                bytes = try walker.files.readAtOnce(name.path, SchemaWalker.secretLimit)[...]
            } catch {
                switch error {
                case .missing: walker.log.reportAbsence(node.mark, path, "cannot read \(name.shown): \(error.reason)")
                case .notReady: walker.log.warn(node.mark, path, "\(name.shown) is not checked: \(error.reason)")
                default: return walker.refuse(node, path, "cannot read \(name.shown): \(error.reason)")
                }
                return .file(path: name.path)
            }
            if bytes.last == 0x0A { bytes = bytes.dropLast() }
            if bytes.last == 0x0D { bytes = bytes.dropLast() }
            if bytes.isEmpty {
                walker.log.reportAbsence(node.mark, path, "\(name.shown) is empty")
            } else if let problem = problem(with: Array(bytes), isHeader: isHeader) {
                return walker.refuse(node, path, "the content of \(name.shown) \(problem)")
            }
            return .file(path: name.path)
        }
    }

    /// What keeps `bytes` from being a secret of this kind. Names none of them.
    private static func problem(with bytes: [UInt8], isHeader: Bool) -> String? {
        if !isHeader { return String(validating: bytes, as: UTF8.self) == nil ? "must be UTF-8" : nil }
        let isVisible = bytes.allSatisfy { (0x21...0x7E).contains($0) }
        return isVisible ? nil : "must be visible ASCII characters without spaces or line breaks"
    }
}

extension Kind<String> {
    /// The path of a file that must be readable and not empty.
    static var file: Kind {
        Kind(words: "path", form: anyText) { walker, node, path, _ in walker.content(node, path)?.path }
    }
}

extension Kind<[UInt8]> {
    /// The content of a file, which must not be empty.
    static var content: Kind {
        Kind(words: "path", form: anyText) { walker, node, path, _ in
            guard let file = walker.content(node, path) else { return nil }
            walker.namedFiles.append(file.path)
            return file.bytes
        }
    }
}

extension Kind<[String: Secret]> {
    /// Users and the bcrypt hashes of their passwords. No hash reaches a message.
    static var passwords: Kind {
        Kind(words: "mapping", form: []) { walker, node, path, _ in
            guard case .mapping(let entries) = node.content else {
                return walker.refuseType(node, path, "must be a mapping")
            }
            var users: [String: Secret] = [:]
            for entry in entries {
                guard case .scalar(let name) = entry.key.content, !name.text.isEmpty, !name.text.contains(":") else {
                    walker.log.report(entry.key.mark, path, "a user must have a name, and no colon in it")
                    continue
                }
                if users[name.text] != nil { walker.log.report(entry.key.mark, path, "a user is given twice") }
                guard case .scalar(let hash) = entry.value.content, isBcrypt(hash.text) else {
                    walker.log.report(
                        entry.value.mark, path,
                        "a password must be its bcrypt hash, such as htpasswd -nBC 10 prints: $2y$10$ and 53 characters"
                    )
                    continue
                }
                users[name.text] = Secret(hash.text)
            }
            return users
        }
    }

    private static func isBcrypt(_ hash: String) -> Bool {
        let parts = hash.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0].isEmpty, ["2a", "2b", "2y"].contains(parts[1]), parts[2].utf8.count == 2,
            let cost = Int(parts[2]), (4...20).contains(cost), parts[3].utf8.count == 53
        else { return false }
        return parts[3].utf8.allSatisfy { $0.isLetterOrDigit || "./".utf8.contains($0) }
    }
}
