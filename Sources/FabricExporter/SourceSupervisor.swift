// SPDX-License-Identifier: Apache-2.0
internal import Clocks
internal import ExporterConfig
internal import FabricAPI
internal import FabricAuth
internal import FabricModel
internal import Logging
internal import Polling

/// One source from the moment it is configured to the moment it leaves: its client, which keeps counters and pace over
/// every reload, and which of its workspaces are polled.
actor SourceSupervisor {
    nonisolated let name: String
    nonisolated let client: SourceClient
    private let fleet: PollFleet
    private var settings: SourceSettings
    private var credentials: any CredentialProvider

    init(
        _ settings: SourceSettings, factory: SourceFactory, slots: ExchangeSlots, fleet: PollFleet,
        clock: any ExporterClock
    ) throws(ExporterError) {
        name = settings.name
        self.settings = settings
        self.fleet = fleet
        credentials = try factory.credentials(settings)
        client = SourceClient(
            source: settings.name, transport: factory.transport(settings), credentials: credentials, clock: clock,
            slots: slots,
            settings: factory.exchangeSettings)
    }

    /// Goes on with other settings, checked before.
    func configure(_ new: SourceSettings, factory: SourceFactory) throws(ExporterError) {
        // Credentials that did not change keep what they know, such as a token that is still good.
        if new.auth != settings.auth { credentials = try factory.credentials(new) }
        settings = new
        client.reconfigure(
            transport: factory.transport(new), credentials: credentials, settings: factory.exchangeSettings)
    }

    /// Tells the fleet which workspaces to poll.
    func assign(manner: PollFleet.Manner) async {
        let assignments = settings.workspaces.map { workspace in
            PollFleet.Assignment(
                workspace: SourceFactory.workspace(workspace, of: settings),
                filter: EndpointFilter(workspace.filter))
        }
        await fleet.assign(assignments, of: name, through: client, manner: manner)
    }

    /// Stops polling the source and drops its series.
    func leave(manner: PollFleet.Manner) async {
        await fleet.assign([], of: name, through: client, manner: manner)
    }
}
