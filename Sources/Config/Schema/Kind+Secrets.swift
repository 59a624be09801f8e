// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric

extension Kind<SecretSource> {
    /// An inline secret.
    /// - Parameter isHeader: whether it is sent unencoded in a header: visible ASCII without spaces.
    static func secret(isHeader: Bool) -> Kind {
        string("secret", make: { .value(Secret($0)) }) { problem(with: Array($0.value.utf8), isHeader: isHeader) }
    }

    /// A file with a secret. A missing or empty file may be created later, so it is reported separately from errors.
    /// Never waits for the content of a pipe.
    static func secretFile(isHeader: Bool) -> Kind {
        Kind(typeDescription: "path of a file with the secret", schema: anyText) { walker, node, path, _ in
            guard let name = walker.fileName(node, path, mayBeSecret: true) else { return nil }
            var bytes: ArraySlice<UInt8>
            do throws(FileAccess.Failure) {
                bytes = try walker.files.readWithoutWaiting(name.path, SchemaWalker.secretLimit)[...]
            } catch {
                switch error {
                case .missing:
                    walker.log.reportMissingSecret(node.mark, path, "cannot read \(name.displayName): \(error.reason)")
                case .notReady: walker.log.warn(node.mark, path, "\(name.displayName) is not checked: \(error.reason)")
                default: return walker.reject(node, path, "cannot read \(name.displayName): \(error.reason)")
                }
                return .file(path: name.path)
            }
            if bytes.last == 0x0A { bytes = bytes.dropLast() }
            if bytes.last == 0x0D { bytes = bytes.dropLast() }
            if bytes.isEmpty {
                walker.log.reportMissingSecret(node.mark, path, "\(name.displayName) is empty")
            } else if let problem = problem(with: Array(bytes), isHeader: isHeader) {
                return walker.reject(node, path, "the content of \(name.displayName) \(problem)")
            }
            return .file(path: name.path)
        }
    }

    /// Returns why `bytes` are not a valid secret of this kind, without quoting them; nil if they are.
    private static func problem(with bytes: [UInt8], isHeader: Bool) -> String? {
        if !isHeader { return String(validating: bytes, as: UTF8.self) == nil ? "must be UTF-8" : nil }
        let isVisible = bytes.allSatisfy { (0x21...0x7E).contains($0) }
        return isVisible ? nil : "must be visible ASCII characters without spaces or line breaks"
    }
}

extension Kind<String> {
    /// The path of a readable, non-empty file.
    static var file: Kind {
        Kind(typeDescription: "path", schema: anyText) { walker, node, path, _ in walker.content(node, path)?.path }
    }
}

extension Kind<[UInt8]> {
    /// The content of a non-empty file.
    static var content: Kind {
        Kind(typeDescription: "path", schema: anyText) { walker, node, path, _ in
            guard let file = walker.content(node, path) else { return nil }
            walker.namedFiles.append(file.path)
            return file.bytes
        }
    }
}

extension Kind<[String: Secret]> {
    /// User names with the bcrypt hashes of their passwords. Messages never contain a hash.
    static var passwords: Kind {
        Kind(typeDescription: "mapping", schema: []) { walker, node, path, _ in
            guard case .mapping(let entries) = node.content else {
                return walker.rejectType(node, path, "must be a mapping")
            }
            var users: [String: Secret] = [:]
            for entry in entries {
                guard case .scalar(let name) = entry.key.content, !name.text.isEmpty, !name.text.contains(":") else {
                    walker.log.report(entry.key.mark, path, "a user name must not be empty or contain a colon")
                    continue
                }
                if users[name.text] != nil { walker.log.report(entry.key.mark, path, "duplicate user name") }
                guard case .scalar(let hash) = entry.value.content, isBcrypt(hash.text) else {
                    walker.log.report(
                        entry.value.mark, path,
                        "a password must be a bcrypt hash ($2y$10$ and 53 characters); create one with htpasswd -nBC 10"
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
