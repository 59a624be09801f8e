// SPDX-License-Identifier: Apache-2.0
internal import UnixSignals

/// SIGHUP: each asks for a reload. One that comes before anybody listens is kept until somebody does; without this it would
/// end the process.
public struct ReloadSignals: Sendable {
    let sequence: UnixSignalsSequence

    /// Keeps the signals from now on.
    public init() async { sequence = await UnixSignalsSequence(trapping: .sighup) }
}
