// SPDX-License-Identifier: Apache-2.0
internal import UnixSignals

/// Receives SIGHUP, which requests a reload. Signals are buffered until the first reader, because the default action
/// would terminate the process.
public struct ReloadSignals: Sendable {
    let sequence: UnixSignalsSequence

    /// Starts to receive signals.
    public init() async { sequence = await UnixSignalsSequence(trapping: .sighup) }
}
