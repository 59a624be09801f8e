// SPDX-License-Identifier: Apache-2.0
import Glibc
import Simulator
import TestSupport

/// The faults of each kind, in order.
struct FaultSchedule {
    let environment: SoakEnvironment
    let child: ExporterChild
    let configuration: TemporaryFile
    let configurationText: String
    let checker: Checker

    /// Returns the queues of the selected kinds. Faults of one queue never overlap.
    func queues() -> [FaultQueue] {
        func queue(
            _ kind: FaultKind, _ faults: [TimedFault], _ first: ClosedRange<Int>, _ later: ClosedRange<Int>
        ) -> FaultQueue? {
            environment.kinds.contains(kind) ? FaultQueue(faults, firstPause: first, laterPause: later) : nil
        }
        return [
            queue(.sources, sources, 5_000...8_000, 15_000...40_000),
            queue(.sources, [rejectedToken, rotatedToken], 9_000...15_000, 15_000...40_000),
            queue(.files, tokenFiles, 7_000...12_000, 20_000...40_000),
            queue(.files, otherFiles, 6_000...9_000, 15_000...40_000),
            queue(.reloads, [reload], 8_000...25_000, 8_000...25_000),
            queue(.discovery, discovery, 3_000...5_000, 3_000...9_000),
            queue(.connections, connections, 9_000...13_000, 15_000...30_000),
            environment.name == nil ? nil : queue(.names, [changedAddress], 8_000...10_000, 34_000...38_000),
            queue(.pipe, [unreadPipe], 6_000...8_000, 6_000...15_000),
            queue(.refused, [refusal], 8_000...10_000, 12_000...15_000),
        ].compactMap(\.self)
    }

    // MARK: Sources

    private var sources: [TimedFault] {
        let cloud = environment.configured
        func faults(
            _ name: String, _ count: ClosedRange<Int>, _ fault: @escaping (inout SoakRandom) -> Fault
        ) -> TimedFault {
            TimedFault(name) { random in
                cloud.inject(fault(&random), times: random.number(count))
                return {}
            }
        }
        return [
            TimedFault("slow source", lasts: 2_000...4_000) { random in
                cloud.latency = .milliseconds(random.number(20...400))
                return { cloud.latency = .zero }
            },
            faults("throttled source", 1...5) { .throttled(retryAfter: $0.pick([nil, 1, 2])) },
            faults("unavailable source", 10...60) { random in
                random.chance(50) ? .unavailable(retryAfter: .date(secondsFromNow: 2)) : .status(503, body: [])
            },
            faults("resets", 10...60) { _ in .reset },
            faults("requests without a response", 5...40) { _ in .hang },
        ]
    }

    /// Changes the accepted token at the control plane, while another queue changes the token file.
    private var rejectedToken: TimedFault {
        TimedFault("rejected token", lasts: 2_000...5_000) { [environment] _ in
            environment.configured.tokens = ["a token that no client has"]
            return { environment.configured.tokens = [environment.token] }
        }
    }

    private var rotatedToken: TimedFault {
        TimedFault("rotated token") { [environment] random in
            environment.token = "rotated-" + random.hex(8)
            // If another queue has removed the file, it is restored with this token.
            if !environment.isTokenFileAway { try environment.tokenFile.replace(environment.token + "\n") }
            environment.configured.tokens = [environment.token]
            return {}
        }
    }

    private var refusal: TimedFault {
        TimedFault("rejected workspace", lasts: 26_000...32_000) { [environment, checker] random in
            var refused: [(cloud: SimulatedCloud, id: String)] = []
            for cloud in environment.steady {
                let id = random.pick(cloud.workspaces).id
                cloud.inject(.rejected, for: FaultScope(workspaceID: id, operation: .listEndpoints))
                checker.steady.excuse(id, until: .max)
                refused.append((cloud, id))
            }
            return {
                for (cloud, id) in refused {
                    cloud.clearFaults(ofWorkspace: id)
                    checker.steady.excuse(id, until: WallTime.now + environment.timing.maximumRecovery)
                }
            }
        }
    }

    // MARK: Discovery

    private var discovery: [TimedFault] {
        let cloud = environment.discovered
        func fault(_ name: String, _ faults: [Fault]) -> TimedFault {
            TimedFault(name) { random in
                cloud.inject(random.pick(faults), times: random.number(1...3), for: .operation(.listWorkspaces))
                return {}
            }
        }
        let add = TimedFault("added workspace") { [environment] _ in
            if cloud.workspaces.count < 30 {
                cloud.setWorkspace(environment.generator.collectedWorkspace(1_000 + environment.nextNumber()))
            }
            return {}
        }
        let remove = TimedFault("removed workspace") { random in
            guard cloud.workspaces.count > 8 else { return {} }
            let id = random.pick(cloud.workspaces).id
            cloud.clearFaults(ofWorkspace: id)
            cloud.removeWorkspace(id)
            return {}
        }
        let empty = TimedFault("empty discovery", lasts: 4_000...7_000) { _ in
            cloud.inject(.emptyList, for: .operation(.listWorkspaces))
            return { cloud.clearFaults(ofOperation: .listWorkspaces) }
        }
        return [
            add, fault("failed discovery", [.status(500, body: []), .reset]), remove, empty, add,
            fault("wrong discovery", [.totalLies(3), .html200]),
        ]
    }

