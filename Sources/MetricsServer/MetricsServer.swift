// SPDX-License-Identifier: Apache-2.0
public import Exposition
public import HTTPListener

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

        /// Settings of these values.
        public init(telemetryPath: String, maximumRequests: Int, version: String) {
            self.telemetryPath = telemetryPath
            self.maximumRequests = maximumRequests
            self.version = version
        }
    }

    private let settings: Settings
    private let pages: PageCache
    private let counters: RequestCounters
    private let isReady: @Sendable () -> Bool
    private let reload: (@Sendable () async -> String?)?

    /// A server of `pages`.
    /// - Parameters:
    ///   - isReady: whether every workspace has been polled once; asked at each `/-/ready`.
    ///   - reload: loads the configuration anew and returns what is wrong with it; nil: `/-/reload` is off.
    public init(
        settings: Settings, pages: PageCache, counters: RequestCounters, isReady: @escaping @Sendable () -> Bool,
        reload: (@Sendable () async -> String?)? = nil
    ) {
        self.settings = settings
        self.pages = pages
        self.counters = counters
        self.isReady = isReady
        self.reload = reload
    }

    private enum Route: String {
        /// At the telemetry path, whatever that is; no request's path is empty.
        case metrics = ""
        case landing = "/"
        case healthy = "/-/healthy"
        case ready = "/-/ready"
        case reload = "/-/reload"

        var methods: [String] { self == .reload ? ["POST"] : ["GET", "HEAD"] }
        var isProbe: Bool { self == .healthy || self == .ready }
    }

    /// Answers one request.
    public func answer(_ request: ListenerRequest) async -> ListenerResponse {
        let inFlight = counters.begin()
        let route = request.path == settings.telemetryPath ? .metrics : Route(rawValue: request.path)
        var response: ListenerResponse
        if settings.maximumRequests > 0, inFlight > settings.maximumRequests, route?.isProbe != true {
            response = .text(
                503, "Limit of concurrent requests reached (\(settings.maximumRequests)), try again later.\n")
        } else {
            response = await self.response(to: request, route)
        }
        response.headers.append(("X-Content-Type-Options", "nosniff"))
        let label = route == .metrics ? settings.telemetryPath : route?.rawValue ?? "other"
        counters.end(path: label, status: response.status)
        return response
    }

    private func response(to request: ListenerRequest, _ route: Route?) async -> ListenerResponse {
        guard let route else { return .text(404, "Not found.\n") }
        guard route.methods.contains(request.method) else {
            var response = ListenerResponse.text(405, "Method not allowed.\n")
            response.headers.append(("Allow", route.methods.joined(separator: ", ")))
            return response
        }
        switch route {
        case .metrics: return await metrics(request)
        case .healthy: return .text(200, "Healthy.\n")
        case .ready:
            return isReady()
                ? .text(200, "Ready.\n") : .text(503, "Not ready: not every workspace has been polled once.\n")
        case .reload:
            guard let reload else {
                return .text(403, "Reloading over HTTP is off: it needs --web.enable-lifecycle.\n")
            }
            return await reload().map { .text(500, "Not reloaded:\n\($0)\n") } ?? .text(200, "Reloaded.\n")
        case .landing:
            let html = LandingPage.html(version: settings.version, telemetryPath: settings.telemetryPath)
            var response = ListenerResponse.text(200, html, contentType: "text/html; charset=utf-8")
            response.headers.append(("Content-Security-Policy", LandingPage.contentSecurityPolicy))
            return response
        }
    }

    private func metrics(_ request: ListenerRequest) async -> ListenerResponse {
        let format = Negotiation.format(accept: request.headerValues("Accept"))
        let gzip = Negotiation.takesGzip(acceptEncoding: request.headerValues("Accept-Encoding"))
        var headers = [("Content-Type", format.contentType), ("Vary", "Accept, Accept-Encoding")]
        if gzip { headers.append(("Content-Encoding", "gzip")) }
        return ListenerResponse(
            status: 200, headers: headers, body: .pieces(await pages.page(format, gzip: gzip)))
    }
}
