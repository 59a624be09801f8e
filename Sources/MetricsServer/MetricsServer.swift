// SPDX-License-Identifier: Apache-2.0
public import Exposition
public import HTTPListener
public import StatusReport

/// The exporter's web face: which path gives what. Answers from what is there; no request ever reaches the cloud.
public struct MetricsServer: Sendable {
    /// What the server is told.
    public struct Settings: Sendable {
        /// Where metrics are served.
        public var telemetryPath: String
        /// Requests in flight beyond which 503 is answered; 0 is no limit.
        public var maximumRequests: Int
        /// The program's version, for people.
        public var version: String
        /// Where Prometheus reaches this process, as `host[:port]`; nil: by the host that it asked for.
        public var externalHost: String?

        /// Settings of these values.
        public init(telemetryPath: String, maximumRequests: Int, version: String, externalHost: String? = nil) {
            self.telemetryPath = telemetryPath
            self.maximumRequests = maximumRequests
            self.version = version
            self.externalHost = externalHost
        }
    }

    private let settings: Settings
    private let pages: PageCache
    private let counters: RequestCounters
    private let status: @Sendable () -> StatusReport
    private let access: @Sendable () -> AccessRules
    private let isReady: @Sendable () -> Bool
    private let isHealthy: @Sendable () -> Bool
    private let reload: (@Sendable () async -> String?)?

    /// A server of `pages`.
    /// - Parameters:
    ///   - status: what is known at the moment; asked at each request for people and for service discovery.
    ///   - access: who may ask at present; asked at each request.
    ///   - isReady: whether every workspace has been polled once; asked at each `/-/ready`.
    ///   - isHealthy: false while the polls of every workspace have stalled; asked at each `/-/healthy`.
    ///   - reload: loads the configuration anew and returns what is wrong with it; nil: `/-/reload` is off.
    public init(
        settings: Settings, pages: PageCache, counters: RequestCounters,
        status: @escaping @Sendable () -> StatusReport,
        access: @escaping @Sendable () -> AccessRules = { AccessRules() }, isReady: @escaping @Sendable () -> Bool,
        isHealthy: @escaping @Sendable () -> Bool = { true }, reload: (@Sendable () async -> String?)? = nil
    ) {
        self.settings = settings
        self.pages = pages
        self.counters = counters
        self.status = status
        self.access = access
        self.isReady = isReady
        self.isHealthy = isHealthy
        self.reload = reload
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
        let inFlight = counters.begin()
        let route = request.path == settings.telemetryPath ? .metrics : Route(rawValue: request.path)
        let rules = access()
        var response: ListenerResponse
        if settings.maximumRequests > 0, inFlight > settings.maximumRequests, route?.isProbe != true {
            response = .text(
                503, "Limit of concurrent requests reached (\(settings.maximumRequests)), try again later.\n")
        } else {
            response = await self.response(to: request, route, rules)
        }
        response.headers.append(("X-Content-Type-Options", "nosniff"))
        for (name, value) in rules.headers {
            response.headers.removeAll { $0.0.lowercased() == name.lowercased() }
            response.headers.append((name, value))
        }
        let label = route == .metrics ? settings.telemetryPath : route?.rawValue ?? "other"
        counters.end(path: label, status: response.status)
        return response
    }

    private func response(
        to request: ListenerRequest, _ route: Route?, _ rules: AccessRules
    ) async -> ListenerResponse {
        // Probes ask for no password: whoever asks them has none.
        if let authentication = rules.authentication, route?.isProbe != true {
            switch await authentication.check(request.header("Authorization")) {
            case .allowed: break
            case .busy: return .text(503, "Too many passwords wait to be checked, try again later.\n")
            case .refused:
                var response = ListenerResponse.text(401, "Unauthorized.\n")
                response.headers.append(("WWW-Authenticate", "Basic realm=\"metrics\", charset=\"UTF-8\""))
                return response
            }
        }
        guard let route else { return .text(404, "Not found.\n") }
        guard route.methods.contains(request.method) else {
            var response = ListenerResponse.text(405, "Method not allowed.\n")
            response.headers.append(("Allow", route.methods.joined(separator: ", ")))
            return response
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
            return await reload().map { .text(500, "Not reloaded:\n\($0)\n") } ?? .text(200, "Reloaded.\n")
        case .statusPage: return await elsewhere { statusPage(request) }
        case .statusJSON: return await elsewhere { statusJSON(request) }
        case .targets: return await elsewhere { targets(request) }
        }
    }

