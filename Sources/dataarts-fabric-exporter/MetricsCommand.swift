// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Exporter

struct MetricsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics",
        abstract: "Print every family that can be served (name, type, labels, help) and every status of endpoints.")

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case markdown, json
    }

    @Option(name: .customLong("format"), help: "Format of the list.")
    var format = Format.markdown

    func run() {
        let text = format == .json ? MetricsReference.json() : MetricsReference.markdown()
        StandardOutput.write(bytes: Array(text.utf8))
    }
}
