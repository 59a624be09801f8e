// SPDX-License-Identifier: Apache-2.0
internal import Base
public import Exposition
internal import Fabric
public import HTTPServer
public import Polling
import Synchronization

/// The exporter's web face: which path gives what. Answers from what is there; no request ever reaches the cloud.
public struct MetricsServer: Sendable {
    private let telemetryPath: String
    private let maximumRequests: Int
    private let version: String
    private let externalHost: String?
    private let pages: PageCache
    private let counters: RequestCounters
    private let status: @Sendable () -> StatusReport
    private let access: @Sendable () -> AccessRules
    private let isReady: @Sendable () -> Bool
    private let isHealthy: @Sendable () -> Bool
    private let reload: (@Sendable () async -> String?)?
    /// Selected pages are scraped too, so their number is limited by that of requests alone.
    private let selectedPages = RenderQueue(label: "selected-pages")
    private let statusPages: StatusPages
    private let targetPages: StatusPages

    /// The pages for people, or those for service discovery.
    private final class StatusPages: Sendable {
        let queue: RenderQueue
        let recent = Mutex(RecentPage<ListenerResponse>())

        /// - Parameter maximumRequests: the limit of all requests in flight, 0 for none. Half of them are left to scrapes.
        init(label: String, maximumRequests: Int) {
            queue = RenderQueue(label: label, limit: maximumRequests > 0 ? max(1, maximumRequests / 2) : 32)
        }
    }

    /// A server of `pages`.
    /// - Parameters:
    ///   - telemetryPath: where metrics are served.
    ///   - maximumRequests: requests in flight beyond which 503 is answered; 0 is no limit. Those whose password is not
    ///     known to be right are not among them.
    ///   - version: the program's version, for people.
    ///   - externalHost: where Prometheus reaches this process, as `host[:port]`; nil: by the host that it asked for.
    ///   - status: what is known at the moment; asked at each request for people and for service discovery.
    ///   - access: who may ask at present; asked at each request.
    ///   - isReady: whether every workspace has been polled once; asked at each `/-/ready`.
    ///   - isHealthy: false while the polls of every workspace have stalled; asked at each `/-/healthy`.
    ///   - reload: loads the configuration anew and returns what is wrong with it; nil: `/-/reload` is off.
    public init(
        telemetryPath: String, maximumRequests: Int, version: String, externalHost: String? = nil, pages: PageCache,
        counters: RequestCounters, status: @escaping @Sendable () -> StatusReport,
        access: @escaping @Sendable () -> AccessRules = { AccessRules() }, isReady: @escaping @Sendable () -> Bool,
        isHealthy: @escaping @Sendable () -> Bool = { true }, reload: (@Sendable () async -> String?)? = nil
    ) {
        self.telemetryPath = telemetryPath
        self.maximumRequests = maximumRequests
        self.version = version
        self.externalHost = externalHost
        self.pages = pages
        self.counters = counters
        self.status = status
        self.access = access
        self.isReady = isReady
        self.isHealthy = isHealthy
        self.reload = reload
        statusPages = StatusPages(label: "status-pages", maximumRequests: maximumRequests)
        targetPages = StatusPages(label: "target-pages", maximumRequests: maximumRequests)
    }

    private enum Route: String {
        /// At the telemetry path, whatever that is; no request's path is empty.
        case metrics = ""
        case statusPage = "/"
        case statusJSON = "/api/v1/status"
        case targets = "/sd"
        case healthy = "/-/healthy"
        case ready = "/-/ready"
        case reload = "/-/reload"

        var methods: [String] { self == .reload ? ["POST"] : ["GET", "HEAD"] }
        var isProbe: Bool { self == .healthy || self == .ready }
    }

    /// Paths that no telemetry path may take.
    public static let ownPaths = ["/", "/api/v1/status", "/sd", "/-/healthy", "/-/ready", "/-/reload"]

    /// Answers one request.
    public func answer(_ request: ListenerRequest) async -> ListenerResponse {
        let route = request.path == telemetryPath ? .metrics : Route(rawValue: request.path)
        let rules = access()
        var response: ListenerResponse
        if let refusal = await refusal(of: request, route, rules) {
            response = refusal
        } else {
            // Counted from here on: requests whose password is being checked must not use up the limit for the others.
            let inFlight = counters.begin()
            if maximumRequests > 0, inFlight > maximumRequests, route?.isProbe != true {
                response = .text(
                    503, "Limit of concurrent requests reached (\(maximumRequests)), try again later.\n")
            } else {
                response = await self.response(to: request, route)
            }
            counters.end()
        }
        response.headers.append(("X-Content-Type-Options", "nosniff"))
        for (name, value) in rules.headers {
            response.headers.removeAll { $0.0.lowercased() == name.lowercased() }
            response.headers.append((name, value))
        }
        let label = route == .metrics ? telemetryPath : route?.rawValue ?? "other"
        counters.count(path: label, status: response.status)
        return response
    }

    /// The response to a request whose user and password are not known to be right; nil if they are, or are not needed.
    private func refusal(
        of request: ListenerRequest, _ route: Route?, _ rules: AccessRules
    ) async -> ListenerResponse? {
        // Probes ask for no password: whoever asks them has none.
        guard let authentication = rules.authentication, route?.isProbe != true else { return nil }
        switch await authentication.check(request.header("Authorization"), from: request.remoteAddress) {
        case .allowed: return nil
        case .busy:
            return .text(
                429, "Too many passwords wait to be checked, try again later.\n", headers: [("Retry-After", "1")])
        case .refused:
            let challenge = "Basic realm=\"metrics\", charset=\"UTF-8\""
            return .text(401, "Unauthorized.\n", headers: [("WWW-Authenticate", challenge)])
        }
    }

