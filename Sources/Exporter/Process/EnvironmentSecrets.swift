// SPDX-License-Identifier: Apache-2.0
public import Config
internal import Fabric

/// The state of the secret file that `auth: environment` draws on, which the configuration does not name.
public struct EnvironmentSecrets {
    /// What keeps the sources from getting a credential, each on one line.
    public private(set) var problems: [String] = []
    /// Files that are missing or empty and may come later, each on one line.
    public private(set) var missing: [String] = []
    /// The usual credentials file is missing although nothing else names credentials: right on a machine that only checks.
    public private(set) var warnings: [String] = []

    /// Looks at the file, if a source of `configuration` draws on the environment.
    public init(_ configuration: ExporterConfiguration, environment: [String: String]) {
        guard let source = configuration.sources.first(where: { $0.auth == .environment }),
            let file = EnvironmentCredentials.secretFile(in: environment),
            let problem = SecretFileProblem(path: file.path)
        else { return }
        let place = "source \(source.name): auth from the environment: " + (file.variable.map { "\($0): " } ?? "")
        switch problem {
        case .unreadable(let text): problems.append(place + text)
        case .absent(let text) where file.variable != nil: missing.append(place + text)
        case .absent(let text): warnings.append(place + text)
        }
    }
}
