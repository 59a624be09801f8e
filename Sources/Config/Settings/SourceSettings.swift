// SPDX-License-Identifier: Apache-2.0
internal import Base
public import Fabric
public import HTTPClient

/// One entry of `sources`: an API, a credential for it and the workspaces to poll there.
public struct SourceSettings: Sendable, Equatable {
    /// The source's name, unique in the file, not empty. Default: the region.
    public var name: String
    /// The region's code, such as `cn-north-4`; nil where the file gives `name` and `base_url` instead.
    public var region: String?
    /// The API's address, without a trailing slash. Default: `https://fabric.{region}.myhuaweicloud.com`.
    public var baseURL: String
    /// How requests are authenticated.
    public var auth: AuthSettings
    /// The agency whose temporary keys are obtained with ``auth`` and then used instead; nil for none.
    public var assumeAgency: Agency?
    /// The configured workspaces, ids unique; may be empty only where ``discovery`` is set.
    public var workspaces: [WorkspaceSettings]
    /// How workspaces are found through the API; nil where they are not.
    public var discovery: DiscoverySettings?
    /// How connections to this source are made. The proxy may hold a password, so it must never be logged or shown.
    public var connection: ConnectionOptions

    /// A source of these parts; nothing is checked here.
    public init(
        name: String, region: String? = nil, baseURL: String, auth: AuthSettings, assumeAgency: Agency? = nil,
        workspaces: [WorkspaceSettings], discovery: DiscoverySettings? = nil,
        connection: ConnectionOptions = ConnectionOptions()
    ) {
        self.name = name
        self.region = region
        self.baseURL = baseURL
        self.auth = auth
        self.assumeAgency = assumeAgency
        self.workspaces = workspaces
        self.discovery = discovery
        self.connection = connection
    }
}

/// The `discovery` section: workspaces found through the API.
public struct DiscoverySettings: Sendable, Equatable {
    /// How often workspaces are looked for.
    public var interval: Duration = .seconds(300)
    /// The API's fuzzy name filter; nil is not sent.
    public var name: String?
    /// The enterprise project to look in.
    public var enterpriseProjectID = "all_granted_eps"
    /// Names to keep; nil keeps all.
    public var include: NamePattern?
    /// Names to drop, after `include`; nil drops none.
    public var exclude: NamePattern?
    /// The filter of every discovered workspace.
    public var filter = EndpointFilter()

    /// The defaults.
    public init() {}
}

extension SourceSettings {
    static let nameKey = Key<Self>(
        "name", \.name, .labelValue, fallback: "the region", "The source's name in labels and logs, unique in the file."
    )
    static let regionKey = Key<Self>(
        "region", \.region, .region,
        "The region's code, such as `cn-north-4`. May be left out where `name` and `base_url` are given.")
    static let baseURLKey = Key<Self>(
        "base_url", \.baseURL, .url(), fallback: "`https://fabric.{region}.myhuaweicloud.com`",
        "The API's address; slashes at its end are dropped.")
    static let authKey = Key<Self>(
        "auth", \.self, .section(authSection), required: true, "How requests are authenticated.")
    static let workspacesKey = Key<Self>(
        "workspaces", \.workspaces, .list(of: WorkspaceSettings.section), "The workspaces to poll, ids unique.")
    private static let discoveryKey = Key<Self>(
        "discovery", \.discovery, .section(DiscoverySettings.section),
        "Finds workspaces through the API. One that `workspaces` names too keeps that name and filter.")
    static let proxyURLKey = Key<Self>(
        "proxy_url", \.connection.proxy, Kind.url(allowsUserInfo: true).map { .url($0) },
        fallback: "the environment's, as curl reads it", "The proxy to go through. It may hold a user and password.")

    /// What keys are read into; what is required is missing.
    static let initial = Self(name: "", baseURL: "", auth: .environment, workspaces: [])

