// SPDX-License-Identifier: Apache-2.0
internal import Config
internal import Fabric
internal import HTTPClient

extension SourceRemedies {
    /// Creates the remedies of a configured source.
    /// - Parameter environment: the environment variables, which may name a proxy.
    init(_ settings: SourceSettings, environment: [String: String]) {
        var looksUpProject = false
        if case .accessKey(let key) = settings.auth {
            looksUpProject = key.projectID == nil && settings.assumeAgency == nil
        }
        self.init(
            baseURL: settings.baseURL, region: settings.region, credential: settings.auth.kind,
            assumesAgency: settings.assumeAgency != nil, looksUpProject: looksUpProject,
            proxy: Self.proxy(of: settings, environment))
        servicesURL = settings.servicesURL
    }

    private static func proxy(of settings: SourceSettings, _ environment: [String: String]) -> Proxy? {
        if let url = settings.connection.proxyURL { return Proxy(address: authority(of: url), origin: .setting) }
        // curl reads http_proxy in lower case only.
        let names =
            settings.baseURL.hasPrefix("https:")
            ? ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] : ["http_proxy", "all_proxy", "ALL_PROXY"]
        for name in names {
            if let url = environment[name], !url.isEmpty {
                return Proxy(address: authority(of: url), origin: .variable(name))
            }
        }
        return nil
    }
}
