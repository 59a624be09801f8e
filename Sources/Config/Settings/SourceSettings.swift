// SPDX-License-Identifier: Apache-2.0
internal import Base
public import Fabric
public import HTTPClient

/// An entry of `sources`: an API, its credential and the workspaces to poll.
public struct SourceSettings: Sendable, Equatable {
    /// The source's name, unique in the file, not empty. Default: the region.
    public var name: String
    /// The region's code, such as `cn-north-4`; nil if the file sets `name` and `base_url` instead.
    public var region: String?
    /// The API's address, without a trailing slash. Default: `https://fabric.{region}.myhuaweicloud.com`.
    public var baseURL: String
    /// The address of the API for services and jobs, without a trailing slash; nil if no collected listing needs it and it
    /// is not set. Default: `https://fabric-ep.{region}.myhuaweicloud.com`.
    public var servicesURL: String?
    /// The authentication method.
    public var auth: AuthSettings
    /// The agency whose temporary keys are obtained with ``auth`` and then used instead; nil if no agency is assumed.
    public var assumeAgency: Agency?
    /// The configured workspaces, with unique ids; empty only if ``discovery`` is set.
    public var workspaces: [WorkspaceSettings]
    /// The discovery settings; nil without discovery.
    public var discovery: DiscoverySettings?
    /// The listings to collect in addition to endpoints.
    public var collect = CollectSettings()
    /// The connection options. The proxy URL may contain a password, so it must never be logged or shown.
    public var connection: ConnectionOptions

    /// Creates a source without validating it.
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

/// The `discovery` section.
public struct DiscoverySettings: Sendable, Equatable {
    /// The interval between discoveries.
    public var interval: Duration = .seconds(300)
    /// The API's fuzzy name filter; nil: no filter.
    public var name: String?
    /// The id of the enterprise project to search.
    public var enterpriseProjectID = "all_granted_eps"
    /// The names to keep; nil keeps all.
    public var include: NamePattern?
    /// The names to drop after applying `include`; nil keeps all.
    public var exclude: NamePattern?
    /// The filter of every discovered workspace.
    public var filter = EndpointFilter()
    /// The labels of every discovered workspace, for `dataarts_fabric_workspace_info`; values not empty.
    public var labels: [String: String] = [:]

    /// The defaults.
    public init() {}
}

extension SourceSettings {
    static let nameKey = Key<Self>(
        "name", \.name, .labelValue, fallback: "the region", "The source's name in labels and logs, unique in the file."
    )
    static let regionKey = Key<Self>(
        "region", \.region, .region,
        "The region's code, such as `cn-north-4`. Optional if `name` and `base_url` are set.")
    static let baseURLKey = Key<Self>(
        "base_url", \.baseURL, .url(), fallback: "`https://fabric.{region}.myhuaweicloud.com`",
        "The API's address; trailing slashes are dropped.")
    static let authKey = Key<Self>(
        "auth", \.self, .section(authSection), required: true, "How requests are authenticated.")
    static let workspacesKey = Key<Self>(
        "workspaces", \.workspaces, .list(of: WorkspaceSettings.section), "The workspaces to poll, with unique ids.")
    private static let discoveryKey = Key<Self>(
        "discovery", \.discovery, .section(DiscoverySettings.section),
        "Finds workspaces through the API. A workspace that is also in `workspaces` keeps that name, filter and labels."
    )
    static let proxyURLKey = Key<Self>(
        "proxy_url", \.connection.proxy, Kind.url(allowsUserInfo: true).map { .url($0) },
        fallback: "the environment's, as curl reads it", "The proxy. The URL may contain a user and password.")

    /// The settings before reading keys, with placeholders for required values.
    static let initial = Self(name: "", baseURL: "", auth: .environment, workspaces: [])

    static let section = Section(
        "sources", "A source: an API, its credential and the workspaces to poll.", of: initial,
        rules: [.atLeastOne([workspacesKey, discoveryKey])],
        keys: [
            nameKey, regionKey, baseURLKey, authKey, workspacesKey, discoveryKey,
            Key("tls", \.connection, .section(ConnectionOptions.tlsSection), "TLS options."),
            proxyURLKey, collectKey, servicesURLKey,
        ])

    /// Returns the API's default address in a region.
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
            Key("filter", \.filter, .section(EndpointFilter.section), "Selects the endpoints to list."),
            Key(
                "labels", \.labels, .labels,
                "Labels of `dataarts_fabric_workspace_info`, such as `team: risk`. The shipped alerts carry `team`."),
        ])
}

extension EndpointFilter {
    static let section = Section(
        "filter", "A filter, sent to the API unchanged.", of: Self(),
        keys: [
            Key(
                "type", \.type, .endpointType,
                "The endpoints' type. Documented types: \(EndpointType.documented.map { "`\($0)`" }.joined(separator: ", ")); "
                    + "another value is sent with a warning."),
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
        "discovery", "Lists the workspaces through the API once per `interval`.", of: Self(),
        keys: [
            Key("interval", \.interval, .duration(from: .milliseconds(100)), "The interval between discoveries."),
            Key("name", \.name, .text, "The API's fuzzy name filter."),
            Key(
                "enterprise_project_id", \.enterpriseProjectID, .text,
                fallback: "`\(Self().enterpriseProjectID)`", "The enterprise project to search."),
            Key(
                "include", \.include, .pattern, "Regular expression on names; only matching workspaces are kept."),
            Key("exclude", \.exclude, .pattern, "Regular expression on names; matching workspaces are dropped."),
            Key(
                "filter", \.filter, .section(EndpointFilter.section),
                "Selects the endpoints to list, for every discovered workspace."),
            Key(
                "labels", \.labels, .labels,
                "Labels of `dataarts_fabric_workspace_info`, for every discovered workspace."),
        ])
}

extension ConnectionOptions {
    private static let certFileKey = Key<Self>("cert_file", \.certificateFile, .file, "The client certificate, PEM.")
    private static let keyFileKey = Key<Self>(
        "key_file", \.keyFile, .file, "The client certificate's private key, PEM.")

    static let tlsSection = Section(
        "tls",
        "TLS options, named as in Prometheus' `tls_config`. Files are reloaded when they change. While a file cannot be"
            + " read or is incomplete, its previous content stays in use.",
        of: Self(), rules: [.together([certFileKey, keyFileKey])],
        keys: [
            Key(
                "ca_file", \.caFile, .file, fallback: "the system's", "CA certificates to trust, PEM."),
            certFileKey, keyFileKey,
            Key(
                "server_name", \.serverName, .hostName, fallback: "the host of the address",
                "The expected name in the server's certificate."),
            Key(
                "min_version", \.minimumTLSVersion, .choice(of: TLSVersion.allCases) { $0.rawValue },
                "The minimum TLS version."),
            Key(
                "insecure_skip_verify", \.skipsVerification, .boolean,
                "Disables verification of the server's certificate."),
        ])
}