    static let section = Section(
        "sources", "A source: an API, a credential for it and the workspaces to poll there.", of: initial,
        rules: [.atLeastOne([workspacesKey, discoveryKey])],
        keys: [
            nameKey, regionKey, baseURLKey, authKey, workspacesKey, discoveryKey,
            Key("tls", \.connection, .section(ConnectionOptions.tlsSection), "How TLS connections are made."),
            proxyURLKey,
        ])

    /// The API's address in a region.
    static func defaultBaseURL(region: String) -> String { "https://fabric.\(region).myhuaweicloud.com" }
}

extension WorkspaceSettings {
    static let idKey = Key<Self>(
        "id", \.id, .workspaceID, required: true, "The workspace's id: 1 to 36 letters, digits and hyphens.")

    static let section = Section(
        "workspaces", "A workspace to poll.", of: Self(id: ""),
        keys: [
            idKey,
            Key(
                "name", \.name, .labelValue, fallback: "the discovered name, else the id",
                "The workspace's name in labels."),
            Key("filter", \.filter, .section(EndpointFilter.section), "Which of the workspace's endpoints are listed."),
        ])
}

extension EndpointFilter {
    static let section = Section(
        "filter", "A filter, handed to the API as it is.", of: Self(),
        keys: [
            Key(
                "type", \.type, .endpointType,
                "The endpoints' type. Documented are \(EndpointType.documented.map { "`\($0)`" }.joined(separator: ", ")); "
                    + "another word is warned about and sent."),
            Key(
                "visibility", \.visibility, Kind<String>.choice(of: ["PRIVATE", "PUBLIC", "ALL"]) { $0 },
                fallback: "not sent: the caller's own", "Whose endpoints are listed."),
            Key("name", \.name, .text, "The endpoints' name."),
            Key("model_id", \.modelID, .text, "The id of the model that is served."),
            Key("endpoint_id", \.endpointID, .text, "One endpoint's id."),
        ])
}

extension DiscoverySettings {
    static let section = Section(
        "discovery", "Lists the workspaces through the API, again every interval.", of: Self(),
        keys: [
            Key("interval", \.interval, .duration(from: .milliseconds(100)), "How often workspaces are looked for."),
            Key("name", \.name, .text, "The API's fuzzy name filter."),
            Key(
                "enterprise_project_id", \.enterpriseProjectID, .text,
                fallback: "`\(Self().enterpriseProjectID)`", "The enterprise project to look in."),
            Key(
                "include", \.include, .pattern, "Regular expression on names: only workspaces it finds are kept."),
            Key("exclude", \.exclude, .pattern, "Regular expression on names: workspaces it finds are dropped."),
            Key(
                "filter", \.filter, .section(EndpointFilter.section),
                "Which endpoints of the discovered workspaces are listed."),
        ])
}

extension ConnectionOptions {
    private static let certFileKey = Key<Self>("cert_file", \.certificateFile, .file, "The client certificate, PEM.")
    private static let keyFileKey = Key<Self>("key_file", \.keyFile, .file, "The client certificate's key, PEM.")

    static let tlsSection = Section(
        "tls",
        "How TLS connections are made; the names are those of Prometheus' `tls_config`. Files are read again when they"
            + " change. While one cannot be read or is incomplete, its previous content stays in use.",
        of: Self(), rules: [.together([certFileKey, keyFileKey])],
        keys: [
            Key(
                "ca_file", \.caFile, .file, fallback: "the system's", "Certificates of the authorities to trust, PEM."),
            certFileKey, keyFileKey,
            Key(
                "server_name", \.serverName, .hostName, fallback: "the address' host",
                "The name the server's certificate must have."),
            Key(
                "min_version", \.minimumTLSVersion, .choice(of: TLSVersion.allCases) { $0.rawValue },
                "The lowest protocol version to speak."),
            Key(
                "insecure_skip_verify", \.skipsVerification, .boolean,
                "Whether the server's certificate goes unchecked."),
        ])
}
