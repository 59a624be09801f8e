// SPDX-License-Identifier: Apache-2.0
internal import Config
internal import Fabric
internal import HTTPClient
internal import Polling

/// Translates a source's settings into the values that the modules below take.
struct SourceFactory {
    let engine: CurlEngine
    let poll: PollSettings
    /// What `auth: environment` draws on.
    var environment: [String: String] = [:]

    /// Returns a transport that opens new connections.
    func transport(_ settings: SourceSettings) -> any HTTPTransport {
        var options = settings.connection
        options.maximumAge = poll.connectionMaxAge
        return engine.transport(options)
    }

    /// Reaches what must never be asked through a proxy.
    func directTransport() -> any HTTPTransport {
        engine.transport(ConnectionOptions(proxy: .none, maximumAge: poll.connectionMaxAge))
    }

    /// The rules by which a source's workspaces are chosen.
    static func merge(_ settings: SourceSettings) -> TargetSelection {
        let include = settings.discovery?.include
        let exclude = settings.discovery?.exclude
        return TargetSelection(
            source: settings.name, regionID: settings.region, baseURL: settings.baseURL,
            configured: settings.workspaces,
            filter: settings.discovery?.filter ?? EndpointFilter(),
            includes: { include?.matches($0) ?? true }, excludes: { exclude?.matches($0) ?? false })
    }
}
