// SPDX-License-Identifier: Apache-2.0
internal import Base

/// Credentials as the environment names them, in the order of the service's own kits: an id token of a foreign identity
/// provider, an access key, the credentials file.
public struct EnvironmentCredentials {
    private let variables: [String: String]
    private let region: String?
    private let exchanges: CredentialExchanges

    /// - Parameters:
    ///   - variables: the process' environment.
    ///   - region: names the project and the services' addresses where no variable does.
    public init(_ variables: [String: String], region: String?, exchanges: CredentialExchanges) {
        self.variables = variables
        self.region = region
        self.exchanges = exchanges
    }

    /// What gives out the credentials.
    /// - Throws: ``CredentialFailure`` where variables contradict each other or name nothing.
    public func provider() throws(CredentialFailure) -> RenewingCredentials {
        if let provider = try assumedWithIDToken() { return provider }
        if let provider = try federatedToken() { return provider }
        if let provider = try accessKey() { return provider }
        guard
            let path = value("HUAWEICLOUD_SDK_CREDENTIALS_FILE")
                ?? value("HOME").map({ "\($0)/.huaweicloud/credentials" })
        else { throw CredentialFailure("neither HUAWEICLOUD_SDK_AK nor a credentials file is there") }
        let issuer = CredentialsFileIssuer(
            file: .file(path: path), path: path, projectID: value("HUAWEICLOUD_SDK_PROJECT_ID"), region: region,
            iamURL: try address("HUAWEICLOUD_SDK_IAM_ENDPOINT", service: "iam"), exchanges: exchanges)
        return RenewingCredentials(issuer, exchanges: exchanges)
    }

    /// The new kind: STS gives temporary keys of an agency for an id token.
    private func assumedWithIDToken() throws(CredentialFailure) -> RenewingCredentials? {
        guard let provider = value("HUAWEICLOUD_OIDC_PROVIDER_URN") else { return nil }
        guard let agency = value("HUAWEICLOUD_OIDC_AGENCY_URN"),
            let token = value("HUAWEICLOUD_OIDC_ID_TOKEN").map({ SecretSource.value(Secret($0)) })
                ?? value("HUAWEICLOUD_OIDC_TOKEN_FILE").map({ SecretSource.file(path: $0) })
        else {
            throw CredentialFailure(
                "HUAWEICLOUD_OIDC_PROVIDER_URN needs HUAWEICLOUD_OIDC_AGENCY_URN and one of HUAWEICLOUD_OIDC_TOKEN_FILE "
                    + "and HUAWEICLOUD_OIDC_ID_TOKEN")
        }
        guard let sts = try address("HUAWEICLOUD_SDK_STS_ENDPOINT", service: "sts") else { throw Self.noAddress }
        guard let seconds = Int64(value("HUAWEICLOUD_OIDC_DURATION_SECONDS") ?? "3600"),
            (900...86_400).contains(seconds)
        else { throw CredentialFailure("HUAWEICLOUD_OIDC_DURATION_SECONDS must be a number from 900 to 86400") }
        let issuer = IDTokenKeys(
            token: token, providerURN: provider, agencyURN: agency,
            sessionName: value("HUAWEICLOUD_OIDC_SESSION_NAME") ?? "dataarts-fabric-exporter", seconds: seconds,
            sts: IAM(url: sts, exchanges: exchanges, setting: "HUAWEICLOUD_SDK_STS_ENDPOINT"),
            project: try lookup())
        return RenewingCredentials(issuer, exchanges: exchanges)
    }

