// SPDX-License-Identifier: Apache-2.0
internal import Fabric
internal import HTTPClient

/// Sets defaults that depend on other keys, and checks constraints between sections. A value that was already reported
/// as invalid is not reported again.
extension SchemaWalker {
    mutating func finish(_ file: inout ExporterConfiguration) {
        let poll = ExporterConfiguration.pollKey.path(in: "")
        if isValid(poll) { finish(&file.poll, at: poll) }
        if let prices = file.prices { rejectDuplicates(prices, at: ExporterConfiguration.pricesKey.path(in: "")) }
        let sections = file.sources.indices.map { "\(ExporterConfiguration.sourcesKey.path(in: ""))[\($0)]" }
        for (index, section) in sections.enumerated() where isValid(section) {
            finish(&file.sources[index], at: section, file.poll)
            warnAboutRate(file.sources[index], in: section, file.poll)
        }
        let name = SourceSettings.nameKey
        rejectDuplicates(
            zip(sections, file.sources).map { section, source in
                // The region is the default name, so it can collide too.
                (section, isGiven(name, in: section) ? name : SourceSettings.regionKey, source.name)
            }
        ) { key, value, first in
            key.name == name.name
                ? "duplicate source name \(value) (first used by \(first)); set a different name"
                : "duplicate source name \(value) (the region is the default; first used by \(first)); set name"
        }
    }

    private mutating func finish(_ poll: inout PollSettings, at section: String) {
        let (interval, staleAfter) = (PollSettings.intervalKey, PollSettings.staleAfterKey)
        guard isValid(staleAfter, in: section) else {
            poll.staleAfter = PollSettings.defaultStaleAfter(interval: poll.interval)
            return
        }
        guard isValid(interval, in: section) || !isGiven(interval, in: section), poll.staleAfter < poll.interval * 2
        else { return }
        let minimum = Durations.format(poll.interval * 2)
        report(
            staleAfter, in: section,
            "must be at least 2 × interval (\(minimum)), not \(Durations.format(poll.staleAfter))")
    }

    mutating func finish(_ source: inout SourceSettings, at section: String, _ poll: PollSettings) {
        if !isGiven(SourceSettings.regionKey, in: section) {
            for key in [SourceSettings.nameKey, SourceSettings.baseURLKey] where !isGiven(key, in: section) {
                report(key, in: section, "required if region is not set")
            }
        }
        if let region = source.region {
            if !isGiven(SourceSettings.nameKey, in: section) { source.name = region }
            if !isGiven(SourceSettings.baseURLKey, in: section) {
                source.baseURL = SourceSettings.defaultBaseURL(region: region, api: source.api)
            }
        }
        let auth = SourceSettings.authKey.path(in: section)
        if isValid(auth) { finishAuth(of: &source, at: auth) }
        let workspaces = SourceSettings.workspacesKey.path(in: section)
        rejectDuplicates(
            source.workspaces.enumerated().map { ("\(workspaces)[\($0)]", WorkspaceSettings.idKey, $1.id) }
        ) { _, id, first in "duplicate workspace id \(id) (first used by \(first)); remove one of them" }
        if isValid(SourceSettings.apiKey, in: section) || !isGiven(SourceSettings.apiKey, in: section) {
            rejectOtherVersions(of: &source, at: section)
        }
        finishCollect(of: &source, at: section, poll)
        warnAboutPlainHTTP(source, at: section)
    }

    /// Reports filters and listings that the source's version of the API doesn't have.
    private mutating func rejectOtherVersions(of source: inout SourceSettings, at section: String) {
        let workspaces = SourceSettings.workspacesKey.path(in: section)
        let filters =
            source.workspaces.indices.map { WorkspaceSettings.filterKey.path(in: "\(workspaces)[\($0)]") }
            + [DiscoverySettings.filterKey.path(in: SourceSettings.discoveryKey.path(in: section))]
        let allowed = EndpointFilter.keys(in: source.api).map(\.name)
        let others = EndpointFilter.section.keys.filter { !allowed.contains($0.name) }
        for filter in filters {
            for key in others where isGiven(key, in: filter) {
                report(
                    key, in: filter,
                    "not a filter of api: \(source.api.rawValue), which has \(Self.list(allowed)); remove it")
            }
        }
        let collect = SourceSettings.collectKey.path(in: section)
        switch source.api {
        case .v1:
            if isGiven(CollectSettings.poolsKey, in: collect) {
                report(CollectSettings.poolsKey, in: collect, "only available with api: v2; remove it, or set api: v2")
            }
            source.collect.pools = nil
        case .v2:
            for key in [CollectSettings.serviceInstancesKey, CollectSettings.jobRunsKey] where isGiven(key, in: collect)
            {
                report(key, in: collect, "not available with api: v2; remove it")
            }
            source.collect.serviceInstances = nil
            source.collect.jobRuns = nil
        }
    }