    private func response(to request: ListenerRequest, _ route: Route?) async -> ListenerResponse {
        guard let route else { return .text(404, "Not found.\n") }
        guard route.methods.contains(request.method) else {
            return .text(405, "Method not allowed.\n", headers: [("Allow", route.methods.joined(separator: ", "))])
        }
        switch route {
        case .metrics: return await metrics(request)
        case .healthy:
            return isHealthy()
                ? .text(200, "Healthy.\n") : .text(503, "Not healthy: the polls of every workspace have stalled.\n")
        case .ready:
            return isReady()
                ? .text(200, "Ready.\n") : .text(503, "Not ready: not every workspace has been polled once.\n")
        case .reload:
            guard let reload else {
                return .text(403, "Reloading over HTTP is off: it needs --web.enable-lifecycle.\n")
            }
            return await reload().map { .text(500, "Not reloaded:\n\(KnownSecrets.shared.redacting($0))\n") }
                ?? .text(200, "Reloaded.\n")
        case .statusPage: return await render(request, in: statusPages) { statusPage(request) }
        case .statusJSON: return await render(request, in: statusPages) { statusJSON(request) }
        case .targets: return await render(request, in: targetPages) { targets(request) }
        }
    }

    /// Renders a page that takes its time with thousands of workspaces, or takes one that has just been rendered.
    private func render(
        _ request: ListenerRequest, in pages: StatusPages, _ body: @escaping @Sendable () -> ListenerResponse
    ) async -> ListenerResponse {
        // Everything of a request that a page depends on.
        let key = [request.rawTarget, request.header("Host"), request.header("Accept-Language")]
        let response = await pages.queue.run {
            let begun = ContinuousClock.now
            if let recent = pages.recent.withLock({ $0.page(key, now: begun) }) { return recent }
            let response = body()
            pages.recent.withLock { $0.keep(response, of: key, begun: begun, now: .now) }
            return response
        }
        return response
            ?? .text(
                503, "Too many status pages are requested, try again later.\n", headers: [("Retry-After", "5")])
    }

    private func metrics(_ request: ListenerRequest) async -> ListenerResponse {
        let format = Negotiation.format(accept: request.headerValues("Accept"))
        let gzip = Negotiation.takesGzip(acceptEncoding: request.headerValues("Accept-Encoding"))
        let selection = PageSelection(request)
        let body: [[UInt8]]
        if selection.isEverything {
            body = await pages.page(format, gzip: gzip)
        } else {
            let pages = pages
            let selected = await selectedPages.run { pages.page(format, gzip: gzip, selecting: selection) }
            guard let selected = selected ?? nil else {
                return .text(404, "No such source or workspace.\n")
            }
            body = selected
        }
        var headers = [("Content-Type", format.contentType), ("Vary", "Accept, Accept-Encoding")]
        if gzip { headers.append(("Content-Encoding", "gzip")) }
        return ListenerResponse(status: 200, headers: headers, body: .pieces(body))
    }

    private func statusPage(_ request: ListenerRequest) -> ListenerResponse {
        let report = status()
        let frame = PageFrame(version: version, telemetryPath: telemetryPath)
        do throws(StatusQuery.Refusal) {
            let query = try StatusQuery(request)
            let workspaces = try query.workspaces(of: report)
            if !query.selection.workspaceIDs.isEmpty, let status = workspaces.first, workspaces.count == 1 {
                let page = WorkspacePage(report: report, status: status)
                return html(200, frame.page(status.workspace.name, page.body))
            }
            let page = OverviewPage(report: report, query: query, workspaces: workspaces)
            return html(200, frame.page("Status", page.body))
        } catch {
            let title = error.status == 404 ? "Not found" : "Bad request"
            let body: HTML = #"<p>\#(error.message)</p><p><a href="./">All workspaces</a></p>"#
            return html(error.status, frame.page(title, body))
        }
    }

    private func html(_ status: Int, _ html: HTML) -> ListenerResponse {
        .text(
            status, html.text, contentType: "text/html; charset=utf-8",
            headers: [
                ("Content-Security-Policy", PageFrame.contentSecurityPolicy), ("Referrer-Policy", "no-referrer"),
                ("Cache-Control", "no-store"),
            ])
    }

    private func statusJSON(_ request: ListenerRequest) -> ListenerResponse {
        let report = status()
        do throws(StatusQuery.Refusal) {
            let workspaces = try StatusQuery(request).workspaces(of: report)
            return json(StatusJSON.text(report, workspaces: workspaces, version: version))
        } catch {
            return .text(error.status, error.message + "\n")
        }
    }

    private func targets(_ request: ListenerRequest) -> ListenerResponse {
        let report = status()
        guard report.isEveryDiscoveryDone else {
            // Prometheus keeps the targets it knows when it gets no list.
            return .text(503, "Not every source has discovered its workspaces yet.\n")
        }
        guard let host = externalHost ?? TargetList.host(of: request) else {
            return .text(400, "The request names no host; --web.external-url says where this process is found.\n")
        }
        return json(TargetList.text(report, host: host))
    }

    private func json(_ text: String) -> ListenerResponse {
        .text(200, text, contentType: "application/json", headers: [("Cache-Control", "no-store")])
    }

    /// Answers one request of the listener that is for health checks alone, and asks for no password.
    public func answerProbe(_ request: ListenerRequest) async -> ListenerResponse {
        guard let route = Route(rawValue: request.path), route.isProbe else { return .text(404, "Not found.\n") }
        return await response(to: request, route)
    }
}