    /// The old kind: IAM gives a token of the project for an id token.
    private func federatedToken() throws(CredentialFailure) -> RenewingCredentials? {
        let (idp, file) = (value("HUAWEICLOUD_SDK_IDP_ID"), value("HUAWEICLOUD_SDK_ID_TOKEN_FILE"))
        if idp == nil, file == nil { return nil }
        guard let idp, let file, idp.isHeaderValue else {
            throw CredentialFailure("HUAWEICLOUD_SDK_IDP_ID and HUAWEICLOUD_SDK_ID_TOKEN_FILE go together")
        }
        guard let iam = try address("HUAWEICLOUD_SDK_IAM_ENDPOINT", service: "iam") else { throw Self.noAddress }
        let issuer = IDTokenIssuer(
            provider: idp, token: .file(path: file), scope: try project().project,
            iam: IAM(url: iam, exchanges: exchanges))
        return RenewingCredentials(issuer, exchanges: exchanges)
    }

    private func accessKey() throws(CredentialFailure) -> RenewingCredentials? {
        let (id, secret) = (value("HUAWEICLOUD_SDK_AK"), value("HUAWEICLOUD_SDK_SK"))
        if id == nil, secret == nil { return nil }
        guard let id, let secret else {
            throw CredentialFailure("HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK go together")
        }
        let key = AccessKeySettings(
            id: id, secret: .value(Secret(secret)),
            securityToken: value("HUAWEICLOUD_SDK_SECURITY_TOKEN").map { .value(Secret($0)) })
        return RenewingCredentials(AccessKeyIssuer(key: key, project: try lookup()), exchanges: exchanges)
    }

    private func lookup() throws(CredentialFailure) -> ProjectLookup {
        let (project, iamURL) = try project()
        return ProjectLookup(project, iamURL: iamURL, exchanges: exchanges)
    }

    private func project() throws(CredentialFailure) -> (project: NameOrID, iamURL: String) {
        if let id = value("HUAWEICLOUD_SDK_PROJECT_ID") { return (.id(id), "") }
        guard let region, let iam = try address("HUAWEICLOUD_SDK_IAM_ENDPOINT", service: "iam") else {
            throw CredentialFailure("give the source a region, or set HUAWEICLOUD_SDK_PROJECT_ID")
        }
        return (.name(region), iam)
    }

    /// A service's address without slashes at its end; nil where neither a variable nor a region names one.
    private func address(_ variable: String, service: String) throws(CredentialFailure) -> String? {
        guard let given = value(variable) else { return region.map { "https://\(service).\($0).myhuaweicloud.com" } }
        guard let address = CredentialsFile.address(given) else {
            throw CredentialFailure(
                "\(variable) must be a URL that starts with http:// or https://, without user or query")
        }
        return address
    }

    /// The file that ``provider()`` reads secrets from, and the variable that names it; nil if the variables hold them.
    public static func secretFile(in variables: [String: String]) -> (path: String, variable: String?)? {
        func value(_ name: String) -> String? { Self.value(name, variables) }
        func file(_ name: String) -> (path: String, variable: String?)? { value(name).map { ($0, name) } }
        if value("HUAWEICLOUD_OIDC_PROVIDER_URN") != nil {
            return value("HUAWEICLOUD_OIDC_ID_TOKEN") == nil ? file("HUAWEICLOUD_OIDC_TOKEN_FILE") : nil
        }
        if value("HUAWEICLOUD_SDK_IDP_ID") != nil || value("HUAWEICLOUD_SDK_ID_TOKEN_FILE") != nil {
            return file("HUAWEICLOUD_SDK_ID_TOKEN_FILE")
        }
        if value("HUAWEICLOUD_SDK_AK") != nil || value("HUAWEICLOUD_SDK_SK") != nil { return nil }
        return file("HUAWEICLOUD_SDK_CREDENTIALS_FILE")
            ?? value("HOME").map { ("\($0)/.huaweicloud/credentials", nil) }
    }

    private func value(_ name: String) -> String? { Self.value(name, variables) }

    /// A variable that is empty counts as unset.
    private static func value(_ name: String, _ variables: [String: String]) -> String? {
        variables[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    private static let noAddress = CredentialFailure(
        "give the source a region, or set HUAWEICLOUD_SDK_IAM_ENDPOINT and HUAWEICLOUD_SDK_STS_ENDPOINT")
}
