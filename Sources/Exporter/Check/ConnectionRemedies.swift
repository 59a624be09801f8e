// SPDX-License-Identifier: Apache-2.0
internal import Config
internal import Fabric
internal import HTTPClient
internal import Listings

/// What an operator can do about what `check --connect` found.
struct ConnectAdvice {
    /// What failed.
    enum Subject {
        case credential(didAnswer: Bool, CredentialFailure.Cause)
        case discovery
        case workspace(SourceFindings.Entry)
    }

    /// Beyond this signatures are refused, in seconds.
    static let mostSkew: Int64 = 15 * 60
    /// From here on the operator is warned, in seconds.
    static let telltaleSkew: Int64 = 3 * 60
    /// Ids told of workspaces that can be seen.
    private static let mostVisible = 5

    let findings: SourceFindings
    /// Where a proxy may be named.
    let environment: [String: String]

    private var settings: SourceSettings { findings.settings }

    /// What to do about `failure`, in sentences.
    func remedies(for failure: APIFailure, of subject: Subject) -> [String] {
        if case .credential(_, let cause) = subject, let remedy = remedy(for: cause) { return [remedy] }
        if let clock = clockRemedy(for: failure) { return [clock] }
        switch (failure.reason, subject) {
        case (.credentials, .credential(didAnswer: false, _)): return [unreachable("IAM (or the metadata service)")]
        case (.credentials, _): return [credentialRemedy]
        case (.unauthenticated, _): return [refusedRemedy]
        case (.forbidden, .workspace(let entry)):
            return [
                "Grant \(entry.listing.permission) to the credential's user or agency. Where it is granted, the "
                    + "credential is of another project than the workspace."
            ]
        case (.forbidden, _):
            return [
                "Grant the IAM action DataArtsFabric:workspace:list to the credential's user or agency, or name the "
                    + "workspaces in the configuration in place of discovery."
            ]
        case (.notFound, .workspace): return [wrongProject]
        case (.notFound, _): return ["Nothing is found at \(settings.baseURL): check base_url and region."]
        case (.badRequest, .workspace(let entry)) where entry.filter != EndpointFilter():
            return ["The API does not take the request: check the workspace's filter against the API's documents."]
        case (.badRequest, _):
            return ["The API does not take the request: check base_url, discovery.name and enterprise_project_id."]
        case (.throttled, _):
            return [
                "The account's requests are limited: lower poll.requests_per_second or raise poll.interval; other "
                    + "programs of the account count too."
            ]
        case (.timeout, _):
            return ["No answer within poll.timeout: check the way to \(host), \(proxySentence)or raise poll.timeout."]
        case (.server, _):
            return ["The service is in trouble itself: try again later, and name the request id to its support."]
        case (.network, _): return [unreachable(host)]
        case (.tls, _):
            return [
                "The TLS connection to \(host) fails: check tls.ca_file, tls.server_name, the client certificate, and "
                    + "whether a proxy puts its own certificate in between."
            ]
        case (.response, _):
            return [
                "What answers at \(settings.baseURL) is not the API, or its answer exceeds a limit (poll.max_endpoints, "
                    + "poll.max_response_bytes): check base_url and the proxy."
            ]
        case (.inconsistent, _): return ["The list changed while it was read: try again."]
        case (.stalled, _): return ["The exporter itself is stuck: restart it, and report what its log says."]
        }
    }

    /// Returns what to do about a discovery that succeeded and gives nothing to poll.
    static func remedy(forEmpty discovery: SourceFindings.Discovery) -> String {
        if !discovery.leftOut.isEmpty { return "Check the patterns discovery.include and discovery.exclude." }
        if let all = discovery.unfiltered, all > 0 {
            return "There are \(all) without discovery.name and discovery.enterprise_project_id: check these two keys."
        }
        return
            "Check that the credential has the permission DataArtsFabric:workspace:list for the workspaces, that it is "
            + "of their project, and check region and base_url."
    }

    /// The first names of a list, and how many more there are.
    static func names(_ names: [String]) -> String {
        let more = names.count > mostVisible ? " and \(names.count - mostVisible) more" : ""
        return names.prefix(mostVisible).joined(separator: ", ") + more
    }

    /// What is to be said of a clock that is wrong; nil where it is right, or unknown.
    var clockWarning: String? {
        guard let ahead = findings.secondsAhead, abs(ahead) >= Self.telltaleSkew else { return nil }
        return "this machine's clock is \(Self.skew(ahead)): synchronise it (NTP); "
            + "signed requests are refused beyond 15 minutes, and ages in metrics are wrong by as much"
    }

    /// A skew in words.
    static func skew(_ ahead: Int64) -> String {
        let amount = abs(ahead) < 120 ? "\(abs(ahead)) s" : "\(abs(ahead) / 60) minutes"
        return "\(amount) \(ahead < 0 ? "behind" : "ahead of") the service's"
    }