    /// Reports prices of a pair of unit and spec code that already has one.
    private mutating func rejectDuplicates(_ prices: PriceSettings, at section: String) {
        let list = PriceSettings.perHourKey.path(in: section)
        let (unitKey, specCodeKey) = (UnitPrice.unitKey, UnitPrice.specCodeKey)
        for unit in UnitPrice.Unit.allCases {
            let entries = prices.perHour.enumerated().map { (section: "\(list)[\($0)]", price: $1) }
                .filter { $0.price.unit == unit && isValid(unitKey, in: $0.section) }
            rejectDuplicates(
                entries.map { ($0.section, specCodeKey, $0.price.specCode ?? "") }
            ) { _, code, first in
                "duplicate price of \(unit.rawValue) with spec_code \(code) (first set by \(first)); remove one of them"
            }
            rejectDuplicates(
                entries.filter { !isGiven(specCodeKey, in: $0.section) }.map { ($0.section, unitKey, unit.rawValue) }
            ) { _, _, first in
                "duplicate price of \(unit.rawValue) without spec_code (first set by \(first)); remove one of them"
            }
        }
    }

    /// Reports each value of a list's sections that an earlier section uses.
    /// - Parameter message: makes the error from the key, the quoted value, and the path of the first section that uses
    ///   it.
    private mutating func rejectDuplicates<Settings>(
        _ entries: [(section: String, key: Key<Settings>, value: String)],
        _ message: (_ key: Key<Settings>, _ value: String, _ first: String) -> String
    ) {
        var firsts: [String: String] = [:]
        for entry in entries where isValid(entry.key, in: entry.section) {
            if let first = firsts[entry.value] {
                // The value may come from a variable that holds a secret: only the file's text is shown.
                let text = rawTexts[entry.key.path(in: entry.section)] ?? entry.value
                report(entry.key, in: entry.section, message(entry.key, MessageText.quoted(text), first))
            } else {
                firsts[entry.value] = entry.section
            }
        }
    }

    /// Warns of credentials that are sent unencrypted to another host: the API, IAM or the proxy.
    private mutating func warnAboutPlainHTTP(_ source: SourceSettings, at section: String) {
        let proxy = source.connection.proxyURL.flatMap { try? WebAddress($0, allowsUserInfo: true) }
        let isProxyRemote = proxy.map { !$0.isLoopback } ?? false
        let message = "the credential is sent unencrypted (http) to another host; use https"
        func isReadable(_ url: String?) -> Bool {
            guard let address = url.flatMap({ try? WebAddress($0, allowsUserInfo: true) }) else { return false }
            return !address.isHTTPS && (!address.isLoopback || isProxyRemote)
        }
        if isReadable(source.baseURL) { warn(SourceSettings.baseURLKey, in: section, message) }
        if isReadable(source.servicesURL) { warn(SourceSettings.servicesURLKey, in: section, message) }
        if let proxy, proxy.hasUserInfo, !proxy.isHTTPS, !proxy.isLoopback {
            warn(
                SourceSettings.proxyURLKey, in: section,
                "the proxy password is sent unencrypted (http) to another host; use https")
        }
        let auth = SourceSettings.authKey.path(in: section)
        switch source.auth {
        case .password(let password) where isReadable(password.iamURL):
            warn(PasswordSettings.iamURLKey, in: SourceSettings.passwordKey.path(in: auth), message)
        case .accessKey(let key) where isReadable(key.iamURL):
            warn(AccessKeySettings.iamURLKey, in: SourceSettings.accessKeyKey.path(in: auth), message)
        case .metadata(let metadata) where isReadable(metadata.iamURL):
            warn(MetadataSettings.iamURLKey, in: SourceSettings.metadataKey.path(in: auth), message)
        default: break
        }
    }

