// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import ExporterConfig

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Read the configuration and print all errors, or a summary.")

    @OptionGroup(title: "Configuration") var source: ConfigurationOptions

    @Flag(name: .customLong("connect"), help: .hidden)
    var connects = false

    func run() throws {
        try refuse(connects, "--connect")
        let configuration = try source.read()
        StandardStream.output.write(Self.summary(configuration))
    }

    private static func summary(_ configuration: ExporterConfiguration) -> [String] {
        let workspaces = configuration.sources.reduce(0) { $0 + $1.workspaces.count }
        var lines = [
            "Configuration is valid: \(counted(configuration.sources.count, "source")), "
                + "\(counted(workspaces, "workspace")), polled every \(configuration.poll.interval)."
        ]
        for source in configuration.sources {
            lines.append("  \(source.name): \(counted(source.workspaces.count, "workspace")) at \(source.baseURL)")
        }
        return lines + configuration.warnings.map { "Warning: \($0)" }
    }

    private static func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}
