// SPDX-License-Identifier: Apache-2.0

/// The kinds of faults of `--kinds`.
enum FaultKind: String, CaseIterable, Sendable {
    /// Faults of single workspaces.
    case workspaces
    /// Faults of a whole source, including rejected and rotated tokens.
    case sources
    /// Reloads by SIGHUP.
    case reloads
    /// Pages shorter than requested, and totals that are missing or count a page.
    case pages
    /// Rows with implausible times.
    case times
    /// Workspace lists that fail, are empty or change.
    case discovery
    /// Stalled connections.
    case connections
    /// A host name whose address changes.
    case names
    /// Removed, empty and hanging files: token, configuration and web configuration.
    case files
    /// A log that is not read.
    case pipe
    /// Single workspaces that are rejected with 401.
    case refused
    /// More workspaces than the rate limit allows.
    case overload
    /// A stop while a file hangs and the log pipe is full.
    case stop
}

/// A fault with a beginning, a duration and an end.
struct TimedFault {
    typealias Undo = () throws -> Void

    let name: String
    /// The range of its duration, in milliseconds.
    var lasts = 0...0
    let begin: (inout SoakRandom) throws -> Undo

    init(_ name: String, lasts: ClosedRange<Int> = 0...0, begin: @escaping (inout SoakRandom) throws -> Undo) {
        self.name = name
        self.lasts = lasts
        self.begin = begin
    }
}

/// Runs faults one at a time in a fixed order, so that a short run has all of them.
struct FaultQueue {
    private let faults: [TimedFault]
    private let firstPause: ClosedRange<Int>
    private let laterPause: ClosedRange<Int>
    private var next = 0
    private var nextBegin: Int64?
    private var running: (end: Int64, undo: TimedFault.Undo)?
    /// The number of times that each fault has begun.
    private(set) var counts: [String: Int]

    /// - Parameters:
    ///   - faults: the faults, in order.
    ///   - firstPause: milliseconds between two faults until each has run once.
    ///   - laterPause: milliseconds between two faults after that.
    init(_ faults: [TimedFault], firstPause: ClosedRange<Int>, laterPause: ClosedRange<Int>) {
        self.faults = faults
        self.firstPause = firstPause
        self.laterPause = laterPause
        counts = Dictionary(faults.map { ($0.name, 0) }) { first, _ in first }
    }

    /// Ends or begins the fault that is due at `now`.
    mutating func step(_ now: Int64, _ random: inout SoakRandom) throws {
        if let running {
            guard now >= running.end else { return }
            try finish()
        }
        guard !faults.isEmpty else { return }
        let begin = nextBegin ?? now + pause(&random)
        nextBegin = begin
        guard now >= begin else { return }
        let fault = faults[next % faults.count]
        next += 1
        counts[fault.name, default: 0] += 1
        let end = now + Int64(random.number(fault.lasts)) * 1_000
        running = (end, try fault.begin(&random))
        nextBegin = end + pause(&random)
    }

    /// Ends the running fault.
    mutating func finish() throws {
        guard let running else { return }
        self.running = nil
        try running.undo()
    }

    private func pause(_ random: inout SoakRandom) -> Int64 {
        Int64(random.number(next < faults.count ? firstPause : laterPause)) * 1_000
    }
}