    /// What to do where the cause alone says it.
    private func remedy(for cause: CredentialFailure.Cause) -> String? {
        switch cause {
        case .address:
            return
                "The address of IAM is wrong, not the credential, which was not tried: set iam_url to IAM's address, such "
                + "as https://iam.\(settings.region ?? "cn-north-4").myhuaweicloud.com, without a path, or set "
                + "HUAWEICLOUD_SDK_IAM_ENDPOINT (for id tokens HUAWEICLOUD_SDK_STS_ENDPOINT)."
        case .expired:
            return
                "Compare this machine's clock with the service's and synchronize it (NTP). If they agree, the service "
                + "issues credentials that have expired: name the request to its support."
        case .secretFile:
            return
                "Put the secret into the file that the message names, readable for the user that runs the exporter. The "
                + "exporter notices it within seconds."
        case .unavailable:
            return
                "What issues credentials throttles requests or is in trouble, and has rejected nothing: try again "
                + "later, and name the request id to its support if it stays so."
        case .rejected, .other: return nil
        }
    }

    private func clockRemedy(for failure: APIFailure) -> String? {
        guard failure.isOfCredential || failure.reason == .forbidden, signs, let ahead = findings.secondsAhead,
            abs(ahead) > Self.mostSkew
        else { return nil }
        return "Synchronise this machine's clock (NTP): it is \(Self.skew(ahead)), and signed requests are refused "
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
                + "that its user may assume it (Agent Operator)."
        }
        switch settings.auth {
        case .token: return "Put a project-scoped IAM token where auth names it."
        case .password:
            return
                "Check auth.password: domain, user, password, project; the user needs programmatic access. Five wrong "
                + "passwords lock the user for 15 minutes."
        case .accessKey:
            return
                "Check auth.access_key: id, secret, and project_id, which needs no look-up where it is given. Five wrong "
                + "calls lock the key for 5 minutes."
        case .metadata: return "Bind an agency to this ECS machine, and give auth.metadata its project_id."
        case .environment: return "Check the HUAWEICLOUD_ variables, or the file ~/.huaweicloud/credentials."
        }
    }

    private var refusedRemedy: String {
        switch settings.auth {
        case .token:
            return
                "The token is expired, revoked, or not of this region: put a new project-scoped one in its place (they "
                + "live 24 hours), or use auth.password or auth.access_key, which renew themselves."
        case .accessKey where settings.assumeAgency == nil:
            return "The access key is unknown, disabled or deleted, its secret is wrong, or temporary keys lack their "
                + "security_token or have ended. Five wrong calls lock the key for 5 minutes."
        default:
            return
                "A credential was issued and the API does not take it: check that base_url, region and iam_url are of "
                + "one region, and the project is the workspaces'."
        }
    }

    private var wrongProject: String {
        var text =
            "No such workspace for this credential: check its id and region, and that the credential's project is the "
            + "workspace's (a credential of another project does not see it)."
        if case .accessKey(let key) = settings.auth, key.projectID == nil, settings.assumeAgency == nil {
            text += " The project was looked up by the region's name; set project_id where it is another."
        }
        guard let visible = findings.visible else { return text }
        if visible.isEmpty { return text + " The credential's project has no workspace that it may see." }
        return text + " It sees \(Self.names(visible))."
    }

    private func unreachable(_ whom: String) -> String {
        guard let proxy else {
            return
                "\(whom) cannot be reached: check name resolution, routes and firewalls, and whether a proxy is needed "
                + "(proxy_url)."
        }
        return
            "\(whom) cannot be reached through the proxy \(proxy.address) (\(proxy.origin)): check that the proxy runs, "
            + "lets this machine in and reaches \(host)."
    }

    private var proxySentence: String { proxy.map { "the proxy \($0.address) (\($0.origin)), " } ?? "" }

    private var host: String { Self.authority(of: settings.baseURL) }

    /// The proxy that requests are likely to go through, without its user and password.
    private var proxy: (address: String, origin: String)? {
        if let url = settings.connection.proxyURL { return (Self.authority(of: url), "proxy_url") }
        // curl reads http_proxy in lower case alone.
        let names =
            settings.baseURL.hasPrefix("https:")
            ? ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] : ["http_proxy", "all_proxy", "ALL_PROXY"]
        for name in names {
            if let url = environment[name], !url.isEmpty {
                return (Self.authority(of: url), "\(name) of the environment, unless no_proxy names the host")
            }
        }
        return nil
    }

    /// Host and port of a URL, without user and password, which may hold unescaped characters.
    static func authority(of url: String) -> String {
        let start = url.lastIndex(of: "@").map { url.index(after: $0) } ?? url.firstRange(of: "://")?.upperBound
        return String(url[(start ?? url.startIndex)...].prefix { !"/?#".contains($0) })
    }
}
