// SPDX-License-Identifier: Apache-2.0
internal import Config
internal import Fabric
internal import HTTPClient
internal import Listings

/// Remedies for the failures that `check --connect` finds.
struct ConnectionRemedies {
    /// The step that failed.
    enum Subject {
        case credential(didRespond: Bool, CredentialFailure.Cause)
        case discovery
        case workspace(SourceFindings.Entry)
    }

    /// The clock skew beyond which signatures are rejected, in seconds.
    static let maximumSkew: Int64 = 15 * 60
    /// The minimum clock skew for which a warning is printed, in seconds.
    static let clockWarningThreshold: Int64 = 3 * 60
    /// The maximum number of workspaces to name.
    private static let maximumNames = 5

    let findings: SourceFindings
    /// The environment variables, which may name a proxy.
    let environment: [String: String]

    private var settings: SourceSettings { findings.settings }

    /// Returns the remedies for `failure`, each one or more sentences.
    func remedies(for failure: APIFailure, of subject: Subject) -> [String] {
        if case .credential(_, let cause) = subject, let remedy = remedy(for: cause) { return [remedy] }
        if let clock = clockRemedy(for: failure) { return [clock] }
        switch (failure.reason, subject) {
        case (.credentials, .credential(didRespond: false, _)): return [unreachable("IAM (or the metadata service)")]
        case (.credentials, _): return [credentialRemedy]
        case (.unauthenticated, _): return [rejectedRemedy]
        case (.forbidden, .workspace(let entry)):
            return [failure.reason.remedy(permission: entry.listing.permission)]
        case (.forbidden, _):
            return [
                "Grant the IAM action DataArtsFabric:workspace:list to the credential's user or agency, or configure "
                    + "workspaces instead of discovery."
            ]
        case (.notFound, .workspace): return [wrongProject]
        case (.notFound, _): return ["The API was not found at \(settings.baseURL): check base_url and region."]
        case (.badRequest, .workspace(let entry)) where entry.filter != EndpointFilter():
            return ["The API rejected the request: check the workspace's filter against the API documentation."]
        case (.badRequest, _):
            return ["The API rejected the request: check base_url, discovery.name and enterprise_project_id."]
        case (.timeout, _):
            return [
                "No response within poll.timeout: check connectivity to \(host), \(proxySentence)or raise poll.timeout."
            ]
        case (.network, _): return [unreachable(host)]
        case (.tls, _):
            return [
                "The TLS connection to \(host) failed: check tls.ca_file, tls.server_name, the client certificate, and "
                    + "whether a proxy replaces the server's certificate."
            ]
        case (.response, _):
            return [
                "The server at \(settings.baseURL) is not the API, or its response exceeds a limit (poll.max_endpoints, "
                    + "poll.max_response_bytes): check base_url and the proxy, or raise the limit."
            ]
        case (.throttled, _), (.server, _), (.inconsistent, _), (.stalled, _):
            return [failure.reason.remedy(permission: "")]
        }
    }

    /// Returns the remedy for a discovery that succeeded but has no workspaces to poll.
    static func remedy(forEmpty discovery: SourceFindings.Discovery) -> String {
        if !discovery.excluded.isEmpty { return "Check the patterns discovery.include and discovery.exclude." }
        if let all = discovery.unfiltered, all > 0 {
            return "\(all) exist without discovery.name and discovery.enterprise_project_id: check these two keys."
        }
        return
            "Check that the credential has the permission DataArtsFabric:workspace:list for the workspaces and "
            + "belongs to their project, and check region and base_url."
    }

    /// Returns the first elements of `names` and the number of the others.
    static func names(_ names: [String]) -> String {
        let more = names.count > maximumNames ? " and \(names.count - maximumNames) more" : ""
        return names.prefix(maximumNames).joined(separator: ", ") + more
    }

    /// A warning about clock skew; nil if the clock is right or the skew is unknown.
    var clockWarning: String? {
        guard let ahead = findings.clockSkewSeconds, abs(ahead) >= Self.clockWarningThreshold else { return nil }
        return "this machine's clock is \(Self.skew(ahead)): synchronize it (NTP); "
            + "signed requests are rejected beyond 15 minutes, and ages in metrics are off by the same amount"
    }

    /// Formats a skew.
    static func skew(_ ahead: Int64) -> String {
        let amount = abs(ahead) < 120 ? "\(abs(ahead)) s" : "\(abs(ahead) / 60) minutes"
        return "\(amount) \(ahead < 0 ? "behind" : "ahead of") the service's"
    }

