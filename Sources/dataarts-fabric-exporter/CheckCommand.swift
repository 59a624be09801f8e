// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Config
import Exporter
import Fabric

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Validate the configuration; print all errors or a summary.",
        discussion: "Exits with status 2 if a configuration is invalid, also if it names nothing to poll. With "
            + "--connect, exits with status 3 if a credential, discovery or listing fails, or discovery finds no "
            + "workspaces to poll.")

    @OptionGroup(title: "Configuration") var source: ConfigurationOptions

    @Option(
        name: .customLong("web.config.file"),
        help: "exporter-toolkit web configuration file to validate, too.")
    var webConfigurationFile: String?

    @Flag(
        name: .customLong("connect"),
        help: "Also get credentials, discover workspaces and list one page of each; print remedies for failures.")
    var connects = false

    @Flag(
        name: .customLong("allow-missing-secrets"),
        help: "Treat missing or empty secret files as warnings; serve waits for them.")
    var allowsMissingSecrets = false

    func run() async throws {
        // Both files are read, so that the errors of both are printed.
        let read = Result { try source.read(requiresSecrets: !allowsMissingSecrets) }
        let web = Result { () throws(ExporterError) in
            try webConfigurationFile.map(WebConfigurationCheck.summary(of:))
        }
        var problems: [String] = []
        if case .failure(let error) = read {
            guard let error = error as? ExitError else { throw error }
            problems = error.errors
        }
        if case .failure(let error) = web { problems.append(error.description) }
        let secrets = (try? read.get()).map { EnvironmentSecrets($0, environment: ProcessEnvironment.variables()) }
        if let secrets { problems += secrets.problems + (allowsMissingSecrets ? [] : secrets.missing) }
        guard problems.isEmpty else { throw ExitError(ExitError.usage, "invalid configuration", problems) }
        let configuration = try read.get()
        let missing =
            configuration.missingSecrets + (allowsMissingSecrets ? secrets?.missing ?? [] : [])
            + (secrets?.warnings ?? [])
        StandardOutput.write(
            Self.summary(configuration) + missing.map { "Warning: \($0)" } + [try web.get()].compactMap(\.self))
        guard connects else { return }
        let outcome: (lines: [String], failing: [String])
        do throws(ExporterError) { outcome = try await ConnectionCheck(configuration: configuration).run() } catch {
            throw ExitError(ExitError.usage, error.description)
        }
        StandardOutput.write([""] + outcome.lines)
        guard outcome.failing.isEmpty else {
            let names = outcome.failing.joined(separator: ", ")
            throw ExitError(ExitError.incomplete, "Check failed for: \(names)")
        }
    }

    private static func summary(_ configuration: ExporterConfiguration) -> [String] {
        let workspaces = configuration.sources.reduce(0) { $0 + $1.workspaces.count }
        var lines = [
            "Configuration is valid: \(counted(configuration.sources.count, "source")), "
                + "\(counted(workspaces, "workspace")), polled every \(Durations.format(configuration.poll.interval))."
        ]
        for source in configuration.sources {
            let discovers = source.discovery == nil ? "" : " plus discovered workspaces"
            lines.append(
                "  \(source.name): \(counted(source.workspaces.count, "workspace"))\(discovers) at \(source.baseURL)")
        }
        return lines + configuration.warnings.map { "Warning: \($0)" }
    }

    private static func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}
