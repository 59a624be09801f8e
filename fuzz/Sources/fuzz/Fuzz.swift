// SPDX-License-Identifier: Apache-2.0
import Glibc

/// libFuzzer's loop: it takes its flags off the arguments, calls `body` with input after input, and does not return but
/// at its end.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ argumentCount: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// Runs one target: `fuzz TARGET [libFuzzer's flags and folders]`. Without arguments it names the targets.
@main
struct Fuzz {
    /// Set once, before the loop begins; libFuzzer's callback can capture nothing.
    nonisolated(unsafe) private static var target = FuzzTarget.date

    static func main() {
        guard CommandLine.arguments.count > 1 else {
            for target in FuzzTarget.allCases where target != .gate { print(target.rawValue) }
            return
        }
        guard let target = FuzzTarget(rawValue: CommandLine.arguments[1]) else {
            complain("no target is called \(CommandLine.arguments[1])")
            exit(2)
        }
        Self.target = target
        // libFuzzer takes what follows the program's name for its own, so the target's name moves into that place.
        var count = CommandLine.argc - 1
        var arguments = CommandLine.unsafeArgv + 1
        exit(
            runDriver(&count, &arguments) { bytes, count in
                Fuzz.target.run(UnsafeBufferPointer(start: bytes, count: count))
                return 0
            })
    }
}

/// What can be fuzzed.
enum FuzzTarget: String, CaseIterable {
    case endpointsPage = "endpoints-page"
    case workspacesPage = "workspaces-page"
    case fold
    case errorBody = "error-body"
    case date
    case configuration
    case negotiation
    case request
    /// Breaks on an input that only guided search finds: shows that a crash is found and reported.
    case gate

    /// Tries one input; ends the process where a promise is broken.
    func run(_ input: UnsafeBufferPointer<UInt8>) {
        switch self {
        case .endpointsPage: checkEndpointsPage(input)
        case .workspacesPage: checkWorkspacesPage(input)
        case .fold: checkFold(input)
        case .errorBody: checkErrorBody(input)
        case .date: checkDate(input)
        case .configuration: checkConfiguration(input)
        case .negotiation: checkNegotiation(input)
        case .request: checkRequest(input)
        case .gate: checkGate(input)
        }
    }
}

/// Ends the process with `message` where `condition` does not hold, which libFuzzer takes for a crash.
func require(_ condition: Bool, _ message: @autoclosure () -> String) {
    if condition { return }
    complain("broken promise: \(message())")
    abort()
}

private func complain(_ message: String) {
    let line = Array("fuzz: \(message)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
}

private func checkGate(_ input: UnsafeBufferPointer<UInt8>) {
    guard input.count >= 4 else { return }
    if input[0] == UInt8(ascii: "F"), input[1] == UInt8(ascii: "U"), input[2] == UInt8(ascii: "Z") {
        require(input[3] != UInt8(ascii: "Z"), "the input begins with FUZZ")
    }
}
