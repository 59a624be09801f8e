// SPDX-License-Identifier: Apache-2.0
import Glibc
import Simulator
import TestSupport

/// The troubles of each kind, in the order in which they come.
struct Troubles {
    let stage: Stage
    let child: ExporterChild
    let configuration: TemporaryFile
    let configurationText: String
    let checker: Checker

    /// The lanes of the kinds that the options ask for. Those of one lane never happen at the same time.
    func lanes() -> [Lane] {
        func lane(_ kind: Trouble, _ acts: [Act], _ first: ClosedRange<Int>, _ later: ClosedRange<Int>) -> Lane? {
            stage.kinds.contains(kind) ? Lane(acts, firstPause: first, laterPause: later) : nil
        }
        return [
            lane(.storms, storms, 5_000...8_000, 15_000...40_000),
            lane(.storms, [rejectedToken, rotatedToken], 9_000...15_000, 15_000...40_000),
            lane(.files, tokenFiles, 7_000...12_000, 20_000...40_000),
            lane(.files, otherFiles, 6_000...9_000, 15_000...40_000),
            lane(.reloads, [reload], 8_000...25_000, 8_000...25_000),
            lane(.discovery, discovery, 3_000...5_000, 3_000...9_000),
            lane(.connections, connections, 9_000...13_000, 15_000...30_000),
            stage.name == nil ? nil : lane(.names, [movedName], 8_000...10_000, 34_000...38_000),
            lane(.pipe, [unreadPipe], 6_000...8_000, 6_000...15_000),
            lane(.refused, [refusal], 8_000...10_000, 12_000...15_000),
        ].compactMap(\.self)
    }

    // MARK: Sources

    private var storms: [Act] {
        let cloud = stage.configured
        func faults(_ name: String, _ count: ClosedRange<Int>, _ fault: @escaping (inout SoakRandom) -> Fault) -> Act {
            Act(name) { random in
                cloud.inject(fault(&random), times: random.number(count))
                return {}
            }
        }
        return [
            Act("slow source", lasts: 2_000...4_000) { random in
                cloud.latency = .milliseconds(random.number(20...400))
                return { cloud.latency = .zero }
            },
            faults("throttled source", 1...5) { .throttled(retryAfter: $0.pick([nil, 1, 2])) },
            faults("unavailable source", 10...60) { random in
                random.chance(50) ? .unavailable(retryAfter: .date(secondsFromNow: 2)) : .status(503, body: [])
            },
            faults("resets", 10...60) { _ in .reset },
            faults("requests without an answer", 5...40) { _ in .hang },
        ]
    }

    /// The token is checked by the exporter's requests and by the files of another lane, so it changes at both ends.
    private var rejectedToken: Act {
        Act("rejected token", lasts: 2_000...5_000) { [stage] _ in
            stage.configured.tokens = ["a token that no client has"]
            return { stage.configured.tokens = [stage.token] }
        }
    }

    private var rotatedToken: Act {
        Act("rotated token") { [stage] random in
            stage.token = "rotated-" + random.hex(8)
            // In another lane the file may be away just now; then it comes back with this token.
            if !stage.isTokenFileAway { try stage.tokenFile.replace(stage.token + "\n") }
            stage.configured.tokens = [stage.token]
            return {}
        }
    }

    private var refusal: Act {
        Act("refused workspace", lasts: 26_000...32_000) { [stage, checker] random in
            var refused: [(cloud: SimulatedCloud, id: String)] = []
            for cloud in stage.steady {
                let id = random.pick(cloud.workspaces).id
                cloud.inject(.rejected, for: FaultScope(workspaceID: id, operation: .listEndpoints))
                checker.steady.excuse(id, until: .max)
                refused.append((cloud, id))
            }
            return {
                for (cloud, id) in refused {
                    cloud.clearFaults(ofWorkspace: id)
                    checker.steady.excuse(id, until: WallTime.now + stage.timing.longestTrouble)
                }
            }
        }
    }

    // MARK: Discovery

    private var discovery: [Act] {
        let cloud = stage.discovered
        func fault(_ name: String, _ faults: [Fault]) -> Act {
            Act(name) { random in
                cloud.inject(random.pick(faults), times: random.number(1...3), for: .operation(.listWorkspaces))
                return {}
            }
        }
        let add = Act("added workspace") { [stage] _ in
            if cloud.workspaces.count < 30 { cloud.setWorkspace(stage.world.workspace(1_000 + stage.nextNumber())) }
            return {}
        }
        let remove = Act("removed workspace") { random in
            guard cloud.workspaces.count > 8 else { return {} }
            let id = random.pick(cloud.workspaces).id
            cloud.clearFaults(ofWorkspace: id)
            cloud.removeWorkspace(id)
            return {}
        }
        let empty = Act("empty discovery", lasts: 4_000...7_000) { _ in
            cloud.inject(.emptyList, for: .operation(.listWorkspaces))
            return { cloud.clearFaults(ofOperation: .listWorkspaces) }
        }
        return [
            add, fault("failed discovery", [.status(500, body: []), .reset]), remove, empty, add,
            fault("wrong discovery", [.totalLies(3), .html200]),
        ]
    }

