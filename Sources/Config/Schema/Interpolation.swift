// SPDX-License-Identifier: Apache-2.0
internal import Base

/// `${NAME}` in string values: the environment's variable. `$$` is a dollar, and so is a `$` before anything but `{`.
enum Interpolation {
    enum Failure: Error, Equatable {
        case unset(String)
        case unclosed
        case badName

        /// Quotes nothing but the name of a variable, and of a name longer than any the beginning.
        var message: String {
            switch self {
            case .unset(let name): "environment variable \(Shown.clipped(name)) is not set"
            case .unclosed: "\"${\" without \"}\"; write $${ for the characters themselves"
            case .badName:
                "a variable's name in \"${…}\" is letters, digits and underscores, not beginning with a digit; "
                    + "write $${ for the characters themselves"
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
