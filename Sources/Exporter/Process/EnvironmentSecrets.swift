// SPDX-License-Identifier: Apache-2.0
public import Config
internal import Fabric

/// Checks the secret file of `auth: environment`, which the configuration does not name.
public struct EnvironmentSecrets {
    /// The errors that prevent sources from getting a credential, one line each.
    public private(set) var problems: [String] = []
    /// The files that are missing or empty and may be created later, one line each.
    public private(set) var missing: [String] = []
    /// The missing default credentials file, if there are no other credentials; normal on a machine that only runs
    /// `check`.
    public private(set) var warnings: [String] = []

    /// Checks the file if a source of `configuration` uses `auth: environment`.
    public init(_ configuration: ExporterConfiguration, environment: [String: String]) {
        guard let source = configuration.sources.first(where: { $0.auth == .environment }),
            let file = EnvironmentCredentials.secretFile(in: environment),
            let problem = SecretFileProblem(path: file.path)
        else { return }
        let prefix = "source \(source.name): auth from the environment: " + (file.variable.map { "\($0): " } ?? "")
        switch problem {
        case .unreadable(let text): problems.append(prefix + text)
        case .absent(let text) where file.variable != nil: missing.append(prefix + text)
        case .absent(let text): warnings.append(prefix + text)
        }
    }
}
