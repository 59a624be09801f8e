// SPDX-License-Identifier: Apache-2.0
import Glibc

/// libFuzzer's main loop: parses its flags from the arguments and calls `body` with each input.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ argumentCount: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// Runs a target: `fuzz TARGET [libFuzzer's flags and folders]`. Without arguments, lists the targets.
@main
struct Fuzz {
    /// The target, set once before the loop. Global, because libFuzzer's callback can't capture.
    nonisolated(unsafe) private static var target = FuzzTarget.date

    static func main() {
        guard CommandLine.arguments.count > 1 else {
            for target in FuzzTarget.allCases where target != .gate { print(target.rawValue) }
            return
        }
        guard let target = FuzzTarget(rawValue: CommandLine.arguments[1]) else {
            printError("unknown target \(CommandLine.arguments[1])")
            exit(2)
        }
        Self.target = target
        // libFuzzer skips the first argument, so the target's name takes the place of the program's.
        var count = CommandLine.argc - 1
        var arguments = CommandLine.unsafeArgv + 1
        exit(
            runDriver(&count, &arguments) { bytes, count in
                Fuzz.target.run(UnsafeBufferPointer(start: bytes, count: count))
                return 0
            })
    }
}

/// The fuzz targets.
enum FuzzTarget: String, CaseIterable {
    case endpointsPage = "endpoints-page"
    case workspacesPage = "workspaces-page"
    case poolsPage = "pools-page"
    case poolAnswer = "pool-answer"
    case fold
    case errorBody = "error-body"
    case date
    case configuration
    case negotiation
    case request
    /// A target that crashes on an input that only guided search finds, for testing the reporting of crashes.
    case gate

    /// Checks an input; aborts the process on a violation.
    func run(_ input: UnsafeBufferPointer<UInt8>) {
        switch self {
        case .endpointsPage: checkEndpointsPage(input)
        case .workspacesPage: checkWorkspacesPage(input)
        case .poolsPage: checkPoolsPage(input)
        case .poolAnswer: checkPoolAnswer(input)
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

/// Aborts the process with `message` if `condition` is false; libFuzzer reports a crash.
func require(_ condition: Bool, _ message: @autoclosure () -> String) {
    if condition { return }
    printError("check failed: \(message())")
    abort()
}

private func printError(_ message: String) {
    let line = Array("fuzz: \(message)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
}

private func checkGate(_ input: UnsafeBufferPointer<UInt8>) {
    guard input.count >= 4 else { return }
    if input[0] == UInt8(ascii: "F"), input[1] == UInt8(ascii: "U"), input[2] == UInt8(ascii: "Z") {
        require(input[3] != UInt8(ascii: "Z"), "the input begins with FUZZ")
    }
}
