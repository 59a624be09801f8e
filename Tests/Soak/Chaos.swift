// SPDX-License-Identifier: Apache-2.0
import FabricSimulator
import Glibc
import TestSupport

/// Lets everything go wrong that can, by a seed.
struct Chaos {
    /// No two changes of a list of several pages come nearer than the longest poll takes: see ``World/change(_:)``.
    private static let calm: Int64 = 4_500_000

    private struct Schedule {
        var nextChange: Int64
        var nextFault: Int64
        var faultEnd: Int64?
    }

    private let configured: SimulatedCloud
    private let discovered: SimulatedCloud
    private let tokenFile: TemporaryFile
    private let child: ChildProcess
    private var world: World
    private var random: SoakRandom
    private var schedules: [String: Schedule] = [:]
    private var nextStorm: Int64
    private var nextMove: Int64
    private var nextReload: Int64
    private var moves = 1000
    private var lastToken = 0
    /// Undoes what a storm did to the whole source.
    private var stormEnd: (at: Int64, undo: @Sendable () -> Void)?

    init(
        configured: SimulatedCloud, discovered: SimulatedCloud, tokenFile: TemporaryFile, child: ChildProcess,
        world: World, random: SoakRandom
    ) {
        self.configured = configured
        self.discovered = discovered
        self.tokenFile = tokenFile
        self.child = child
        self.world = world
        self.random = random
        let now = WallTime.now
        nextStorm = now + 10_000_000
        nextMove = now + 5_000_000
        nextReload = now + 12_000_000
    }

    /// Does what is due. To be called several times a second.
    mutating func step() throws {
        let now = WallTime.now
        for cloud in [configured, discovered] {
            for workspace in cloud.workspaces { strike(workspace.id, of: cloud, now: now) }
        }
        if let end = stormEnd, now >= end.at {
            end.undo()
            stormEnd = nil
        }
        if now >= nextStorm, stormEnd == nil {
            nextStorm = now + seconds(15...40)
            try storm(now)
        }
        if now >= nextMove {
            nextMove = now + seconds(3...9)
            move()
        }
        if now >= nextReload {
            nextReload = now + seconds(8...25)
            child.send(SIGHUP)
        }
    }

    /// Ends every trouble.
    mutating func calmDown() {
        stormEnd?.undo()
        stormEnd = nil
        for cloud in [configured, discovered] {
            cloud.clearFaults()
            cloud.latency = .zero
        }
    }

    private mutating func seconds(_ range: ClosedRange<Int>) -> Int64 {
        Int64(random.number(range.lowerBound * 1000...range.upperBound * 1000)) * 1000
    }

    private mutating func strike(_ id: String, of cloud: SimulatedCloud, now: Int64) {
        var schedule =
            schedules[id] ?? Schedule(nextChange: now + seconds(1...10), nextFault: now + seconds(2...30))
        if now >= schedule.nextChange {
            schedule.nextChange = now + Self.calm + seconds(0...8)
            cloud.updateWorkspace(id) { world.change(&$0.endpoints) }
        }
        if let end = schedule.faultEnd, now >= end {
            cloud.clearFaults(ofWorkspace: id)
            schedule.faultEnd = nil
            schedule.nextFault = now + seconds(3...30)
        } else if schedule.faultEnd == nil, now >= schedule.nextFault {
            let scope = FaultScope(workspaceID: id, operation: .listEndpoints)
            cloud.inject(Weather.fault(&random), Weather.repetition(&random), for: scope)
            schedule.faultEnd = now + seconds(1...12)
        }
        schedules[id] = schedule
    }

    /// Trouble for all workspaces of the configured source at once.
    private mutating func storm(_ now: Int64) throws {
        let cloud = configured
        let end = now + seconds(2...6)
        switch random.number(0...6) {
        case 0:
            cloud.latency = .milliseconds(random.number(20...400))
            stormEnd = (end, { cloud.latency = .zero })
        case 1:
            let tokens = cloud.tokens
            cloud.tokens = ["a token that nobody has"]
            stormEnd = (end, { cloud.tokens = tokens })
        case 2:
            lastToken += 1
            let token = "rotated-\(lastToken)"
            try tokenFile.replace(token + "\n")
            cloud.tokens = [token]
        case 3: cloud.inject(.throttled(retryAfter: random.pick([nil, 1, 2])), .times(random.number(1...5)))
        case 4: cloud.inject(.status(503, body: []), .times(random.number(10...60)))
        case 5: cloud.inject(.reset, .times(random.number(10...60)))
        default: cloud.inject(.hang, .times(random.number(5...40)))
        }
    }

    /// A workspace comes to the discovered source, or goes; or its list of workspaces is in trouble.
    private mutating func move() {
        let here = discovered.workspaces
        switch random.number(0...2) {
        case 0 where here.count > 8:
            let id = random.pick(here).id
            discovered.clearFaults(ofWorkspace: id)
            discovered.removeWorkspace(id)
            schedules[id] = nil
        case 1:
            let fault: Fault = random.pick([.status(500, body: []), .totalLies(3), .html200, .reset])
            discovered.inject(fault, .times(random.number(1...3)), for: .operation(.listWorkspaces))
        default:
            guard here.count < 30 else { return }
            moves += 1
            discovered.setWorkspace(world.workspace(moves))
        }
    }
}
