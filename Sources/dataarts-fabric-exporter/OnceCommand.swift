// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Exposition
import FabricExporter

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
        let run = OnceRun(configuration: try source.read(), logger: log.logger())
        let outcome: OnceRun.Outcome
        do throws(ExporterError) {
            outcome = try await run.run()
            let polled = outcome
            let format: ExpositionFormat = format == .text ? .text : .openMetrics
            if let output {
                try AtomicFile.write(to: output) { file throws(ExporterError) in try polled.write(format, to: file) }
            } else {
                try polled.write(format) { bytes throws(ExporterError) in
                    guard StandardOutput.write(bytes) else {
                        throw ExporterError("cannot write to standard output")
                    }
                }
            }
        } catch {
            throw ProgramEnd(ProgramEnd.failure, error.description)
        }
        var lines: [String] = []
        if !outcome.failing.isEmpty {
            lines.append("Polling failed for \(outcome.failing.joined(separator: ", ")).")
        }
        lines += outcome.warnings.map { "Warning: \($0)." }
        guard lines.isEmpty else { throw ProgramEnd(ProgramEnd.incomplete, lines) }
    }
}