    mutating func warnAboutRate(_ source: SourceSettings, in section: String, _ poll: PollSettings) {
        let count = source.workspaces.count
        let (collected, once) = (source.collect.requestsPerMinute, source.collect.requestsPerMinuteOfSource)
        let needed = Double(count) * (.seconds(60) / poll.interval + collected) + once
        let allowed = poll.requestsPerSecond * 60
        guard poll.requestsPerSecond > 0, needed > allowed else { return }
        warn(
            SourceSettings.workspacesKey, in: section,
            "\(count) workspaces polled every \(Durations.format(poll.interval))"
                + "\(collected + once > 0 ? ", with the listings in collect," : "") need at least "
                + "\(Int(needed.rounded(.up))) requests per minute, but poll.requests_per_second allows \(Int(allowed)); "
                + "raise it or poll.interval")
    }
}

// Constraints between `auth` and the rest of its source.
extension SchemaWalker {
    private mutating func finishAuth(of source: inout SourceSettings, at auth: String) {
        let agency = SourceSettings.assumeAgencyKey
        switch source.auth {
        case .password(var password):
            finish(&password, at: SourceSettings.passwordKey.path(in: auth), source.region)
            source.auth = .password(password)
        case .accessKey(var key):
            let section = SourceSettings.accessKeyKey.path(in: auth)
            let isNeeded = isGiven(agency, in: auth) || !isGiven(AccessKeySettings.projectIDKey, in: section)
            let iamURL = defaultIAMURL(AccessKeySettings.iamURLKey, in: section, source.region, isNeeded: isNeeded)
            key.iamURL = key.iamURL ?? iamURL
            requireProject(AccessKeySettings.projectIDKey, in: section, source.region)
            source.auth = .accessKey(key)
        case .metadata(var metadata):
            let section = SourceSettings.metadataKey.path(in: auth)
            requireProject(MetadataSettings.projectIDKey, in: section, source.region)
            let isNeeded = !isGiven(MetadataSettings.projectIDKey, in: section)
            let iamURL = defaultIAMURL(MetadataSettings.iamURLKey, in: section, source.region, isNeeded: isNeeded)
            metadata.iamURL = metadata.iamURL ?? iamURL
            source.auth = .metadata(metadata)
        case .token, .environment: break
        }
        // Assuming an agency requires a user or a key.
        let bases = [SourceSettings.accessKeyKey, SourceSettings.passwordKey]
        if isGiven(agency, in: auth), !bases.contains(where: { isGiven($0, in: auth) }) {
            report(agency, in: auth, "requires access_key or password")
        }
    }

    private mutating func finish(_ password: inout PasswordSettings, at section: String, _ region: String?) {
        if let iamURL = defaultIAMURL(PasswordSettings.iamURLKey, in: section, region, isNeeded: true) {
            password.iamURL = iamURL
        }
        let projects = [PasswordSettings.projectKey, PasswordSettings.projectIDKey]
        guard !projects.contains(where: { isGiven($0, in: section) }) else { return }
        if let region {
            password.project = .name(region)
        } else {
            report(section, "one of project or project_id is required if region is not set")
        }
    }

    /// Reports a missing project id if there is no region, whose name is used to look it up.
    private mutating func requireProject(_ key: Key<some Sendable>, in section: String, _ region: String?) {
        if region == nil, !isGiven(key, in: section) { report(key, in: section, "required if region is not set") }
    }

    /// Returns the default IAM address; nil if `iam_url` is set or there is no default. A missing address that is
    /// needed is reported.
    private mutating func defaultIAMURL(
        _ key: Key<some Sendable>, in section: String, _ region: String?, isNeeded: Bool
    ) -> String? {
        if isGiven(key, in: section) { return nil }
        let variable = "HUAWEICLOUD_SDK_IAM_ENDPOINT"
        if let endpoint = environment[variable], !endpoint.isEmpty {
            do throws(WebAddress.Failure) {
                return try WebAddress(endpoint, allowsUserInfo: false).text
            } catch {
                report(key, in: section, "default from environment variable \(variable): \(error.rawValue)")
                return nil
            }
        }
        if region == nil, isNeeded { report(key, in: section, "required if region is not set") }
        return region.map { "https://iam.\($0).myhuaweicloud.com" }
    }
}
