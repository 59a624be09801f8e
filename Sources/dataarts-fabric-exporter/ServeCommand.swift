// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import FabricExporter

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Poll and serve metrics until a signal ends it (the default).")

    @OptionGroup(title: "Configuration") var source: ConfigurationOptions
    @OptionGroup(title: "Web") var web: WebOptions
    @OptionGroup(title: "Log") var log: LogOptions

    @Option(name: .customLong("shard"), help: .hidden)
    var shard: String?

    func run() async throws {
        try refuse(shard, "--shard")
        let settings = try web.settings()
        let configuration = try source.read()
        let source = source
        let run = ServeRun(configuration: configuration, web: settings, logger: log.logger()) { try source.reread() }
        do { try await run.run() } catch let error as ExporterError {
            throw ProgramEnd(ProgramEnd.failure, error.description)
        }
    }
}
