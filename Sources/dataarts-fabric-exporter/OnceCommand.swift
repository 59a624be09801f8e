// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Exporter
import Exposition

struct OnceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "once",
        abstract: "Poll every workspace once and print the exposition.",
        discussion: "Ends with status 3 when a workspace failed or discovery found none to poll; what succeeded is "
            + "printed all the same.")

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, openmetrics
    }

    @OptionGroup(title: "Configuration") var source: ConfigurationOptions
    @OptionGroup(title: "Log") var log: LogOptions

    @Option(name: .customLong("output"), help: "Write to this file, atomically, instead of standard output.")
    var output: String?

    @Option(name: .customLong("format"), help: "Format of the exposition.")
    var format = Format.text

    func run() async throws {
        let configuration = try source.read()
        let outcome = try await Exporter.once(
            configuration, format == .text ? .text : .openMetrics, logger: log.logger())
        if let output {
            try AtomicFile.write(outcome.page, to: output)
        } else if !outcome.page.allSatisfy(StandardOutput.write(bytes:)) {
            throw ExporterError("cannot write to standard output")
        }
        var lines: [String] = []
        if !outcome.failing.isEmpty { lines.append("Polling failed for \(outcome.failing.joined(separator: ", ")).") }
        lines += outcome.warnings.map { "Warning: \($0)." }
        guard lines.isEmpty else { throw ProgramEnd(ProgramEnd.incomplete, lines) }
    }
}
