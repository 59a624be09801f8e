// SPDX-License-Identifier: Apache-2.0
internal import CurlTransport
internal import ExporterConfig
internal import FabricAPI
internal import FabricAuth
internal import FabricModel
internal import Transport

/// Translates a source's settings into the values that the rooms below take.
struct SourceFactory {
    let engine: CurlEngine
    let poll: PollSettings

    var exchangeSettings: ExchangeSettings {
        ExchangeSettings(
            timeout: poll.timeout, interval: poll.interval, requestsPerSecond: poll.requestsPerSecond,
            retries: poll.retries, maxResponseBytes: poll.maxResponseBytes, pageSize: poll.pageSize,
            maxEndpoints: poll.maxEndpoints)
    }

    func transport(_ settings: SourceSettings) -> any HTTPTransport {
        engine.transport(ConnectionOptions(settings))
    }

    func credentials(_ settings: SourceSettings) throws(ExporterError) -> any CredentialProvider {
        switch settings.auth {
        case .token(.value(let token)): return TokenCredentials(token: token)
        case .token(.file(let path)): return TokenFileCredentials(path: path)
        case .password, .accessKey, .metadata, .environment:
            throw ExporterError("source \(settings.name): this kind of auth is not supported yet")
        }
    }

    static func workspace(_ workspace: WorkspaceSettings, of settings: SourceSettings) -> Workspace {
        Workspace(
            key: WorkspaceKey(source: settings.name, workspaceID: workspace.id), name: workspace.name,
            regionID: settings.region, baseURL: settings.baseURL)
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
    fileprivate init(_ settings: SourceSettings) {
        self.init(
            caFile: settings.tls.caFile,
            certificateFile: settings.tls.certFile,
            keyFile: settings.tls.keyFile,
            serverName: settings.tls.serverName,
            minimumTLSVersion: settings.tls.minVersion == .tls13 ? .tls13 : .tls12,
            skipsVerification: settings.tls.insecureSkipVerify,
            proxy: settings.proxyURL.map { .url($0) } ?? .environment
        )
    }
}