    // MARK: Network

    private var connections: [Act] {
        let relays = stage.discoveredRelays
        let front = stage.frontRelay.map { relay in
            Act("stalled connections, HTTP/2", lasts: 16_000...18_000) { _ in
                relay.stallOpenConnections()
                return {}
            }
        }
        return (front.map { [$0] } ?? []) + [
            Act("stalled connections, configured") { [stage] _ in
                stage.configuredRelay.stallOpenConnections()
                return {}
            },
            Act("stalled connections, discovered") { _ in
                for relay in relays { relay.stallOpenConnections() }
                return {}
            },
            Act("stalled network, configured", lasts: 2_000...4_000) { [stage] _ in
                stage.configuredRelay.stallEverything()
                return { stage.configuredRelay.resume() }
            },
            Act("stalled network, discovered", lasts: 2_000...4_000) { _ in
                for relay in relays { relay.stallEverything() }
                return { for relay in relays { relay.resume() } }
            },
        ]
    }

    private var movedName: Act {
        // It ends when nothing may go to the old address any more.
        let limit = Int(stage.timing.longestOldAddress / 1_000)
        return Act("moved name", lasts: limit...limit) { [stage, checker] _ in
            let old = try stage.name?.move()
            guard let relay = stage.discoveredRelays.first(where: { $0.address == old }) else { return {} }
            let moved = WallTime.now
            return {
                // It may be undone before its time, at the end of the run.
                guard WallTime.now >= moved + stage.timing.longestOldAddress else { return }
                guard let last = relay.lastRequest, .now - last < .seconds(2) else { return }
                checker.complain("requests still go to the address that the name left \(limit / 1_000) s ago")
            }
        }
    }

    // MARK: Files and pipes

    private var tokenFiles: [Act] {
        func away(_ name: String, lasts: ClosedRange<Int>, _ take: @escaping () throws -> Act.Undo?) -> Act {
            Act(name, lasts: lasts) { [stage] _ in
                stage.isTokenFileAway = true
                let undo = try take()
                return {
                    stage.isTokenFileAway = false
                    if let undo { try undo() } else { try stage.tokenFile.replace(stage.token + "\n") }
                }
            }
        }
        let file = stage.tokenFile
        return [
            away("removed token file", lasts: 3_000...5_000) {
                unlink(file.path)
                return nil
            },
            away("empty token file", lasts: 3_000...5_000) {
                try file.replace("")
                return nil
            },
            away("hanging token file", lasts: 6_000...8_000) { [stage] in
                let hanging = try HangingPath(file)
                return { try hanging.restore(stage.token + "\n") }
            },
        ]
    }

    private var otherFiles: [Act] {
        [
            Act("hanging configuration, SIGHUP", lasts: 6_000...8_000) { [self] _ in
                let hanging = try HangingPath(configuration)
                child.process.send(SIGHUP)
                return { try hanging.restore(configurationText) }
            },
            Act("changed web file") { [stage, checker] _ in
                try stage.changeWebFile(stage.webFile.replace)
                checker.expectHeader(stage.transportSecurity, from: WallTime.now + 2 * stage.timing.busySlack)
                return {}
            },
            Act("hanging configuration, POST", lasts: 6_000...8_000) { [self] _ in
                let hanging = try HangingPath(configuration)
                let child = child
                let client = try RawClient(connectingTo: child.address)
                Task { try? await client.send("POST /-/reload HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n") }
                return {
                    try hanging.restore(configurationText)
                    client.disconnect()
                }
            },
            Act("hanging web file", lasts: 6_000...8_000) { [stage, checker] _ in
                // What it says in the end must be in effect some time later.
                checker.expectHeader(nil, from: 0)
                let hanging = try HangingPath(stage.webFile)
                return {
                    try stage.changeWebFile(hanging.restore)
                    checker.expectHeader(stage.transportSecurity, from: WallTime.now + 2 * stage.timing.busySlack)
                }
            },
        ]
    }

    private var reload: Act {
        Act("reload") { [child] _ in
            child.process.send(SIGHUP)
            return {}
        }
    }

    private var unreadPipe: Act {
        Act("unread log", lasts: 25_000...35_000) { [child] _ in
            child.log.isRead = false
            return { child.log.isRead = true }
        }
    }
}
