// SPDX-License-Identifier: Apache-2.0
internal import CurlTransport
internal import ExporterConfig
internal import FabricAPI
internal import FabricAuth
internal import FabricModel
internal import Polling
internal import Transport

/// Translates a source's settings into the values that the rooms below take.
struct SourceFactory {
    let engine: CurlEngine
    let poll: PollSettings
    /// What `auth: environment` draws on.
    var environment: [String: String] = [:]

    var exchangeSettings: ExchangeSettings {
        ExchangeSettings(
            timeout: poll.timeout, interval: poll.interval, requestsPerSecond: poll.requestsPerSecond,
            retries: poll.retries, maxResponseBytes: poll.maxResponseBytes, pageSize: poll.pageSize,
            maxEndpoints: poll.maxEndpoints)
    }

    /// Returns a transport that opens new connections.
    func transport(_ settings: SourceSettings) -> any HTTPTransport {
        engine.transport(ConnectionOptions(settings, maximumAge: poll.connectionMaxAge))
    }

    /// Reaches what must never be asked through a proxy.
    func directTransport() -> any HTTPTransport {
        engine.transport(ConnectionOptions(proxy: .none, maximumAge: poll.connectionMaxAge))
    }

    /// The rules by which a source's workspaces are chosen.
    static func merge(_ settings: SourceSettings) -> DiscoveryMerge {
        let include = settings.discovery?.include
        let exclude = settings.discovery?.exclude
        return DiscoveryMerge(
            source: settings.name, regionID: settings.region, baseURL: settings.baseURL,
            configured: settings.workspaces.map {
                DiscoveryMerge.Configured(id: $0.id, name: $0.name, filter: EndpointFilter($0.filter))
            },
            filter: EndpointFilter(settings.discovery?.filter ?? ListFilter()),
            includes: { include?.matches($0) ?? true }, excludes: { exclude?.matches($0) ?? false })
    }
}

extension EndpointFilter {
    init(_ filter: ListFilter) {
        self.init(
            type: filter.type, visibility: filter.visibility, name: filter.name, modelID: filter.modelID,
            endpointID: filter.endpointID)
    }
}

extension ConnectionOptions {
    fileprivate init(_ settings: SourceSettings, maximumAge: Duration) {
        self.init(
            caFile: settings.tls.caFile,
            certificateFile: settings.tls.certFile,
            keyFile: settings.tls.keyFile,
            serverName: settings.tls.serverName,
            minimumTLSVersion: settings.tls.minVersion == .tls13 ? .tls13 : .tls12,
            skipsVerification: settings.tls.insecureSkipVerify,
            proxy: settings.proxyURL.map { .url($0) } ?? .environment,
            maximumAge: maximumAge
        )
    }
}
