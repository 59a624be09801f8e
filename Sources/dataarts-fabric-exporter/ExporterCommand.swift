// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Base
import CSupport
import Exporter
import Glibc

/// The program: `serve` unless another command is named.
@main
struct ExporterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dataarts-fabric-exporter",
        abstract: "A Prometheus exporter for the endpoints of Huawei Cloud DataArts Fabric.",
        version: BuildInformation.line,
        subcommands: [
            ServeCommand.self, CheckCommand.self, OnceCommand.self, DemoCommand.self, MetricsCommand.self,
        ],
        defaultSubcommand: ServeCommand.self
    )

    /// Kept, so that they are known as long as the process runs: libcurl reads the variables itself.
    private static let proxySecrets = Secret.ofProxies(in: ProcessEnvironment.variables())

    /// ArgumentParser ends with 64 on a bad flag; this program promises 2, as Prometheus' own exporters do.
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

    /// Keeps a closed pipe from ending the process, and a descriptor that was closed before the start from becoming
    /// that of a socket, into which log lines would go.
    private static func prepareDescriptors() {
        signal(SIGPIPE, SIG_IGN)
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest free number is given out: this one.
            _ = open("/dev/null", O_RDWR)
        }
    }

    /// Keeps glibc from holding what was freed. Left alone it makes up to eight arenas a core and raises the size from
    /// which memory goes back to the system with every large block that is freed: `docs/architecture.md` has what the two
    /// cost over an hour of faults. Whoever sets `MALLOC_ARENA_MAX` knows better.
    private static func boundMemory() {
        guard getenv("MALLOC_ARENA_MAX") == nil else { return }
        mallopt(M_ARENA_MAX, 2)
        mallopt(M_MMAP_THRESHOLD, 256 * 1024)
        mallopt(M_TRIM_THRESHOLD, 4 * 1024 * 1024)
    }

    private static func exit(for error: any Error) -> Never {
        switch error {
        case let end as ProgramEnd:
            LogOutput.standardError.finish(with: end.lines)
            exit(status: end.status)
        case let error as ExporterError:
            LogOutput.standardError.finish(with: [error.description])
            exit(status: ProgramEnd.failure)
        default:
            let status = exitCode(for: error)
            let message = fullMessage(for: error)
            if status.isSuccess { StandardOutput.write(message.isEmpty ? [] : [message]) }
            LogOutput.standardError.finish(with: status.isSuccess || message.isEmpty ? [] : [message])
            exit(status: status == .validationFailure ? ProgramEnd.usage : status.rawValue)
        }
    }

    private static func exit(status: Int32) -> Never { Self.exit(withError: ExitCode(status)) }
}
