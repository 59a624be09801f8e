// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Config
internal import Fabric

extension SourceFactory {
    /// What obtains and gives out the credentials of a source.
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

    /// Refuses settings of which no credentials could be made.
    func checkCredentials(_ settings: SourceSettings) throws(ExporterError) {
        // Made and dropped again: nothing is asked before somebody needs a credential.
        _ = try credentials(
            settings,
            client: CredentialClient(
                transport: transport(settings), direct: directTransport(), timeout: poll.timeout, clock: SystemClock()))
    }
}
