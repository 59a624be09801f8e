// SPDX-License-Identifier: Apache-2.0
public import Base

/// Chooses the remedies for failures of one source by what is known about it.
public struct SourceRemedies: Sendable, Equatable {
    /// The operation that failed.
    public enum Subject: Sendable, Equatable {
        /// Getting a credential.
        case credential(didRespond: Bool, CredentialFailure.Cause)
        /// Listing the workspaces.
        case discovery
        /// Listing the records of a workspace.
        /// - Parameters:
        ///   - permission: what to grant if the permission is missing.
        ///   - isFiltered: whether the workspace has a filter; nil if unknown.
        case listing(permission: Phrase, isFiltered: Bool?)
        /// Listing the project's quotas with a credential that could be obtained.
        case quotas
    }

    /// A proxy that requests probably use.
    public struct Proxy: Sendable, Equatable {
        /// Where its address comes from.
        public enum Origin: Sendable, Equatable {
            /// The key `proxy_url`.
            case setting
            /// An environment variable.
            case variable(String)
        }

        /// Host and port, without user and password.
        public var address: String
        /// Where the address comes from.
        public var origin: Origin

        /// Creates a proxy.
        public init(address: String, origin: Origin) {
            self.address = address
            self.origin = origin
        }

        /// The address with its origin.
        var name: Phrase {
            switch origin {
            case .setting: Phrase("\(address) (`proxy_url`)", "\(address)（`proxy_url`）")
            case .variable(let name):
                Phrase(
                    "\(address) (environment variable `\(name)`, unless `no_proxy` names the host)",
                    "\(address)（环境变量 `\(name)`，除非 `no_proxy` 包含该主机）")
            }
        }
    }

    /// The clock skew beyond which signatures are rejected, in seconds.
    public static let maximumSkew: Int64 = 15 * 60

    /// The API's address.
    public var baseURL: String
    /// The address of the API for services and jobs; nil if none is configured.
    public var servicesURL: String?
    /// The region; nil if none is configured.
    public var region: String?
    /// The kind of the credential.
    public var credential: CredentialKind
    /// Whether the credential is only used to assume an agency.
    public var assumesAgency: Bool
    /// Whether IAM is asked for the project of an access key.
    public var looksUpProject: Bool
    /// The proxy that requests probably use; nil for none.
    public var proxy: Proxy?
    /// The seconds by which this machine's clock is ahead of the service's; nil if unknown.
    public var clockSkewSeconds: Int64?
    /// The workspaces that the credential has access to; nil if unknown.
    public var visibleWorkspaces: [String]?

    /// Creates the remedies of a source.
    public init(
        baseURL: String, region: String? = nil, credential: CredentialKind, assumesAgency: Bool = false,
        looksUpProject: Bool = false, proxy: Proxy? = nil, clockSkewSeconds: Int64? = nil,
        visibleWorkspaces: [String]? = nil
    ) {
        self.baseURL = baseURL
        self.region = region
        self.credential = credential
        self.assumesAgency = assumesAgency
        self.looksUpProject = looksUpProject
        self.proxy = proxy
        self.clockSkewSeconds = clockSkewSeconds
        self.visibleWorkspaces = visibleWorkspaces
    }

    /// The same remedies for requests to the API for services and jobs.
    public var ofServices: SourceRemedies {
        var remedies = self
        remedies.baseURL = servicesURL ?? baseURL
        return remedies
    }

    /// Returns the remedy for a failure.
    public func remedy(for reason: FailureReason, of subject: Subject) -> Remedy {
        if case .credential(_, let cause) = subject, let remedy = remedy(for: cause) { return remedy }
        if let remedy = clockRemedy(for: reason) { return remedy }
        switch (reason, subject) {
        case (.credentials, .credential(didRespond: false, _)):
            return .checkConnection(server: nil, host: host, proxy)
        case (.credentials, .quotas): return .setQuotaProject
        case (.forbidden, .quotas): return .grantQuotas
        case (.notFound, .quotas), (.badRequest, .quotas): return .checkQuotas(baseURL: baseURL)
        case (.credentials, _): return remedyForMissingCredential
        case (.unauthenticated, _): return remedyForRejectedCredential
        case (.forbidden, .listing(let permission, _)): return .grant(permission)
        case (.forbidden, _): return .grantDiscovery
        case (.notFound, .listing):
            return .checkWorkspace(looksUpProject: looksUpProject, visible: visibleWorkspaces)
        case (.notFound, _): return .checkAddress(baseURL: baseURL)
        case (.badRequest, .listing(_, isFiltered: true)): return .checkFilter
        case (.badRequest, .listing): return .checkRequest
        case (.badRequest, _): return .checkDiscovery
        case (.timeout, _): return .raiseTimeout(host: host, proxy)
        case (.network, _): return .checkConnection(server: host, host: host, proxy)
        case (.tls, _): return .checkTLS(host: host)
        case (.response, _): return .checkResponse(baseURL: baseURL)
        case (.throttled, _): return .lowerRate
        case (.server, _): return .reportFault
        case (.inconsistent, _): return .readAgain
        case (.stalled, _): return .restart
        }
    }

    /// Returns the remedy that follows from the cause alone; nil if the cause is not specific.
    private func remedy(for cause: CredentialFailure.Cause) -> Remedy? {
        switch cause {
        case .address: .correctIAMAddress(region: region)
        case .expired: .compareClocks
        case .secretFile: .provideSecretFile
        case .unavailable: .waitForIssuer
        case .rejected, .other: nil
        }
    }

    private func clockRemedy(for reason: FailureReason) -> Remedy? {
        guard [.unauthenticated, .credentials, .forbidden].contains(reason), signs, let ahead = clockSkewSeconds,
            abs(ahead) > Self.maximumSkew
        else { return nil }
        return .synchronizeClock(ahead: ahead)
    }

    private var signs: Bool {
        switch credential {
        case .token: false
        case .password: assumesAgency
        case .accessKey, .metadata, .environment: true
        }
    }

    private var remedyForMissingCredential: Remedy {
        if assumesAgency { return .checkAgency }
        switch credential {
        case .token: return .setToken
        case .password: return .checkPassword
        case .accessKey: return .checkAccessKey
        case .metadata: return .checkMetadata
        case .environment: return .checkEnvironment
        }
    }

    private var remedyForRejectedCredential: Remedy {
        switch credential {
        case .token: .replaceToken
        case .accessKey where !assumesAgency: .replaceAccessKey
        case .password, .accessKey, .metadata, .environment: .alignRegions
        }
    }

    private var host: String { Self.authority(of: baseURL) }

    /// Returns host and port of a URL without user and password, which may contain unescaped characters.
    public static func authority(of url: String) -> String {
        let start = url.lastIndex(of: "@").map { url.index(after: $0) } ?? url.firstRange(of: "://")?.upperBound
        return String(url[(start ?? url.startIndex)...].prefix { !"/?#".contains($0) })
    }
}
