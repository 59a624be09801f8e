// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Exporter
import Polling

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Poll the API and serve metrics (default).")

    @OptionGroup(title: "Configuration") var source: ConfigurationOptions
    @OptionGroup(title: "Web") var web: WebOptions
    @OptionGroup(title: "Log") var log: LogOptions

    @Option(
        name: .customLong("shard"),
        help: ArgumentHelp(
            "Poll only the workspaces of shard K (from 0) of N; auto takes K from the pod name of a StatefulSet.",
            valueName: "k/n|auto/n"))
    var shard: String?

    func run() async throws {
        let signals = try StopSignals(logger: log.logger())
        let reloads = await ReloadSignals()
        let settings = try web.settings()
        let choice: Shard
        do throws(ExporterError) {
            choice = try shard.map { text throws(ExporterError) in try Shard(flag: text) } ?? .whole
        } catch { throw ExitError(ExitError.usage, error.description) }
        let configuration = try source.read()
        let source = source
        let run = ServeRun(
            configuration: configuration, configurationFile: source.file, web: settings, shard: choice,
            logger: log.logger()
        ) {
            try source.reread()
        }
        try await run.run(until: signals, reloadingOn: reloads, whenReady: ProgramPages.release)
    }
}
