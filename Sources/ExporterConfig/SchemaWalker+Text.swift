// SPDX-License-Identifier: Apache-2.0

extension SchemaWalker {
    /// A string before and after its variables were filled in.
    struct Text {
        /// As it stands in the file: what messages show, since a variable may hold a secret.
        let raw: String
        let value: String

        var isVerbatim: Bool { raw == value }
    }

    /// A string with its variables filled in; nil, and a problem, for anything else or an empty one.
    mutating func string(_ node: YAMLNode, _ path: String, _ allowed: String = "must be a string") -> Text? {
        guard case .scalar(let scalar) = node.content, scalar.meaning == .string else {
            let isNumberLike = allowed == "must be a string" && node.isNumberOrBoolean
            refuse(node, path, allowed, hint: isNumberLike ? "; put it in quotes" : "")
            return nil
        }
        do throws(Interpolation.Failure) {
            let value = isInterpolating ? try Interpolation.expand(scalar.text, environment: environment) : scalar.text
            let text = Text(raw: scalar.text, value: value)
            if value.isEmpty {
                log.report(
                    node.mark, path, "must not be empty" + (text.isVerbatim ? "" : ", once its variables are filled in")
                )
                return nil
            }
            if value.unicodeScalars.contains("\0") {
                log.report(node.mark, path, "must not contain a NUL character")
                return nil
            }
            return text
        } catch {
            log.report(node.mark, path, error.message)
            return nil
        }
    }

    mutating func text(_ node: YAMLNode, _ rule: TextRule, _ path: String) -> CheckedValue.Content {
        guard let string = string(node, path) else { return .broken }
        var value = string.value
        let message: String?
        switch rule {
        case .any: message = nil
        case .region:
            let isRegion = value.utf8.count <= 63 && Self.isHyphenated(value)
            message = isRegion ? nil : "must be letters, digits and hyphens, not \(Shown.quoted(string.raw))"
        case .workspaceID:
            let isID = value.utf8.count <= 36 && Self.isHyphenated(value)
            message = isID ? nil : "must be 1 to 36 letters, digits and hyphens, not \(Shown.quoted(string.raw))"
        case .url, .proxyURL:
            do throws(WebAddress.Failure) {
                value = try WebAddress(value, allowsUserInfo: rule == .proxyURL).text
                message = nil
            } catch {
                message = error.message
            }
        case .pattern:
            if let excess = NamePattern.excess(of: value) {
                message = excess
            } else {
                // The compiler's own words may quote the expression, hence a variable's value.
                let reason = NamePattern.problem(in: value)
                message = reason.map { "not a regular expression" + (string.isVerbatim ? ": \($0)" : "") }
            }
        case .endpointType:
            message = nil
            if !Schema.documentedTypes.contains(value) {
                let known = Schema.documentedTypes.joined(separator: ", ")
                log.warn(node.mark, path, "\(Shown.quoted(string.raw)) is not among the documented types: \(known)")
            }
        case .hostName:
            let isHost = value.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"/:@".utf8.contains($0) }
            message = isHost ? nil : "must be a host name, not \(Shown.quoted(string.raw))"
        }
        guard let message else { return .text(value) }
        log.report(node.mark, path, message)
        return .broken
    }

    static func isHyphenated(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D: true
                default: false
                }
            }
    }
}

extension YAMLNode {
    fileprivate var isNumberOrBoolean: Bool {
        guard case .scalar(let scalar) = content else { return false }
        switch scalar.meaning {
        case .integer, .boolean: return true
        case .null, .string: return false
        }
    }
}
