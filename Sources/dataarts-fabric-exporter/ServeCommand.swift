// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import FabricExporter

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Poll and serve metrics until a signal ends it (the default).")

    @OptionGroup(title: "Configuration") var source: ConfigurationOptions
    @OptionGroup(title: "Web") var web: WebOptions
    @OptionGroup(title: "Log") var log: LogOptions

    @Option(
        name: .customLong("shard"),
        help: ArgumentHelp(
            "Poll only the workspaces of shard K (from 0) of N; auto takes K from a StatefulSet pod's name.",
            valueName: "k/n|auto/n"))
    var shard: String?

    func run() async throws {
        let signals = try log.stopSignals()
        let settings = try web.settings()
        let choice: ShardChoice
        do throws(ExporterError) {
            choice = try shard.map { text throws(ExporterError) in try ShardChoice(text) } ?? .whole
        } catch { throw ProgramEnd(ProgramEnd.usage, error.description) }
        let configuration = try source.read()
        let source = source
        let run = ServeRun(configuration: configuration, web: settings, shard: choice, logger: log.logger()) {
            try source.reread()
        }
        do { try await run.run(until: signals, whenReady: ProgramPages.release) } catch let error as ExporterError {
            throw ProgramEnd(ProgramEnd.failure, error.description)
        }
    }
}
