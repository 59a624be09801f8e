// SPDX-License-Identifier: Apache-2.0
internal import Fabric
internal import HTTPClient

/// Fills in defaults that depend on other keys, and checks what must hold between sections. Where a value is missing
/// because it was reported already, nothing is said about it a second time.
extension SchemaWalker {
    mutating func finish(_ file: inout ExporterConfiguration) {
        let poll = ExporterConfiguration.pollKey.path(in: "")
        if isValid(poll) { finish(&file.poll, at: poll) }
        let sections = file.sources.indices.map { "\(ExporterConfiguration.sourcesKey.path(in: ""))[\($0)]" }
        for (index, section) in sections.enumerated() where isValid(section) {
            finish(&file.sources[index], at: section)
            warnAboutRate(file.sources[index], in: section, file.poll)
        }
        let name = SourceSettings.nameKey
        refuseRepeated(
            zip(sections, file.sources).map { section, source in
                // The region is the name where there is none, so it can collide as well.
                (section, isGiven(name, in: section) ? name : SourceSettings.regionKey, source.name)
            }
        ) { key, first in
            let hint = key.name == name.name ? "" : "; give one of them a name"
            return "the name is that of \(first) already\(hint)"
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
        let least = Durations.format(poll.interval * 2)
        report(
            staleAfter, in: section,
            "must be at least 2 × interval, \(least), not \(Durations.format(poll.staleAfter))")
    }

    private mutating func finish(_ source: inout SourceSettings, at section: String) {
        if !isGiven(SourceSettings.regionKey, in: section) {
            for key in [SourceSettings.nameKey, SourceSettings.baseURLKey] where !isGiven(key, in: section) {
                report(key, in: section, "required where region is not given")
            }
        }
        if let region = source.region {
            if !isGiven(SourceSettings.nameKey, in: section) { source.name = region }
            if !isGiven(SourceSettings.baseURLKey, in: section) {
                source.baseURL = SourceSettings.defaultBaseURL(region: region)
            }
        }
        let auth = SourceSettings.authKey.path(in: section)
        if isValid(auth) { finishAuth(of: &source, at: auth) }
        let workspaces = SourceSettings.workspacesKey.path(in: section)
        refuseRepeated(
            source.workspaces.enumerated().map { ("\(workspaces)[\($0)]", WorkspaceSettings.idKey, $1.id) }
        ) { "the workspace is in the list already, as \($1)" }
        warnAboutPlainHTTP(source, at: section)
    }

    /// Reports the values of a list's sections that an earlier section has already.
    private mutating func refuseRepeated<Settings>(
        _ entries: [(section: String, key: Key<Settings>, value: String)],
        _ message: (_ key: Key<Settings>, _ first: String) -> String
    ) {
        var firsts: [String: String] = [:]
        for entry in entries where isValid(entry.key, in: entry.section) {
            if let first = firsts[entry.value] {
                report(entry.key, in: entry.section, message(entry.key, first))
            } else {
                firsts[entry.value] = entry.section
            }
        }
    }

    /// Warns of credentials that others on the way can read: to the API, to IAM, or to the proxy.
    private mutating func warnAboutPlainHTTP(_ source: SourceSettings, at section: String) {
        let proxy = source.connection.proxyURL.flatMap { try? WebAddress($0, allowsUserInfo: true) }
        let isProxyRemote = proxy.map { !$0.isLoopback } ?? false
        let message = "the credential travels over plain http to another machine"
        func isReadable(_ url: String?) -> Bool {
            guard let address = url.flatMap({ try? WebAddress($0, allowsUserInfo: true) }) else { return false }
            return !address.isHTTPS && (!address.isLoopback || isProxyRemote)
        }
        if isReadable(source.baseURL) { warn(SourceSettings.baseURLKey, in: section, message) }
        if let proxy, proxy.hasUserInfo, !proxy.isHTTPS, !proxy.isLoopback {
            warn(
                SourceSettings.proxyURLKey, in: section,
                "the proxy's password travels over plain http to another machine")
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
        let (seconds, attoseconds) = poll.interval.components
        let interval = Double(seconds) + Double(attoseconds) / 1e18
        let asked = Double(count) * 60 / interval
        let allowed = poll.requestsPerSecond * 60
        guard poll.requestsPerSecond > 0, asked > allowed else { return }
        warn(
            SourceSettings.workspacesKey, in: section,
            "\(count) workspaces every \(Durations.format(poll.interval)) ask for \(Int(asked.rounded(.up))) requests a "
                + "minute or more, poll.requests_per_second allows \(Int(allowed))")
    }
}

// What must hold between `auth` and the rest of its source.
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
        // An agency needs a user or a key to be assumed with.
        let bases = [SourceSettings.accessKeyKey, SourceSettings.passwordKey]
        if isGiven(agency, in: auth), !bases.contains(where: { isGiven($0, in: auth) }) {
            report(agency, in: auth, "goes beside access_key or password only")
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
            report(section, "one of project and project_id is required where region is not given")
        }
    }

    /// The project is looked up by the region's name.
    private mutating func requireProject(_ key: Key<some Sendable>, in section: String, _ region: String?) {
        if region == nil, !isGiven(key, in: section) { report(key, in: section, "required where region is not given") }
    }

    /// Returns IAM's address if `iam_url` does not say it; nil, and perhaps a problem, if nothing else does.
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
        if region == nil, isNeeded { report(key, in: section, "required where region is not given") }
        return region.map { "https://iam.\($0).myhuaweicloud.com" }
    }
}