    /// Does what takes its time with thousands of workspaces off the connection's thread.
    private func elsewhere<Result: Sendable>(_ body: @Sendable () -> Result) async -> Result {
        await withTaskExecutorPreference(globalConcurrentExecutor) { await Self.run(body) }
    }

    @concurrent
    private static func run<Result: Sendable>(_ body: @Sendable () -> Result) async -> Result { body() }

    private func metrics(_ request: ListenerRequest) async -> ListenerResponse {
        let format = Negotiation.format(accept: request.headerValues("Accept"))
        let gzip = Negotiation.takesGzip(acceptEncoding: request.headerValues("Accept-Encoding"))
        let selection = PageSelection(request)
        let body: [PagePiece]
        if selection.isEverything {
            body = await pages.page(format, gzip: gzip)
        } else {
            let selected = await elsewhere { pages.page(format, gzip: gzip, selecting: selection) }
            guard let selected else {
                return .text(404, "No such source or workspace.\n")
            }
            body = selected
        }
        var headers = [("Content-Type", format.contentType), ("Vary", "Accept, Accept-Encoding")]
        if gzip { headers.append(("Content-Encoding", "gzip")) }
        return ListenerResponse(status: 200, headers: headers, body: .pieces(body.map(BodyPiece.init)))
    }

    private func statusPage(_ request: ListenerRequest) -> ListenerResponse {
        let report = status()
        let frame = PageFrame(version: settings.version, telemetryPath: settings.telemetryPath)
        do throws(StatusQuery.Refusal) {
            let query = try StatusQuery(request)
            let workspaces = try query.workspaces(of: report)
            if !query.selection.workspaceIDs.isEmpty, let status = workspaces.first, workspaces.count == 1 {
                return html(200, frame.page(of: WorkspacePage(report: report, status: status)))
            }
            return html(200, frame.page(of: OverviewPage(report: report, query: query, workspaces: workspaces)))
        } catch {
            return html(error.status, frame.page(of: RefusalPage(refusal: error)))
        }
    }

    private func html(_ status: Int, _ html: HTML) -> ListenerResponse {
        var response = ListenerResponse.text(status, html.text, contentType: "text/html; charset=utf-8")
        response.headers.append(("Content-Security-Policy", PageFrame.contentSecurityPolicy))
        response.headers.append(("Referrer-Policy", "no-referrer"))
        response.headers.append(("Cache-Control", "no-store"))
        return response
    }

    private func statusJSON(_ request: ListenerRequest) -> ListenerResponse {
        let report = status()
        do throws(StatusQuery.Refusal) {
            let workspaces = try StatusQuery(request).workspaces(of: report)
            return json(200, StatusJSON.text(report, workspaces: workspaces, version: settings.version))
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
        guard let host = settings.externalHost ?? TargetList.host(of: request) else {
            return .text(400, "The request names no host; --web.external-url says where this process is found.\n")
        }
        return json(200, TargetList.text(report, host: host))
    }

    private func json(_ status: Int, _ text: String) -> ListenerResponse {
        var response = ListenerResponse.text(status, text, contentType: "application/json")
        response.headers.append(("Cache-Control", "no-store"))
        return response
    }

    /// Answers one request of the listener that is for health checks alone, and asks for no password.
    public func answerProbe(_ request: ListenerRequest) async -> ListenerResponse {
        guard let route = Route(rawValue: request.path), route.isProbe else { return .text(404, "Not found.\n") }
        return await response(to: request, route, AccessRules())
    }
}

extension BodyPiece {
    fileprivate init(_ piece: PagePiece) {
        switch piece {
        case .bytes(let bytes): self = .bytes(bytes)
        case .file(let file, let range): self = .file(BodyFile(descriptor: file.descriptor, owner: file), range)
        }
    }
}