    // MARK: Network

    private var connections: [TimedFault] {
        let relays = environment.discoveredRelays
        let proxy = environment.proxyRelay.map { relay in
            TimedFault("stalled connections, HTTP/2", lasts: 16_000...18_000) { _ in
                relay.stallOpenConnections()
                return {}
            }
        }
        return (proxy.map { [$0] } ?? []) + [
            TimedFault("stalled connections, configured") { [environment] _ in
                environment.configuredRelay.stallOpenConnections()
                return {}
            },
            TimedFault("stalled connections, discovered") { _ in
                for relay in relays { relay.stallOpenConnections() }
                return {}
            },
            TimedFault("stalled network, configured", lasts: 2_000...4_000) { [environment] _ in
                environment.configuredRelay.stallEverything()
                return { environment.configuredRelay.resume() }
            },
            TimedFault("stalled network, discovered", lasts: 2_000...4_000) { _ in
                for relay in relays { relay.stallEverything() }
                return { for relay in relays { relay.resume() } }
            },
        ]
    }

    private var changedAddress: TimedFault {
        // It ends when no requests may go to the old address any more.
        let limit = Int(environment.timing.maximumAddressAge / 1_000)
        return TimedFault("changed address", lasts: limit...limit) { [environment, checker] _ in
            let old = try environment.name?.move()
            guard let relay = environment.discoveredRelays.first(where: { $0.address == old }) else { return {} }
            let moved = WallTime.now
            return {
                // The end of the run may undo it early.
                guard WallTime.now >= moved + environment.timing.maximumAddressAge else { return }
                guard let last = relay.lastRequest, .now - last < .seconds(2) else { return }
                checker.complain("requests still go to the old address \(limit / 1_000) s after the change")
            }
        }
    }

    // MARK: Files and pipes

    private var tokenFiles: [TimedFault] {
        func away(
            _ name: String, lasts: ClosedRange<Int>, _ take: @escaping () throws -> TimedFault.Undo?
        ) -> TimedFault {
            TimedFault(name, lasts: lasts) { [environment] _ in
                environment.isTokenFileAway = true
                let undo = try take()
                return {
                    environment.isTokenFileAway = false
                    if let undo { try undo() } else { try environment.tokenFile.replace(environment.token + "\n") }
                }
            }
        }
        let file = environment.tokenFile
        return [
            away("removed token file", lasts: 3_000...5_000) {
                unlink(file.path)
                return nil
            },
            away("empty token file", lasts: 3_000...5_000) {
                try file.replace("")
                return nil
            },
            away("hanging token file", lasts: 6_000...8_000) { [environment] in
                let hanging = try HangingPath(file)
                return { try hanging.restore(environment.token + "\n") }
            },
        ]
    }

    private var otherFiles: [TimedFault] {
        [
            TimedFault("hanging configuration, SIGHUP", lasts: 6_000...8_000) { [self] _ in
                let hanging = try HangingPath(configuration)
                child.process.send(SIGHUP)
                return { try hanging.restore(configurationText) }
            },
            TimedFault("changed web file") { [environment, checker] _ in
                try environment.changeWebFile(environment.webFile.replace)
                checker.expectHeader(
                    environment.transportSecurity, from: WallTime.now + 2 * environment.timing.busySlack)
                return {}
            },
            TimedFault("hanging configuration, POST", lasts: 6_000...8_000) { [self] _ in
                let hanging = try HangingPath(configuration)
                let child = child
                let client = try RawClient(connectingTo: child.address)
                Task { try? await client.send("POST /-/reload HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n") }
                return {
                    try hanging.restore(configurationText)
                    client.disconnect()
                }
            },
            TimedFault("hanging web file", lasts: 6_000...8_000) { [environment, checker] _ in
                // The restored file must be in effect some time later.
                checker.expectHeader(nil, from: 0)
                let hanging = try HangingPath(environment.webFile)
                return {
                    try environment.changeWebFile(hanging.restore)
                    checker.expectHeader(
                        environment.transportSecurity, from: WallTime.now + 2 * environment.timing.busySlack)
                }
            },
        ]
    }

    private var reload: TimedFault {
        TimedFault("reload") { [child] _ in
            child.process.send(SIGHUP)
            return {}
        }
    }

    private var unreadPipe: TimedFault {
        TimedFault("unread log", lasts: 25_000...35_000) { [child] _ in
            child.log.isRead = false
            return { child.log.isRead = true }
        }
    }
}
