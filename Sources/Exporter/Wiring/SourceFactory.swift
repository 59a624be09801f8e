// SPDX-License-Identifier: Apache-2.0
internal import Config
internal import Fabric
internal import HTTPClient
internal import Polling

/// Creates a source's components from its settings.
struct SourceFactory {
    let engine: CurlEngine
    let poll: PollSettings
    /// The variables for `auth: environment`.
    var environment: [String: String] = [:]

    /// Returns a transport that opens new connections.
    func transport(_ settings: SourceSettings) -> any HTTPTransport {
        var options = settings.connection
        options.maximumAge = poll.connectionMaxAge
        return engine.transport(options)
    }

    /// Returns a transport without a proxy, for the metadata service.
    func directTransport() -> any HTTPTransport {
        engine.transport(ConnectionOptions(proxy: .none, maximumAge: poll.connectionMaxAge))
    }

    /// Returns the rules that select a source's workspaces.
    static func targetSelection(_ settings: SourceSettings) -> TargetSelection {
        let include = settings.discovery?.include
        let exclude = settings.discovery?.exclude
        return TargetSelection(
            source: settings.name, regionID: settings.region, baseURL: settings.baseURL, api: settings.api,
            configured: settings.workspaces,
            filter: settings.discovery?.filter ?? EndpointFilter(), labels: settings.discovery?.labels ?? [:],
            includes: { include?.matches($0) ?? true }, excludes: { exclude?.matches($0) ?? false })
    }
}
