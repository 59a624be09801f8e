// SPDX-License-Identifier: Apache-2.0
internal import Base
public import Exposition
internal import Fabric
public import HTTPServer
public import Polling
import Synchronization

/// The exporter's HTTP endpoints. Responses use the current snapshots; no request reaches the cloud.
public struct MetricsServer: Sendable {
    private let telemetryPath: String
    private let maximumRequests: Int
    private let version: String
    private let externalURL: ExternalURL?
    private let pages: PageCache
    private let counters: RequestCounters
    private let status: @Sendable () -> StatusReport
    private let access: @Sendable () -> AccessRules
    private let isReady: @Sendable () -> Bool
    private let isHealthy: @Sendable () -> Bool
    private let reload: (@Sendable () async -> String?)?
    /// Renders metrics of selected workspaces. These are scrapes, so only the limit of requests applies.
    private let selectedPages = RenderQueue(label: "selected-pages")
    private let statusPages: StatusPages
    private let targetPages: StatusPages

    /// Renders the status pages, or the target lists of service discovery.
    private final class StatusPages: Sendable {
        let queue: RenderQueue
        let recent = Mutex(RecentPage<ListenerResponse>())

        /// - Parameter maximumRequests: the maximum number of all requests in flight; 0 disables the limit. Half of it
        ///   is reserved for scrapes.
        init(label: String, maximumRequests: Int) {
            queue = RenderQueue(
                label: label, limit: maximumRequests > 0 ? max(1, maximumRequests / 2) : 32,
                isLowPriority: true)
        }
    }

    /// Creates a server.
    /// - Parameters:
    ///   - telemetryPath: the path of the metrics.
    ///   - maximumRequests: the maximum number of requests in flight, beyond which the response is 503; 0 disables the
    ///     limit. Requests whose password is being checked don't count.
    ///   - version: the program's version, shown on the status page.
    ///   - externalURL: the URL at which Prometheus reaches this process; nil for the request's `Host`.
    ///   - status: returns the current status; called for each status page and service discovery request.
    ///   - access: returns the current access rules; called for each request.
    ///   - isReady: returns whether every workspace has been polled; called for each `/-/ready`.
    ///   - isHealthy: returns false while the polls of all workspaces have stalled; called for each `/-/healthy`.
    ///   - reload: reloads the configuration and returns an error message, or nil on success; nil if `/-/reload` is
    ///     disabled.
    public init(
        telemetryPath: String, maximumRequests: Int, version: String, externalURL: ExternalURL? = nil, pages: PageCache,
        counters: RequestCounters, status: @escaping @Sendable () -> StatusReport,
        access: @escaping @Sendable () -> AccessRules = { AccessRules() }, isReady: @escaping @Sendable () -> Bool,
        isHealthy: @escaping @Sendable () -> Bool = { true }, reload: (@Sendable () async -> String?)? = nil
    ) {
        self.telemetryPath = telemetryPath
        self.maximumRequests = maximumRequests
        self.version = version
        self.externalURL = externalURL
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
        /// The telemetry path, which is configurable; a request's path is never empty.
        case metrics = ""
        case statusPage = "/"
        case statusJSON = "/api/v1/status"
        case endpoints = "/endpoints"
        case targets = "/sd"
        /// All paths below, too.
        case runbooks = "/runbooks/"
        case healthy = "/-/healthy"
        case ready = "/-/ready"
        case reload = "/-/reload"

        init?(path: String) {
            if RunbookPage.contains(path) { self = .runbooks } else { self.init(rawValue: path) }
        }

        var methods: [String] { self == .reload ? ["POST"] : ["GET", "HEAD"] }
        var isProbe: Bool { self == .healthy || self == .ready }
    }

    /// Returns whether the server uses `path`, so that it can't be the telemetry path.
    public static func isReserved(_ path: String) -> Bool { Route(path: path) != nil }

