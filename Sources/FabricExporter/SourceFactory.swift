// SPDX-License-Identifier: Apache-2.0
internal import Clocks
internal import CurlTransport
internal import ExporterConfig
internal import FabricAPI
internal import FabricAuth
internal import FabricModel
internal import Transport

/// A configured source, ready to be polled.
struct Source {
    struct Entry {
        var workspace: Workspace
        var filter: EndpointFilter
    }

    var name: String
    var client: SourceClient
    var entries: [Entry]
}

/// Makes sources of settings.
struct SourceFactory {
    let engine: CurlEngine
    let slots: ExchangeSlots
    let poll: PollSettings
    let clock: any ExporterClock

    func make(_ settings: SourceSettings) throws(ExporterError) -> Source {
        let client = SourceClient(
            transport: engine.transport(ConnectionOptions(settings)),
            credentials: try credentials(settings),
            clock: clock,
            slots: slots,
            settings: ExchangeSettings(
                timeout: poll.timeout, interval: poll.interval, requestsPerSecond: poll.requestsPerSecond,
                retries: poll.retries, maxResponseBytes: poll.maxResponseBytes, pageSize: poll.pageSize,
                maxEndpoints: poll.maxEndpoints)
        )
        let entries = settings.workspaces.map { workspace in
            Source.Entry(
                workspace: Workspace(
                    key: WorkspaceKey(source: settings.name, workspaceID: workspace.id), name: workspace.name,
                    regionID: settings.region, baseURL: settings.baseURL),
                filter: EndpointFilter(
                    type: workspace.filter.type, visibility: workspace.filter.visibility,
                    name: workspace.filter.name, modelID: workspace.filter.modelID,
                    endpointID: workspace.filter.endpointID)
            )
        }
        return Source(name: settings.name, client: client, entries: entries)
    }

    private func credentials(_ settings: SourceSettings) throws(ExporterError) -> any CredentialProvider {
        switch settings.auth {
        case .token(.value(let token)): return TokenCredentials(token: token)
        case .token(.file(let path)): return TokenFileCredentials(path: path)
        case .password, .accessKey, .metadata, .environment:
            throw ExporterError("source \(settings.name): this kind of auth is not supported yet")
        }
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
