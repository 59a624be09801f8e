// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric

extension SourceSettings {
    static let tokenKey = Key<Self>(
        "token", \.auth, Kind.secret(isHeader: true).map { .token($0) }, "A project-scoped IAM token.")
    static let tokenFileKey = Key<Self>(
        "token_file", \.auth, Kind.secretFile(isHeader: true).map { .token($0) }, "A file with the token.")
    static let passwordKey = Key<Self>(
        "password", \.auth, Kind.section(PasswordSettings.section).map { .password($0) },
        PasswordSettings.section.summary)
    static let accessKeyKey = Key<Self>(
        "access_key", \.auth, Kind.section(AccessKeySettings.section).map { .accessKey($0) },
        AccessKeySettings.section.summary)
    static let metadataKey = Key<Self>(
        "metadata", \.auth, Kind.section(MetadataSettings.section).map { .metadata($0) },
        "The temporary keys of this machine's agency.")
    private static let environmentKey = Key<Self>(
        "environment", \.auth,
        Kind.section(Section("auth.environment", "Takes no keys: write `environment: {}`.", of: (), keys: []))
            .map { _ in .environment },
        "The first available of: `HUAWEICLOUD_OIDC_*` (`PROVIDER_URN`, `AGENCY_URN`, `TOKEN_FILE` …); "
            + "`HUAWEICLOUD_SDK_IDP_ID` with `HUAWEICLOUD_SDK_ID_TOKEN_FILE`; `HUAWEICLOUD_SDK_AK` with `_SK` and "
            + "optionally `_SECURITY_TOKEN`; section `[basic]` of `HUAWEICLOUD_SDK_CREDENTIALS_FILE`, else of "
            + "`~/.huaweicloud/credentials`. `HUAWEICLOUD_SDK_PROJECT_ID`, `_IAM_ENDPOINT` and `_STS_ENDPOINT` apply "
            + "to all.")
    static let assumeAgencyKey = Key<Self>(
        "assume_agency", \.assumeAgency, .section(Agency.section),
        "With `access_key` or `password`: obtains temporary keys of an agency.")

    /// The `auth` section. Its keys set ``SourceSettings/auth``, except `assume_agency`.
    static let authSection = Section(
        "auth", "How requests are authenticated.", of: initial,
        rules: [.exactlyOne([tokenKey, tokenFileKey, passwordKey, accessKeyKey, metadataKey, environmentKey])],
        keys: [tokenKey, tokenFileKey, passwordKey, accessKeyKey, metadataKey, environmentKey, assumeAgencyKey])
}

extension Key {
    /// The `iam_url` key of an authentication method.
    fileprivate static func iamURL<Value>(
        _ property: any WritableKeyPath<Settings, Value> & Sendable, _ kind: Kind<Value>
    ) -> Key {
        Key(
            "iam_url", property, kind,
            fallback: "`HUAWEICLOUD_SDK_IAM_ENDPOINT` if set, else `https://iam.{region}.myhuaweicloud.com`",
            "IAM's address. A trailing version (`/v3`) and trailing slashes are dropped.")
    }
}

extension PasswordSettings {
    static let iamURLKey = Key<Self>.iamURL(\.iamURL, .url())
    private static let passwordKey = Key<Self>(
        "password", \.password, .secret(isHeader: false), "The user's password.")
    private static let passwordFileKey = Key<Self>(
        "password_file", \.password, .secretFile(isHeader: false), "A file with the password.")
    static let projectKey = Key<Self>(
        "project", \.project, Kind.text.map { .name($0) }, fallback: "the region", "The project's name.")
    static let projectIDKey = Key<Self>(
        "project_id", \.project, Kind.text.map { .id($0) }, "The project's id, instead of its name.")

    static let section = Section(
        "auth.password", "An IAM user's password, exchanged for a token that is renewed before it expires.",
        of: Self(iamURL: "", domain: "", user: "", password: .file(path: ""), project: .name("")),
        rules: [.exactlyOne([passwordKey, passwordFileKey]), .atMostOne([projectKey, projectIDKey])],
        keys: [
            iamURLKey,
            Key("domain", \.domain, .text, required: true, "The user's account (domain) name."),
            Key("user", \.user, .text, required: true, "The user's name."),
            passwordKey, passwordFileKey, projectKey, projectIDKey,
        ])
}

extension AccessKeySettings {
    static let iamURLKey = Key<Self>.iamURL(\.iamURL, Kind.url().map { Optional($0) })
    private static let secretKey = Key<Self>(
        "secret", \.secret, .secret(isHeader: true), "The secret access key (SK).")
    private static let secretFileKey = Key<Self>(
        "secret_file", \.secret, .secretFile(isHeader: true), "A file with the secret access key.")
    private static let securityTokenKey = Key<Self>(
        "security_token", \.securityToken, .secret(isHeader: true), "The security token of temporary keys.")
    private static let securityTokenFileKey = Key<Self>(
        "security_token_file", \.securityToken, .secretFile(isHeader: true), "A file with the security token.")
    static let projectIDKey = Key<Self>(
        "project_id", \.projectID, .text, fallback: "looked up through IAM", "The project's id.")

    static let section = Section(
        "auth.access_key", "AK/SK: each request is signed with SDK-HMAC-SHA256.",
        of: Self(id: "", secret: .file(path: "")),
        rules: [.exactlyOne([secretKey, secretFileKey]), .atMostOne([securityTokenKey, securityTokenFileKey])],
        keys: [
            Key("id", \.id, .text, required: true, "The access key's id (AK)."),
            secretKey, secretFileKey, securityTokenKey, securityTokenFileKey, projectIDKey, iamURLKey,
        ])
}

extension MetadataSettings {
    static let iamURLKey = Key<Self>.iamURL(\.iamURL, Kind.url().map { Optional($0) })
    static let projectIDKey = Key<Self>(
        "project_id", \.projectID, .text, fallback: "looked up through IAM", "The project's id.")

    static let section = Section(
        "auth.metadata", "The temporary keys of this machine's agency. `metadata: {}` takes all defaults.", of: Self(),
        keys: [
            Key("url", \.url, .url(), fallback: "`\(Self().url)`", "The metadata service's address."),
            iamURLKey, projectIDKey,
        ])
}

extension Agency {
    private static let domainKey = Key<Self>(
        "domain", \.account, Kind.text.map { .name($0) }, "The delegating account's name.")
    private static let domainIDKey = Key<Self>(
        "domain_id", \.account, Kind.text.map { .id($0) }, "The delegating account's id, instead of its name.")

    static let section = Section(
        "auth.assume_agency", "Temporary keys of an agency, obtained with `access_key` or `password`.",
        of: Self(name: "", account: .name("")), rules: [.exactlyOne([domainKey, domainIDKey])],
        keys: [
            Key("agency", \.name, .text, required: true, "The agency's name."),
            domainKey, domainIDKey,
            Key(
                "duration", \.duration, .duration(from: .seconds(900), to: .seconds(86_400)),
                "The lifetime of the keys."),
        ])
}