    /// Handles a request.
    public func handle(_ request: ListenerRequest) async -> ListenerResponse {
        let route = request.path == telemetryPath ? .metrics : Route(path: request.path)
        let rules = access()
        var response: ListenerResponse
        if let failure = await authenticationFailure(of: request, route, rules) {
            response = failure
        } else {
            // Counted from here on, so that requests whose password is being checked don't use up the limit.
            let inFlight = counters.begin()
            if maximumRequests > 0, inFlight > maximumRequests, route?.isProbe != true {
                response = .text(
                    503, "Limit of concurrent requests reached (\(maximumRequests)); try again later.\n")
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

    /// Returns the response to a request that fails authentication; nil if it succeeds or none is required.
    private func authenticationFailure(
        of request: ListenerRequest, _ route: Route?, _ rules: AccessRules
    ) async -> ListenerResponse? {
        // Probes need no password: the programs that send them have none.
        guard let authentication = rules.authentication, route?.isProbe != true else { return nil }
        switch await authentication.check(request.header("Authorization"), from: request.remoteAddress) {
        case .allowed: return nil
        case .busy:
            return .text(
                429, "Too many pending password checks; try again later.\n", headers: [("Retry-After", "1")])
        case .rejected:
            let challenge = "Basic realm=\"metrics\", charset=\"UTF-8\""
            return .text(401, "Unauthorized.\n", headers: [("WWW-Authenticate", challenge)])
        }
    }

    private func response(to request: ListenerRequest, _ route: Route?) async -> ListenerResponse {
        guard let route else {
            return Negotiation.prefersHTML(accept: request.headerValues("Accept"))
                ? errorPage(request, QueryError(status: 404, message: .noSuchPage)) : .text(404, "Not found.\n")
        }
        guard route.methods.contains(request.method) else {
            return .text(405, "Method not allowed.\n", headers: [("Allow", route.methods.joined(separator: ", "))])
        }
        switch route {
        case .metrics: return await metrics(request)
        case .healthy:
            return isHealthy()
                ? .text(200, "Healthy.\n") : .text(503, "Not healthy: the polls of all workspaces have stalled.\n")
        case .ready:
            return isReady()
                ? .text(200, "Ready.\n") : .text(503, "Not ready: not all workspaces have been polled.\n")
        case .reload:
            guard let reload else {
                return .text(403, "Reloading over HTTP is disabled; set --web.enable-lifecycle to enable it.\n")
            }
            return await reload().map { .text(500, "Reload failed:\n\(KnownSecrets.shared.redacting($0))\n") }
                ?? .text(200, "Reloaded.\n")
        case .statusPage: return await render(request, in: statusPages) { statusPage(request) }
        case .endpoints: return await render(request, in: statusPages) { endpoints(request) }
        case .statusJSON: return await render(request, in: statusPages) { statusJSON(request) }
        case .targets: return await render(request, in: targetPages) { targets(request) }
        case .runbooks: return runbook(request)
        }
    }

    /// Renders a page off the event loop, which is slow with thousands of workspaces, or returns a recently rendered
    /// one.
    private func render(
        _ request: ListenerRequest, in pages: StatusPages, _ body: @escaping @Sendable () -> ListenerResponse
    ) async -> ListenerResponse {
        // Everything in a request that affects a page.
        let key = [request.rawTarget, request.header("Host"), request.header("Accept-Language")]
        let response = await pages.queue.run {
            let start = ContinuousClock.now
            if let recent = pages.recent.withLock({ $0.page(key, now: start) }) { return recent }
            let response = body()
            pages.recent.withLock { $0.store(response, for: key, start: start, now: .now) }
            return response
        }
        return response
            ?? .text(
                503, "Too many requests for status pages; try again later.\n", headers: [("Retry-After", "5")])
    }

    private func metrics(_ request: ListenerRequest) async -> ListenerResponse {
        let format = Negotiation.format(accept: request.headerValues("Accept"))
        let gzip = Negotiation.acceptsGzip(acceptEncoding: request.headerValues("Accept-Encoding"))
        let selection = PageSelection(request)
        let body: [[UInt8]]
        if selection.selectsAll {
            body = await pages.page(format, gzip: gzip)
        } else {
            let pages = pages
            let selected = await selectedPages.run { pages.page(format, gzip: gzip, selecting: selection) }
            guard let selected = selected ?? nil else {
                return .text(404, "Source or workspace not found.\n")
            }
            body = selected
        }
        var headers = [("Content-Type", format.contentType), ("Vary", "Accept, Accept-Encoding")]
        if gzip { headers.append(("Content-Encoding", "gzip")) }
        return ListenerResponse(status: 200, headers: headers, body: .pieces(body))
    }

    private func statusPage(_ request: ListenerRequest) -> ListenerResponse {
        do throws(QueryError) {
            let (options, query, report) = (try PageOptions(request), try StatusQuery(request), status())
            let overview = try query.overview(of: report)
            let parts = PageParts(report: report, options: options)
            let frame = frame(options)
            if let status = query.onlyWorkspace(of: overview) {
                let page = WorkspacePage(status: status, parts: parts, query: query)
                let title = Phrase(status.workspace.name)
                return html(
                    200, frame.page(title, facts: parts.process, page.body) { $0.address("", status.selectingPairs) })
            }
            let page = OverviewPage(overview, query: query, parts)
            return html(
                200,
                frame.page(.status, facts: parts.process, page.body) {
                    $0.address("", query.pairs(page: query.page))
                })
        } catch {
            return errorPage(request, error)
        }
    }

    private func runbook(_ request: ListenerRequest) -> ListenerResponse {
        guard request.path != "/runbooks" else {
            // Relative, so that it works behind a proxy that adds a prefix to the path.
            let query = request.rawTarget.firstIndex(of: "?").map { request.rawTarget[$0...] } ?? ""
            return .text(301, "Moved to runbooks/.\n", headers: [("Location", "runbooks/" + query)])
        }
        var response: ListenerResponse
        do throws(QueryError) {
            let options = try PageOptions(request, root: "../")
            let page = try RunbookPage(path: request.path)
            response = html(200, page.html(frame(options)))
        } catch {
            response = errorPage(request, error)
        }
        response.headers.append(("Vary", "Accept-Language"))
        return response
    }

    private func endpoints(_ request: ListenerRequest) -> ListenerResponse {
        do throws(QueryError) {
            let (options, query, report) = (try PageOptions(request), try EndpointQuery(request), status())
            let overview = try query.workspaces.overview(of: report)
            let parts = PageParts(report: report, options: options)
            let page = EndpointsPage(overview, query: query, parts)
            return html(
                200,
                frame(options).page(.endpoints, facts: parts.process, page.body) {
                    $0.address("endpoints", query.pairs(page: query.workspaces.page))
                })
        } catch {
            return errorPage(request, error)
        }
    }

    private func frame(_ options: PageOptions) -> PageFrame {
        PageFrame(version: version, telemetryPath: telemetryPath, options: options)
    }

    /// Returns a page about an error, with a way back.
    private func errorPage(_ request: ListenerRequest, _ error: QueryError) -> ListenerResponse {
        let depth = request.path.utf8.count { $0 == UInt8(ascii: "/") }
        let root = depth > 1 ? String(repeating: "../", count: depth - 1) : "./"
        let options = (try? PageOptions(request, root: root)) ?? PageOptions(fallback: request, root: root)
        let text = options.language
        let body: HTML = """
            <p>\(text(error.message))</p>
            <p><a href="\(options.address())">\(text(.allWorkspaces))</a></p>
            """
        return html(error.status, frame(options).page(error.status == 404 ? .notFound : .badRequest, body))
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
        do throws(QueryError) {
            let query = try StatusQuery(request)
            let overview = try query.overview(of: report)
            let isDetailed = query.onlyWorkspace(of: overview) != nil
            return json(StatusJSON.text(overview, version: version, isDetailed: isDetailed))
        } catch {
            return .text(error.status, Language.english(error.message) + "\n")
        }
    }

    private func targets(_ request: ListenerRequest) -> ListenerResponse {
        let report = status()
        guard report.isEveryDiscoveryDone else {
            // Prometheus keeps its current targets when it gets an error.
            return .text(503, "Discovery is not complete for all sources.\n")
        }
        guard let host = externalURL?.host ?? TargetList.host(of: request) else {
            return .text(400, "Host header missing or invalid; send one, or set --web.external-url.\n")
        }
        let path = (externalURL?.path ?? "") + telemetryPath
        return json(TargetList.text(report, host: host, scheme: externalURL?.scheme, path: path))
    }

    private func json(_ text: String) -> ListenerResponse {
        .text(200, text, contentType: "application/json", headers: [("Cache-Control", "no-store")])
    }

    /// Handles a request on the health check listener, which needs no password.
    public func handleProbe(_ request: ListenerRequest) async -> ListenerResponse {
        guard let route = Route(rawValue: request.path), route.isProbe else { return .text(404, "Not found.\n") }
        return await response(to: request, route)
    }
}
