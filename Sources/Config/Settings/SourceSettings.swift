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
    /// The version of the API of workspaces and endpoints.
    public var api = APIVersion.v1
    /// The API's address, without a trailing slash. Default: that of ``api`` in the region.
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
    static let apiKey = Key<Self>(
        "api", \.api, .choice(of: APIVersion.allCases) { $0.rawValue },
        "The version of the API of workspaces and endpoints: `v1` is DataArts Fabric, `v2` is AI DataLake."
    )
    static let baseURLKey = Key<Self>(
        "base_url", \.baseURL, .url(), fallback: "`https://fabric.{region}.myhuaweicloud.com`",
        "The API's address; trailing slashes are dropped. With `api: v2` the default in "
            + "\(SchemaWalker.list(serverlessRegions)) is `https://fabric-serverless.{region}.myhuaweicloud.com`.")
    static let authKey = Key<Self>(
        "auth", \.self, .section(authSection), required: true, "How requests are authenticated.")
    static let workspacesKey = Key<Self>(
        "workspaces", \.workspaces, .list(of: WorkspaceSettings.section), "The workspaces to poll, with unique ids.")
    static let discoveryKey = Key<Self>(
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
            nameKey, regionKey, apiKey, baseURLKey, authKey, workspacesKey, discoveryKey,
            Key("tls", \.connection, .section(ConnectionOptions.tlsSection), "TLS options."),
            proxyURLKey, collectKey, servicesURLKey,
        ])

    /// The regions in which API v2 has a host of its own.
    private static let serverlessRegions = ["cn-southwest-2", "cn-east-4"]

    /// Returns the default address of a version of the API in a region.
    static func defaultBaseURL(region: String, api: APIVersion = .v1) -> String {
        let host = api == .v2 && serverlessRegions.contains(region) ? "fabric-serverless" : "fabric"
        return "https://\(host).\(region).myhuaweicloud.com"
    }
}

extension WorkspaceSettings {
    static let filterKey = Key<Self>(
        "filter", \.filter, .section(EndpointFilter.section), "Selects the endpoints to list.")
    static let idKey = Key<Self>(
        "id", \.id, .workspaceID, required: true, "The workspace's id: 1 to 36 letters, digits and hyphens.")

    static let section = Section(
        "workspaces", "A workspace to poll.", of: Self(id: ""),
        keys: [
            idKey,
            Key(
                "name", \.name, .labelValue, fallback: "the discovered name, else the id",
                "The workspace's name in labels."),
            filterKey,
            Key(
                "labels", \.labels, .labels,
                "Labels of `dataarts_fabric_workspace_info`, such as `team: risk`. The shipped alerts carry `team`."),
        ])
}

extension EndpointFilter {
    private static let nameKey = Key<Self>(
        "name", \.name, .text, "The endpoints' name, or a part of it; with `api: v2` the exact name.")
    private static let keysInV1: [Key<Self>] = [
        Key(
            "type", \.type, .endpointType(in: .v1),
            "The endpoints' type. Documented types: \(EndpointType.documented.map { "`\($0)`" }.joined(separator: ", ")); "
                + "another value is sent with a warning."),
        Key(
            "visibility", \.visibility, Kind<String>.choice(of: ["PRIVATE", "PUBLIC", "ALL"]) { $0 },
            fallback: "not sent: the caller's own", "Whose endpoints are listed."),
        nameKey,
        Key("model_id", \.modelID, .text, "The id of the model that is served."),
        Key("endpoint_id", \.endpointID, .text, "One endpoint's id."),
    ]
    private static let keysInV2: [Key<Self>] = [
        nameKey,
        Key(
            "engine_types", \.engineTypes, .engineTypes,
            "The endpoints' engine types. Documented types: "
                + "\(EndpointType.documentedInV2.map { "`\($0)`" }.joined(separator: ", ")); another value is sent with a warning."
        ),
        Key("compute_id", \.computeID, .text, "The id of the compute pool that the endpoints run on."),
    ]

    /// Returns the keys that a version of the API accepts.
    static func keys(in version: APIVersion) -> [Key<Self>] {
        switch version {
        case .v1: keysInV1
        case .v2: keysInV2
        }
    }

    static let section = Section(
        "filter",
        "A filter, sent to the API unchanged. \(keyNames(in: .v1)) are allowed with `api: v1`, \(keyNames(in: .v2)) with "
            + "`api: v2`.",
        of: Self(), keys: keysInV1 + keysInV2.filter { key in !keysInV1.contains { $0.name == key.name } })

    private static func keyNames(in version: APIVersion) -> String {
        SchemaWalker.list(keys(in: version).map { "`\($0.name)`" })
    }
}

extension DiscoverySettings {
    static let filterKey = Key<Self>(
        "filter", \.filter, .section(EndpointFilter.section),
        "Selects the endpoints to list, for every discovered workspace.")

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
            filterKey,
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
