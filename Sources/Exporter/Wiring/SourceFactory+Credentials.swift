// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Config
internal import Fabric

extension SourceFactory {
    /// Creates the credential provider of a source.
    func credentials(
        _ settings: SourceSettings, client: CredentialClient
    ) throws(ExporterError) -> any CredentialProvider {
        do {
            return try settings.auth.provider(
                assuming: settings.assumeAgency, region: settings.region, environment: environment, client: client
            )
        } catch {
            throw ExporterError("source \(settings.name): \(error.description)")
        }
    }

    /// Checks that a credential provider can be created from `settings`.
    func checkCredentials(_ settings: SourceSettings) throws(ExporterError) {
        // The provider is discarded; creating it sends no requests.
        _ = try credentials(
            settings,
            client: CredentialClient(
                transport: transport(settings), direct: directTransport(), timeout: poll.timeout, clock: SystemClock()))
    }
}
