// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Config
import Exporter
import Fabric

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Read the configuration and print all errors, or a summary.",
        discussion: "With --connect it ends with status 3 when anything that is configured does not work, or discovery "
            + "finds no workspace to poll.")

    @OptionGroup(title: "Configuration") var source: ConfigurationOptions

    @Flag(
        name: .customLong("connect"),
        help: "Also get credentials, discover, list one page of every workspace, and say what to do where that fails.")
    var connects = false

    @Flag(
        name: .customLong("allow-missing-secrets"),
        help: "Warn about secret files that are missing or empty instead of refusing them: serve waits for them.")
    var allowsMissingSecrets = false

    func run() async throws {
        let configuration = try source.read(requiresSecrets: !allowsMissingSecrets)
        let secrets = EnvironmentSecrets(configuration, environment: ProcessEnvironment.variables())
        let problems = secrets.problems + (allowsMissingSecrets ? [] : secrets.missing)
        guard problems.isEmpty else { throw ProgramEnd(ProgramEnd.usage, problems.joined(separator: "\n")) }
        let missing = configuration.missingSecrets + (allowsMissingSecrets ? secrets.missing : []) + secrets.warnings
        StandardOutput.write(Self.summary(configuration) + missing.map { "Warning: \($0)" })
        guard connects else { return }
        let outcome: (lines: [String], failing: [String])
        do throws(ExporterError) { outcome = try await ConnectRun(configuration: configuration).run() } catch {
            throw ProgramEnd(ProgramEnd.usage, error.description)
        }
        StandardOutput.write([""] + outcome.lines)
        guard outcome.failing.isEmpty else {
            let names = outcome.failing.joined(separator: ", ")
            throw ProgramEnd(ProgramEnd.incomplete, "Not everything works for \(names); see above.")
        }
    }

    private static func summary(_ configuration: ExporterConfiguration) -> [String] {
        let workspaces = configuration.sources.reduce(0) { $0 + $1.workspaces.count }
        var lines = [
            "Configuration is valid: \(counted(configuration.sources.count, "source")), "
                + "\(counted(workspaces, "workspace")), polled every \(configuration.poll.interval)."
        ]
        for source in configuration.sources {
            let discovers = source.discovery == nil ? "" : " and those that discovery finds"
            lines.append(
                "  \(source.name): \(counted(source.workspaces.count, "workspace"))\(discovers) at \(source.baseURL)")
        }
        return lines + configuration.warnings.map { "Warning: \($0)" }
    }

    private static func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}
