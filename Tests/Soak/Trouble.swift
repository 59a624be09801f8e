// SPDX-License-Identifier: Apache-2.0

/// What can go wrong, as `--kinds` names it.
enum Trouble: String, CaseIterable, Sendable {
    /// Faults of single workspaces.
    case weather
    /// Faults of a whole source, rejected and rotated tokens included.
    case storms
    /// Reloads by SIGHUP.
    case reloads
    /// Pages that are shorter than asked, and totals that are missing or count a page.
    case pages
    /// Rows with meaningless times.
    case times
    /// Lists of workspaces that fail, are empty or change.
    case discovery
    /// Connections that forward nothing any more.
    case connections
    /// A name that moves to another address.
    case names
    /// Files that are removed, empty or hanging: token, configuration and web configuration.
    case files
    /// A log that is not read.
    case pipe
    /// Single workspaces that are refused with 401.
    case refused
    /// More workspaces than the rate limit allows.
    case overload
    /// The stop while a file hangs and the log's pipe is full.
    case stop
}

/// One trouble that begins, lasts for a while and is undone.
struct Act {
    typealias Undo = () throws -> Void

    let name: String
    /// How long it lasts, in milliseconds.
    var lasts = 0...0
    let begin: (inout SoakRandom) throws -> Undo

    init(_ name: String, lasts: ClosedRange<Int> = 0...0, begin: @escaping (inout SoakRandom) throws -> Undo) {
        self.name = name
        self.lasts = lasts
        self.begin = begin
    }
}

/// Runs troubles one after the other, each in its turn, so that a short run has seen all of them.
struct Lane {
    private let acts: [Act]
    private let firstPause: ClosedRange<Int>
    private let laterPause: ClosedRange<Int>
    private var next = 0
    private var nextBegin: Int64?
    private var running: (end: Int64, undo: Act.Undo)?
    /// How often each trouble has begun.
    private(set) var counts: [String: Int]

    /// - Parameters:
    ///   - acts: the troubles, in their order.
    ///   - firstPause: milliseconds between two troubles until each has run once.
    ///   - laterPause: milliseconds between two troubles after that.
    init(_ acts: [Act], firstPause: ClosedRange<Int>, laterPause: ClosedRange<Int>) {
        self.acts = acts
        self.firstPause = firstPause
        self.laterPause = laterPause
        counts = Dictionary(acts.map { ($0.name, 0) }) { first, _ in first }
    }

    /// Ends or begins what is due at `now`.
    mutating func step(_ now: Int64, _ random: inout SoakRandom) throws {
        if let running {
            guard now >= running.end else { return }
            try finish()
        }
        guard !acts.isEmpty else { return }
        let begin = nextBegin ?? now + pause(&random)
        nextBegin = begin
        guard now >= begin else { return }
        let act = acts[next % acts.count]
        next += 1
        counts[act.name, default: 0] += 1
        let end = now + Int64(random.number(act.lasts)) * 1_000
        running = (end, try act.begin(&random))
        nextBegin = end + pause(&random)
    }

    /// Undoes what is going on.
    mutating func finish() throws {
        guard let running else { return }
        self.running = nil
        try running.undo()
    }

    private func pause(_ random: inout SoakRandom) -> Int64 {
        Int64(random.number(next < acts.count ? firstPause : laterPause)) * 1_000
    }
}
