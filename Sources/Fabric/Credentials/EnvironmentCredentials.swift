// SPDX-License-Identifier: Apache-2.0
internal import Base

/// Credentials from environment variables, in the order of the Huawei Cloud SDKs: an ID token of an external identity
/// provider, an access key, the credentials file.
public struct EnvironmentCredentials {
    private let variables: [String: String]
    private let region: String?
    private let client: CredentialClient

    /// - Parameters:
    ///   - variables: the process's environment.
    ///   - region: determines the project and the services' addresses unless variables do.
    public init(_ variables: [String: String], region: String?, client: CredentialClient) {
        self.variables = variables
        self.region = region
        self.client = client
    }

    /// Returns the provider that the variables select.
    /// - Throws: ``CredentialFailure`` if variables are missing, contradictory or malformed.
    public func provider() throws(CredentialFailure) -> RenewingCredentials {
        if let provider = try assumedWithIDToken() { return provider }
        if let provider = try federatedToken() { return provider }
        if let provider = try accessKey() { return provider }
        guard
            let path = value("HUAWEICLOUD_SDK_CREDENTIALS_FILE")
                ?? value("HOME").map({ "\($0)/.huaweicloud/credentials" })
        else {
            throw CredentialFailure(
                "no credentials: set HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK, or HUAWEICLOUD_SDK_CREDENTIALS_FILE")
        }
        let issuer = CredentialsFileIssuer(
            file: .file(path: path), path: path, projectID: value("HUAWEICLOUD_SDK_PROJECT_ID"), region: region,
            iamURL: try address("HUAWEICLOUD_SDK_IAM_ENDPOINT", service: "iam"), client: client)
        return RenewingCredentials(issuer, client: client)
    }

    /// Returns the provider of temporary keys that STS issues for an ID token (the newer kind of federation).
    private func assumedWithIDToken() throws(CredentialFailure) -> RenewingCredentials? {
        guard let provider = value("HUAWEICLOUD_OIDC_PROVIDER_URN") else { return nil }
        guard let agency = value("HUAWEICLOUD_OIDC_AGENCY_URN"),
            let token = value("HUAWEICLOUD_OIDC_ID_TOKEN").map({ SecretSource.value(Secret($0)) })
                ?? value("HUAWEICLOUD_OIDC_TOKEN_FILE").map({ SecretSource.file(path: $0) })
        else {
            throw CredentialFailure(
                "HUAWEICLOUD_OIDC_PROVIDER_URN requires HUAWEICLOUD_OIDC_AGENCY_URN and either "
                    + "HUAWEICLOUD_OIDC_TOKEN_FILE or HUAWEICLOUD_OIDC_ID_TOKEN")
        }
        guard let sts = try address("HUAWEICLOUD_SDK_STS_ENDPOINT", service: "sts") else { throw Self.noAddress }
        guard let seconds = Int64(value("HUAWEICLOUD_OIDC_DURATION_SECONDS") ?? "3600"),
            (900...86_400).contains(seconds)
        else { throw CredentialFailure("HUAWEICLOUD_OIDC_DURATION_SECONDS must be a number from 900 to 86400") }
        let issuer = IDTokenKeyIssuer(
            token: token, providerURN: provider, agencyURN: agency,
            sessionName: value("HUAWEICLOUD_OIDC_SESSION_NAME") ?? "dataarts-fabric-exporter", seconds: seconds,
            sts: IAM(url: sts, client: client, setting: "HUAWEICLOUD_SDK_STS_ENDPOINT"),
            project: try lookup())
        return RenewingCredentials(issuer, client: client)
    }

    /// Returns the provider of project tokens that IAM issues for an ID token (the older kind of federation).
    private func federatedToken() throws(CredentialFailure) -> RenewingCredentials? {
        let (idp, file) = (value("HUAWEICLOUD_SDK_IDP_ID"), value("HUAWEICLOUD_SDK_ID_TOKEN_FILE"))
        if idp == nil, file == nil { return nil }
        guard let idp, let file, idp.isHeaderValue else {
            throw CredentialFailure("HUAWEICLOUD_SDK_IDP_ID and HUAWEICLOUD_SDK_ID_TOKEN_FILE must both be set")
        }
        guard let iam = try address("HUAWEICLOUD_SDK_IAM_ENDPOINT", service: "iam") else { throw Self.noAddress }
        let issuer = IDTokenIssuer(
            provider: idp, token: .file(path: file), scope: try project().project,
            iam: IAM(url: iam, client: client))
        return RenewingCredentials(issuer, client: client)
    }

    private func accessKey() throws(CredentialFailure) -> RenewingCredentials? {
        let (id, secret) = (value("HUAWEICLOUD_SDK_AK"), value("HUAWEICLOUD_SDK_SK"))
        if id == nil, secret == nil { return nil }
        guard let id, let secret else {
            throw CredentialFailure("HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK must both be set")
        }
        let key = AccessKeySettings(
            id: id, secret: .value(Secret(secret)),
            securityToken: value("HUAWEICLOUD_SDK_SECURITY_TOKEN").map { .value(Secret($0)) })
        return RenewingCredentials(AccessKeyIssuer(key: key, project: try lookup()), client: client)
    }

    private func lookup() throws(CredentialFailure) -> ProjectLookup {
        let (project, iamURL) = try project()
        return ProjectLookup(project, iamURL: iamURL, client: client)
    }

    private func project() throws(CredentialFailure) -> (project: NameOrID, iamURL: String) {
        if let id = value("HUAWEICLOUD_SDK_PROJECT_ID") { return (.id(id), "") }
        guard let region, let iam = try address("HUAWEICLOUD_SDK_IAM_ENDPOINT", service: "iam") else {
            throw CredentialFailure("no project: set HUAWEICLOUD_SDK_PROJECT_ID, or the source's region to look it up")
        }
        return (.name(region), iam)
    }

    /// Returns a service's address without trailing slashes; nil if neither the variable nor a region is set.
    private func address(_ variable: String, service: String) throws(CredentialFailure) -> String? {
        guard let given = value(variable) else { return region.map { "https://\(service).\($0).myhuaweicloud.com" } }
        guard let address = CredentialsFile.address(given) else {
            throw CredentialFailure(
                "\(variable) must be a URL that starts with http:// or https://, without user or query")
        }
        return address
    }

    /// Returns the file that ``provider()`` reads secrets from, and the variable that names it; nil if the variables
    /// contain the secrets.
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

    /// Returns the variable's value. Empty counts as unset.
    private static func value(_ name: String, _ variables: [String: String]) -> String? {
        variables[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    private static let noAddress = CredentialFailure(
        "no address of IAM or STS: set the source's region, or HUAWEICLOUD_SDK_IAM_ENDPOINT and "
            + "HUAWEICLOUD_SDK_STS_ENDPOINT")
}
