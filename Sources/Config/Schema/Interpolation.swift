// SPDX-License-Identifier: Apache-2.0
internal import Base

/// Expands `${NAME}` in string values from the environment. `$$` is a dollar sign, and so is a `$` not followed by `{`.
enum Interpolation {
    enum Failure: Error, Equatable {
        case unset(String)
        case unclosed
        case badName

        /// The message; quotes only the variable's name, shortened if it is long.
        var message: String {
            switch self {
            case .unset(let name): "environment variable \(MessageText.clipped(name)) is not set"
            case .unclosed: "\"${\" without \"}\"; write $${ for a literal ${"
            case .badName:
                "a variable name in \"${…}\" must be letters, digits and underscores and must not start with a digit; "
                    + "write $${ for a literal ${"
            }
        }
    }

    static func expand(_ text: String, environment: [String: String]) throws(Failure) -> String {
        guard text.utf8.contains(UInt8(ascii: "$")) else { return text }
        var result = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            if rest.first == "$" {
                result += "$"
                rest = rest.dropFirst()
            } else if rest.first == "{" {
                guard let end = rest.firstIndex(of: "}") else { throw .unclosed }
                let name = String(rest[rest.index(after: rest.startIndex)..<end])
                guard isName(name) else { throw .badName }
                guard let value = environment[name] else { throw .unset(name) }
                result += value
                rest = rest[rest.index(after: end)...]
            } else {
                result += "$"
            }
        }
        return result + rest
    }

    private static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return name.utf8.allSatisfy { $0.isLetterOrDigit || $0 == UInt8(ascii: "_") }
    }
}