    /// Returns the remedy that follows from the cause alone; nil if the cause is not specific.
    private func remedy(for cause: CredentialFailure.Cause) -> String? {
        switch cause {
        case .address:
            return
                "The IAM address is wrong; the credential was not tried. Set iam_url to IAM's address, such "
                + "as https://iam.\(settings.region ?? "cn-north-4").myhuaweicloud.com, without a path, or set "
                + "HUAWEICLOUD_SDK_IAM_ENDPOINT (for id tokens HUAWEICLOUD_SDK_STS_ENDPOINT)."
        case .expired:
            return
                "Compare this machine's clock with the service's and synchronize it (NTP). If they agree, the service "
                + "issues expired credentials: contact support with the request id."
        case .secretFile:
            return
                "Put the secret into the file named above, readable by the user that runs the exporter. The exporter "
                + "reads it within seconds."
        case .unavailable:
            return
                "The service that issues credentials is throttling or failing; the credential was not rejected. Retry "
                + "later; if it persists, contact support with the request id."
        case .rejected, .other: return nil
        }
    }

    private func clockRemedy(for failure: APIFailure) -> String? {
        guard failure.concernsCredential || failure.reason == .forbidden, signs, let ahead = findings.clockSkewSeconds,
            abs(ahead) > Self.maximumSkew
        else { return nil }
        return "Synchronize this machine's clock (NTP): it is \(Self.skew(ahead)), and signed requests are rejected "
            + "beyond 15 minutes."
    }

    private var signs: Bool {
        switch settings.auth {
        case .token: false
        case .password: settings.assumeAgency != nil
        case .accessKey, .metadata, .environment: true
        }
    }

    private var credentialRemedy: String {
        if settings.assumeAgency != nil {
            return "Check the credential that assumes the agency, the agency's name and account (assume_agency), and "
                + "that the credential's user has the permission Agent Operator."
        }
        switch settings.auth {
        case .token: return "Set a project-scoped IAM token in auth."
        case .password:
            return
                "Check auth.password: domain, user, password, project; the user needs programmatic access. Five wrong "
                + "passwords lock the user for 15 minutes."
        case .accessKey:
            return
                "Check auth.access_key: id, secret and project_id (if unset, IAM is asked for the project). Five failed "
                + "requests in a row lock the key for 5 minutes."
        case .metadata: return "Assign an agency to this ECS instance and set auth.metadata.project_id."
        case .environment: return "Check the HUAWEICLOUD_ variables or the file ~/.huaweicloud/credentials."
        }
    }

    private var rejectedRemedy: String {
        switch settings.auth {
        case .token:
            return
                "The token is expired, revoked or from another region: replace it with a new project-scoped token (valid "
                + "for 24 hours), or use auth.password or auth.access_key, which are renewed automatically."
        case .accessKey where settings.assumeAgency == nil:
            return "The access key is unknown, disabled or deleted, its secret is wrong, or temporary keys lack their "
                + "security_token or have expired. 5 failed requests in a row lock the key for "
                + "5 minutes."
        default:
            return
                "A credential was issued, but the API rejected it: check that base_url, region and iam_url belong to "
                + "the same region, and that the project is that of the workspaces."
        }
    }

    private var wrongProject: String {
        var text =
            "The workspace does not exist for this credential: check its id and region, and that the credential belongs "
            + "to the workspace's project."
        if case .accessKey(let key) = settings.auth, key.projectID == nil, settings.assumeAgency == nil {
            text +=
                " The project was looked up by the region's name; set project_id if the workspaces belong to another "
                + "project."
        }
        guard let visible = findings.visible else { return text }
        if visible.isEmpty { return text + " The credential has access to no workspaces in its project." }
        return text + " It has access to \(Self.names(visible))."
    }

    private func unreachable(_ server: String) -> String {
        guard let proxy else {
            return
                "\(server) is unreachable: check DNS, routes, firewalls, and whether a proxy is needed "
                + "(proxy_url)."
        }
        return
            "\(server) is unreachable through the proxy \(proxy.address) (\(proxy.origin)): check that the proxy is "
            + "running, accepts this machine and reaches \(host)."
    }

    private var proxySentence: String { proxy.map { "the proxy \($0.address) (\($0.origin)), " } ?? "" }

    private var host: String { Self.authority(of: settings.baseURL) }

    /// The proxy that requests probably use, without its user and password.
    private var proxy: (address: String, origin: String)? {
        if let url = settings.connection.proxyURL { return (Self.authority(of: url), "proxy_url") }
        // curl reads http_proxy in lower case only.
        let names =
            settings.baseURL.hasPrefix("https:")
            ? ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] : ["http_proxy", "all_proxy", "ALL_PROXY"]
        for name in names {
            if let url = environment[name], !url.isEmpty {
                return (Self.authority(of: url), "environment variable \(name), unless no_proxy names the host")
            }
        }
        return nil
    }

    /// Returns host and port of a URL without user and password, which may contain unescaped characters.
    static func authority(of url: String) -> String {
        let start = url.lastIndex(of: "@").map { url.index(after: $0) } ?? url.firstRange(of: "://")?.upperBound
        return String(url[(start ?? url.startIndex)...].prefix { !"/?#".contains($0) })
    }
}
