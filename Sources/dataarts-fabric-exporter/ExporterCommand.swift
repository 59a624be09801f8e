// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import FabricExporter

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

    /// ArgumentParser ends with 64 on a bad flag; this program promises 2, as Prometheus' own exporters do.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            exit(for: error)
        }
    }

    private static func exit(for error: any Error) -> Never {
        switch error {
        case let end as ProgramEnd:
            StandardStream.error.write(end.lines)
            exit(status: end.status)
        default:
            let status = exitCode(for: error)
            let message = fullMessage(for: error)
            (status.isSuccess ? StandardStream.output : .error).write(message.isEmpty ? [] : [message])
            exit(status: status == .validationFailure ? ProgramEnd.usage : status.rawValue)
        }
    }

    private static func exit(status: Int32) -> Never { Self.exit(withError: ExitCode(status)) }
}
