// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Exporter
import Exposition

struct OnceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "once",
        abstract: "Poll every workspace once and print the metrics.",
        discussion: "Exits with status 3 if a workspace or discovery failed, or discovery found no workspaces to poll. "
            + "Metrics of successful polls are printed anyway.")

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, openmetrics
    }

    @OptionGroup(title: "Configuration") var source: ConfigurationOptions
    @OptionGroup(title: "Log") var log: LogOptions

    @Option(name: .customLong("output"), help: "Write atomically to a file instead of standard output.")
    var output: String?

    @Option(name: .customLong("format"), help: "Output format.")
    var format = Format.text

    @Flag(
        name: .customLong("quiet"),
        help: "Log only errors, for timers; overrides --log.level. What failed is printed anyway.")
    var isQuiet = false

    func run() async throws {
        let configuration = try source.read()
        var log = log
        if isQuiet { log.level = .error }
        let outcome = try await Exporter.once(
            configuration, format == .text ? .text : .openMetrics, logger: log.logger(), whenReady: ProgramPages.release
        )
        if let output {
            try AtomicFile.write(outcome.page, to: output)
        } else if !outcome.page.allSatisfy(StandardOutput.write(bytes:)) {
            throw ExporterError("cannot write to standard output")
        }
        var lines: [String] = []
        if !outcome.failing.isEmpty { lines.append("Polling failed for: \(outcome.failing.joined(separator: ", "))") }
        lines += outcome.warnings.map { "Warning: \($0)." }
        guard lines.isEmpty else { throw ExitError(ExitError.incomplete, "polling incomplete", lines) }
    }
}
