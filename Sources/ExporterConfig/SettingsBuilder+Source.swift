// SPDX-License-Identifier: Apache-2.0

extension SettingsBuilder {
    /// A source; nil where something it cannot do without is missing or wrong, which is then reported.
    mutating func source(_ section: CheckedSection) -> SourceSettings? {
        let region = section.text("region")
        if !section.isGiven("region") {
            for key in ["name", "base_url"] where !section.isGiven(key) {
                log.report(section.mark, section.path(of: key), "required where region is not given")
            }
        }
        let baseURL = section.text("base_url") ?? region.map(Self.defaultBaseURL)
        let auth = section.section("auth")
        let settings = auth.flatMap { self.auth($0, region: region) }
        let agency = auth.flatMap { assumeAgency($0) }
        if let auth { refuseLonelyAgency(auth) }
        let workspaces = section.list("workspaces").compactMap(workspace)
        refuseDuplicateIDs(section.list("workspaces"))
        warnAboutPlainHTTP(section, settings)
        guard let name = section.text("name") ?? region, let baseURL, let settings else { return nil }
        return SourceSettings(
            name: name,
            region: region,
            baseURL: baseURL,
            auth: settings,
            assumeAgency: agency,
            workspaces: workspaces,
            discovery: section.section("discovery").map(discovery),
            tls: section.section("tls").map(tls) ?? TLSSettings(),
            proxyURL: section.text("proxy_url")
        )
    }

    /// The API's address in a region.
    static func defaultBaseURL(region: String) -> String { "https://fabric.\(region).myhuaweicloud.com" }

    private func workspace(_ section: CheckedSection) -> WorkspaceSettings? {
        section.text("id").map {
            WorkspaceSettings(
                id: $0, name: section.text("name"), filter: section.section("filter").map(filter) ?? ListFilter()
            )
        }
    }

    private func filter(_ section: CheckedSection) -> ListFilter {
        ListFilter(
            type: section.text("type"),
            visibility: section.text("visibility"),
            name: section.text("name"),
            modelID: section.text("model_id"),
            endpointID: section.text("endpoint_id")
        )
    }

    private func discovery(_ section: CheckedSection) -> DiscoverySettings {
        var discovery = DiscoverySettings()
        discovery.interval = section.duration("interval") ?? discovery.interval
        discovery.name = section.text("name")
        discovery.enterpriseProjectID = section.text("enterprise_project_id") ?? discovery.enterpriseProjectID
        discovery.include = section.text("include").flatMap(NamePattern.init)
        discovery.exclude = section.text("exclude").flatMap(NamePattern.init)
        discovery.filter = section.section("filter").map(filter) ?? discovery.filter
        return discovery
    }

    private func tls(_ section: CheckedSection) -> TLSSettings {
        var tls = TLSSettings()
        tls.caFile = section.text("ca_file")
        tls.certFile = section.text("cert_file")
        tls.keyFile = section.text("key_file")
        tls.serverName = section.text("server_name")
        tls.minVersion = section.text("min_version").flatMap(TLSVersion.init) ?? tls.minVersion
        tls.insecureSkipVerify = section.boolean("insecure_skip_verify") ?? tls.insecureSkipVerify
        return tls
    }

    private mutating func refuseDuplicateIDs(_ sections: [CheckedSection]) {
        var firstPaths: [String: String] = [:]
        for section in sections {
            guard let id = section.text("id") else { continue }
            if let first = firstPaths[id] {
                log.report(
                    section.mark(of: "id"), section.path(of: "id"), "the workspace is in the list already, as \(first)")
            } else {
                firstPaths[id] = section.path
            }
        }
    }

    /// A credential that others on the way can read: to the API, to IAM, or to the proxy.
    private mutating func warnAboutPlainHTTP(_ section: CheckedSection, _ settings: AuthSettings?) {
        let proxy = address("proxy_url", in: section)
        let isProxyRemote = proxy.map { !$0.isLoopback } ?? false
        if let api = address("base_url", in: section), !api.isHTTPS, !api.isLoopback || isProxyRemote {
            warn("base_url", in: section, "the credential travels over plain http to another machine")
        }
        if let proxy, proxy.hasUserInfo, !proxy.isHTTPS, !proxy.isLoopback {
            warn("proxy_url", in: section, "the proxy's password travels over plain http to another machine")
        }
        guard
            let (kind, url) = settings.flatMap(Self.iamURL),
            let auth = section.section("auth")?.section(kind),
            let iam = try? WebAddress(url, allowsUserInfo: false)
        else { return }
        if !iam.isHTTPS, !iam.isLoopback || isProxyRemote {
            warn("iam_url", in: auth, "the credential travels over plain http to another machine")
        }
    }

    /// Where a credential is sent besides the API, and the key of the section that says so or leaves it to the default.
    private static func iamURL(of settings: AuthSettings) -> (kind: String, url: String)? {
        switch settings {
        case .password(let password): ("password", password.iamURL)
        case .accessKey(let key): key.iamURL.map { ("access_key", $0) }
        case .metadata(let metadata): metadata.iamURL.map { ("metadata", $0) }
        case .token, .environment: nil
        }
    }

    private mutating func warn(_ key: String, in section: CheckedSection, _ message: String) {
        log.warn(section.mark(of: key), section.path(of: key), message)
    }

    private func address(_ key: String, in section: CheckedSection) -> WebAddress? {
        section.text(key).flatMap { try? WebAddress($0, allowsUserInfo: true) }
    }
}
