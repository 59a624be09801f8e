// SPDX-License-Identifier: Apache-2.0
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
            return RenewingCredentials.accessKey(
                id: key.id, secret: SecretSource(key.secret), securityToken: key.securityToken.map { SecretSource($0) },
                project: try project(key.projectID, iamURL: key.iamURL, settings), exchanges: exchanges)
        case .password(let user):
            return RenewingCredentials.password(
                IAMUser(domain: user.domain, name: user.user, password: SecretSource(user.password)),
                scope: TokenScope(user.project), iamURL: user.iamURL, exchanges: exchanges)
        case .metadata, .environment:
            throw ExporterError("source \(settings.name): this kind of auth is not supported yet")
        }
    }

    /// Refuses settings of which no credentials could be made.
    func checkCredentials(_ settings: SourceSettings) throws(ExporterError) {
        if case .accessKey(let key) = settings.auth { _ = try project(key.projectID, iamURL: key.iamURL, settings) }
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
