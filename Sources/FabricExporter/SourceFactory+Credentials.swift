// SPDX-License-Identifier: Apache-2.0
internal import Clocks
internal import ExporterConfig
internal import FabricAuth

extension SourceFactory {
    /// What obtains and gives out the credentials of a source.
    func credentials(
        _ settings: SourceSettings, exchanges: CredentialExchanges
    ) throws(ExporterError) -> any CredentialProvider {
        switch settings.auth {
        case .token(.value(let token)): return TokenCredentials(token: token)
        case .token(.file(let path)): return TokenFileCredentials(path: path)
        case .accessKey(let key):
            if let agency = settings.assumeAgency {
                return RenewingCredentials.agency(
                    Agency(agency), id: key.id, secret: SecretSource(key.secret),
                    securityToken: key.securityToken.map { SecretSource($0) }, iamURL: key.iamURL ?? "",
                    project: try project(key.projectID, iamURL: key.iamURL, settings), exchanges: exchanges)
            }
            return RenewingCredentials.accessKey(
                id: key.id, secret: SecretSource(key.secret), securityToken: key.securityToken.map { SecretSource($0) },
                project: try project(key.projectID, iamURL: key.iamURL, settings), exchanges: exchanges)
        case .password(let password):
            let user = IAMUser(
                domain: password.domain, name: password.user, password: SecretSource(password.password))
            let scope = TokenScope(password.project)
            if let agency = settings.assumeAgency {
                return RenewingCredentials.agency(
                    Agency(agency), user: user, scope: scope, iamURL: password.iamURL, exchanges: exchanges)
            }
            return RenewingCredentials.password(
                user, scope: scope, iamURL: password.iamURL, exchanges: exchanges)
        case .metadata(let metadata):
            return RenewingCredentials.metadata(
                url: metadata.url, project: try project(metadata.projectID, iamURL: metadata.iamURL, settings),
                exchanges: exchanges)
        case .environment: return try fromEnvironment(settings, exchanges: exchanges)
        }
    }

    private func fromEnvironment(
        _ settings: SourceSettings, exchanges: CredentialExchanges
    ) throws(ExporterError) -> any CredentialProvider {
        do {
            return try EnvironmentCredentials(environment, region: settings.region, exchanges: exchanges).provider()
        } catch {
            throw ExporterError("source \(settings.name): auth from the environment: \(error.description)")
        }
    }

    /// Refuses settings of which no credentials could be made.
    func checkCredentials(_ settings: SourceSettings) throws(ExporterError) {
        // Made and dropped again: nothing is asked before somebody needs a credential.
        _ = try credentials(
            settings,
            exchanges: CredentialExchanges(
                transport: transport(settings), direct: directTransport(), timeout: poll.timeout, clock: SystemClock()
            ) { _ in })
    }

    private func project(
        _ id: String?, iamURL: String?, _ settings: SourceSettings
    ) throws(ExporterError) -> ProjectChoice {
        if let id { return .id(id) }
        guard let region = settings.region, let iamURL else {
            throw ExporterError(
                "source \(settings.name): give auth a project_id, or the source a region to look it up by")
        }
        return .named(region, iamURL: iamURL)
    }
}

extension SecretSource {
    fileprivate init(_ secret: ConfiguredSecret) {
        switch secret {
        case .value(let value): self.init(value)
        case .file(let path): self.init(path: path)
        }
    }
}

extension TokenScope {
    fileprivate init(_ project: ProjectSelection) {
        switch project {
        case .name(let name): self = .name(name)
        case .id(let id): self = .id(id)
        }
    }
}

extension Agency {
    fileprivate init(_ settings: AgencySettings) {
        let account: Account =
            switch settings.domain {
            case .name(let name): .name(name)
            case .id(let id): .id(id)
            }
        self.init(name: settings.agency, account: account, duration: settings.duration)
    }
}
