// SPDX-License-Identifier: Apache-2.0

extension SchemaWalker {
    /// A list of strings, each one of `allowed` where there are any.
    mutating func texts(_ node: YAMLNode, _ allowed: [String]?, at place: Place) -> CheckedValue.Content {
        guard case .sequence(let nodes) = node.content else { return refuse(node, place.path, "must be a list") }
        var texts: [String] = []
        for (index, node) in nodes.enumerated() {
            let path = place.entry(index).path
            guard let string = string(node, path) else { return .broken }
            if let allowed, !allowed.contains(string.value) {
                let meant = Suggestion.nearest(to: string.value, among: allowed).map { "; did you mean \($0)?" } ?? ""
                log.report(
                    node.mark, path,
                    "\(Shown.quoted(string.raw)) is none of \(allowed.joined(separator: ", "))\(meant)")
                return .broken
            }
            texts.append(string.value)
        }
        return .texts(texts)
    }

    /// A mapping of user names to bcrypt hashes. No hash reaches a message.
    mutating func passwords(_ node: YAMLNode, at place: Place) -> CheckedValue.Content {
        guard case .mapping(let entries) = node.content else { return refuse(node, place.path, "must be a mapping") }
        var users: [String: String] = [:]
        for entry in entries {
            guard case .scalar(let name) = entry.key.content, !name.text.isEmpty, !name.text.contains(":") else {
                log.report(entry.key.mark, place.path, "a user must have a name, and no colon in it")
                continue
            }
            if users[name.text] != nil { log.report(entry.key.mark, place.path, "a user is given twice") }
            guard case .scalar(let hash) = entry.value.content, Self.isBcrypt(hash.text) else {
                log.report(
                    entry.value.mark, place.path,
                    "a password must be its bcrypt hash, such as htpasswd -nBC 10 prints: $2y$10$ and 53 characters")
                continue
            }
            users[name.text] = hash.text
        }
        return .pairs(users)
    }

    private static func isBcrypt(_ hash: String) -> Bool {
        let parts = hash.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0].isEmpty, ["2a", "2b", "2y"].contains(parts[1]), parts[2].utf8.count == 2,
            let cost = Int(parts[2]), (4...20).contains(cost), parts[3].utf8.count == 53
        else { return false }
        return parts[3].utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "/"):
                true
            default: false
            }
        }
    }
}
