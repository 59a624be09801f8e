// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Base
import CSupport
import Exporter
import Glibc

/// The root command; `serve` is the default subcommand.
@main
struct ExporterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dataarts-fabric-exporter",
        abstract: "Prometheus exporter for Huawei Cloud DataArts Fabric.",
        version: BuildInformation.line,
        subcommands: [
            ServeCommand.self, CheckCommand.self, OnceCommand.self, StatusCommand.self, DemoCommand.self,
            MetricsCommand.self,
        ],
        defaultSubcommand: ServeCommand.self
    )

    /// The secrets of `*_proxy` variables, which libcurl reads itself. Kept to redact them as long as the process runs.
    private static let proxySecrets = Secret.ofProxies(in: ProcessEnvironment.variables())

    /// Parses the command line and runs the command. Exits with status 2 for invalid flags, where ArgumentParser uses
    /// 64.
    static func main() async {
        exporter_disable_core_dumps()
        prepareDescriptors()
        boundMemory()
        _ = proxySecrets
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            LogOutput.standardError.finish()
        } catch {
            exit(for: error)
        }
    }

    /// Ignores SIGPIPE, and opens standard descriptors that are closed, so that no socket gets their numbers and
    /// receives log lines.
    private static func prepareDescriptors() {
        signal(SIGPIPE, SIG_IGN)
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
            // `open` returns the lowest free number, which is this one.
            _ = open("/dev/null", O_RDWR)
        }
    }

    /// Makes glibc return freed memory to the system. By default it creates up to eight arenas per core and raises the
    /// mmap threshold with every large block that is freed; `docs/architecture.md` has measurements. Does nothing if
    /// `MALLOC_ARENA_MAX` is set.
    private static func boundMemory() {
        guard getenv("MALLOC_ARENA_MAX") == nil else { return }
        mallopt(M_ARENA_MAX, 2)
        mallopt(M_MMAP_THRESHOLD, 256 * 1024)
        mallopt(M_TRIM_THRESHOLD, 4 * 1024 * 1024)
    }

    private static func exit(for error: any Error) -> Never {
        switch error {
        case let error as ExitError: finish(error.message, error.errors, status: error.status)
        case let error as ExporterError: finish("exporter failed", [error.description], status: ExitError.failure)
        default:
            let status = exitCode(for: error)
            let text = fullMessage(for: error)
            if status.isSuccess {
                StandardOutput.write(text.isEmpty ? [] : [text])
                finish("", [], status: status.rawValue)
            }
            let isUsage = status == .validationFailure
            let errors = LogOptions.requestedFormat(CommandLine.arguments) == .json ? [message(for: error)] : [text]
            finish(
                isUsage ? "invalid command line" : "exporter failed", errors.filter { !$0.isEmpty },
                status: isUsage ? ExitError.usage : status.rawValue)
        }
    }

    /// Writes the last lines in the requested log format and exits.
    private static func finish(_ message: String, _ errors: [String], status: Int32) -> Never {
        let format = LogOptions.requestedFormat(CommandLine.arguments)
        LogOutput.standardError.finish(with: LineLogHandler.errorLines(message, errors, format))
        exit(status: status)
    }

    private static func exit(status: Int32) -> Never { Self.exit(withError: ExitCode(status)) }
}
