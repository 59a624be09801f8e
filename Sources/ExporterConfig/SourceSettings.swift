// SPDX-License-Identifier: Apache-2.0

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
    public var assumeAgency: AgencySettings?
    /// The configured workspaces, ids unique; may be empty only where ``discovery`` is set.
    public var workspaces: [WorkspaceSettings]
    /// How workspaces are found through the API; nil where they are not.
    public var discovery: DiscoverySettings?
    /// How TLS connections of this source are made.
    public var tls: TLSSettings
    /// The proxy of this source; nil for the environment's, as curl reads it. It may hold a password (`user:password@`),
    /// so it must never be logged or shown.
    public var proxyURL: String?

    /// A source of these parts; nothing is checked here.
    public init(
        name: String,
        region: String? = nil,
        baseURL: String,
        auth: AuthSettings,
        assumeAgency: AgencySettings? = nil,
        workspaces: [WorkspaceSettings],
        discovery: DiscoverySettings? = nil,
        tls: TLSSettings = TLSSettings(),
        proxyURL: String? = nil
    ) {
        self.name = name
        self.region = region
        self.baseURL = baseURL
        self.auth = auth
        self.assumeAgency = assumeAgency
        self.workspaces = workspaces
        self.discovery = discovery
        self.tls = tls
        self.proxyURL = proxyURL
    }
}

/// One entry of `workspaces`.
public struct WorkspaceSettings: Sendable, Equatable {
    /// The workspace's id: 1 to 36 letters, digits and hyphens.
    public var id: String
    /// The name to expose, not empty; nil for the discovered name, else the id.
    public var name: String?
    /// Which of the workspace's endpoints are listed. Default: no filter.
    public var filter: ListFilter

    /// A workspace of these parts; nothing is checked here.
    public init(id: String, name: String? = nil, filter: ListFilter = ListFilter()) {
        self.id = id
        self.name = name
        self.filter = filter
    }
}

/// A `filter` section: values handed to the list API as they are. None is empty; nil is not sent.
public struct ListFilter: Sendable, Equatable {
    /// The endpoints' type, such as `inference`.
    public var type: String?
    /// `PRIVATE`, `PUBLIC` or `ALL`; nil for the caller's own.
    public var visibility: String?
    /// The endpoints' name.
    public var name: String?
    /// The id of the model that is served.
    public var modelID: String?
    /// One endpoint's id.
    public var endpointID: String?

    /// A filter of these parts. Default: none.
    public init(
        type: String? = nil,
        visibility: String? = nil,
        name: String? = nil,
        modelID: String? = nil,
        endpointID: String? = nil
    ) {
        self.type = type
        self.visibility = visibility
        self.name = name
        self.modelID = modelID
        self.endpointID = endpointID
    }
}

/// The `discovery` section: workspaces found through the API.
public struct DiscoverySettings: Sendable, Equatable {
    /// How often workspaces are looked for. Default 5 min, at least 100 ms.
    public var interval: Duration = .seconds(300)
    /// The API's fuzzy name filter; nil is not sent.
    public var name: String?
    /// The enterprise project to look in. Default `all_granted_eps`.
    public var enterpriseProjectID = "all_granted_eps"
    /// Names to keep; nil keeps all.
    public var include: NamePattern?
    /// Names to drop, after `include`; nil drops none.
    public var exclude: NamePattern?
    /// The filter of every discovered workspace. Default: none.
    public var filter = ListFilter()

    /// The defaults.
    public init() {}
}

/// The `tls` section, named as Prometheus' `tls_config`. Paths are absolute or relative to the working directory.
public struct TLSSettings: Sendable, Equatable {
    /// Certificates of the authorities to trust, PEM; nil for the system's.
    public var caFile: String?
    /// The client certificate, PEM; set exactly where ``keyFile`` is.
    public var certFile: String?
    /// The client certificate's key, PEM; set exactly where ``certFile`` is.
    public var keyFile: String?
    /// The name the server's certificate must have; nil for the address' host.
    public var serverName: String?
    /// The lowest protocol version to speak. Default TLS 1.2.
    public var minVersion: TLSVersion = .tls12
    /// Whether the server's certificate goes unchecked. Default false.
    public var insecureSkipVerify = false

    /// The defaults.
    public init() {}
}

/// The values of `tls.min_version`.
public enum TLSVersion: String, Sendable, Equatable, CaseIterable {
    /// TLS 1.2
    case tls12 = "TLS12"
    /// TLS 1.3
    case tls13 = "TLS13"
}
