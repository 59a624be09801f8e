// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Exporter

struct MetricsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics",
        abstract: "Print all metric families (name, type, labels, help) and endpoint statuses.")

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case markdown, json
    }

    @Option(name: .customLong("format"), help: "Output format.")
    var format = Format.markdown

    func run() {
        let text = format == .json ? MetricsReference.json() : MetricsReference.markdown()
        StandardOutput.write(bytes: Array(text.utf8))
    }
}
