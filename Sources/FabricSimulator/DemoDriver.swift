// SPDX-License-Identifier: Apache-2.0

/// Advances a scenario once a second.
public struct DemoDriver: Sendable {
    private let scenario: DemoScenario
    private let clock: any Clock<Duration>

    /// A driver of `scenario` by `clock`.
    public init(_ scenario: DemoScenario, clock: any Clock<Duration> = ContinuousClock()) {
        self.scenario = scenario
        self.clock = clock
    }

    /// Advances until the task is cancelled.
    public func run() async {
        await drive(clock)
    }

    private func drive<SomeClock: Clock<Duration>>(_ clock: SomeClock) async {
        let start = clock.now
        while true {
            // The clock says which second it is, so that a machine that slept catches up.
            let second = start.duration(to: clock.now) / .seconds(1)
            scenario.advance(to: Int(second))
            do {
                try await clock.sleep(until: start.advanced(by: .seconds(Int(second) + 1)), tolerance: nil)
            } catch {
                return
            }
        }
    }
}
