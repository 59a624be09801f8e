// SPDX-License-Identifier: Apache-2.0

/// The command-line options.
struct Options {
    static let usage = """
        fabric-soak --binary PROGRAM [--seconds N] [--seed N] [--workspaces N] [--kinds A,B…] [--lie] [--hold-back]
        fabric-soak --values --binary PROGRAM [--seconds N] [--seed N] [--lie]
          --values     hostile values that never repeat instead of faults
          --kinds      kinds of faults, of \(FaultKind.allCases.map(\.rawValue).joined(separator: ", ")); default: all
          --lie        makes one expected value wrong by one; the soak must exit with status 1
          --hold-back  ignores the polls of one workspace after the first; the soak must exit with status 1
        """

    var binary = ""
    var seconds = 120
    var seed = UInt64(WallTime.now)
    var workspaces = 100
    var lies = false
    var hasHostileValues = false
    var holdsBack = false
    var kinds = Set(FaultKind.allCases)

    init(_ arguments: [String]) throws(SoakError) {
        var rest = arguments[...]
        func number(_ flag: String, _ text: String?) throws(SoakError) -> Int {
            guard let number = text.flatMap({ Int($0) }), number > 0 else {
                throw SoakError(description: "\(flag) needs a number above zero")
            }
            return number
        }
        while let flag = rest.popFirst() {
            switch flag {
            case "--binary": binary = rest.popFirst() ?? ""
            case "--seconds": seconds = try number(flag, rest.popFirst())
            case "--seed": seed = UInt64(try number(flag, rest.popFirst()))
            case "--workspaces": workspaces = try number(flag, rest.popFirst())
            case "--lie": lies = true
            case "--values": hasHostileValues = true
            case "--hold-back": holdsBack = true
            case "--kinds":
                kinds = []
                for name in (rest.popFirst() ?? "").split(separator: ",") {
                    guard let kind = FaultKind(rawValue: String(name)) else {
                        throw SoakError(description: "unknown kind \(name)\n\(Self.usage)")
                    }
                    kinds.insert(kind)
                }
            default: throw SoakError(description: "unknown flag \(flag)\n\(Self.usage)")
            }
        }
        if binary.isEmpty { throw SoakError(description: Self.usage) }
    }
}
