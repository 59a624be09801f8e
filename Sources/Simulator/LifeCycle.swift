// SPDX-License-Identifier: Apache-2.0

/// The life cycle of a workspace's endpoints. It is advanced second by second without a clock, so that it is
/// deterministic.
///
/// Endpoints with scripted changes follow their script. The others change as in a healthy workspace: every transition
/// takes less than a minute and succeeds.
struct LifeCycle: Sendable {
    /// The changes in addition to the scripted ones.
    enum Activity: Sendable {
        case none
        /// Running endpoints are updated.
        case updates
        /// Endpoints are created, updated and deleted.
        case experiments
    }

    /// The current endpoints.
    private(set) var endpoints: [SimulatedEndpoint] = []
    /// The time in seconds since the start.
    private(set) var second = 0

    private let startSeconds: Int64
    private let activity: Activity
    private var generator: SeededGenerator
    private var pending: [Int: [(id: String, status: String?, failure: DemoEndpoint.Failure?)]] = [:]
    /// The ids of endpoints that are updated at times: running ones of the own tenant, without a script.
    private var updated: Set<String> = []
    /// The ids of endpoints that were created since the start.
    private var experiments: Set<String> = []
    private var experimentCount = 0
    private var nextActivity: Int

    private static let experimentLimit = 4
    private static let owners = ["lin", "maria", "wei", "chen"]

    /// Creates a life cycle that starts at the Unix time `startSeconds`.
    init(seed: Int, startSeconds: Int64, endpoints: [DemoEndpoint], activity: Activity) {
        self.startSeconds = startSeconds
        self.activity = activity
        generator = SeededGenerator(seed)
        nextActivity = generator.number(10...20)
        for endpoint in endpoints {
            let id = add(endpoint)
            for change in endpoint.changes { schedule(id, change.status, change.failure, at: change.second) }
            if endpoint.status == "RUNNING", !endpoint.isPublic, endpoint.changes.isEmpty { updated.insert(id) }
        }
    }

    /// Advances to `second` seconds after the start; does nothing if that is in the past.
    mutating func advance(to second: Int) {
        while self.second < second {
            self.second += 1
            // First, so that an endpoint that starts to run is not deleted in the same second.
            if activity != .none, self.second >= nextActivity { act() }
            for change in pending.removeValue(forKey: self.second) ?? [] {
                self.change(change.id, to: change.status, change.failure)
            }
        }
    }

    private mutating func schedule(
        _ id: String, _ status: String?, _ failure: DemoEndpoint.Failure? = nil, at second: Int
    ) {
        pending[second, default: []].append((id, status, failure))
    }

    private mutating func act() {
        if activity == .updates {
            update()
            nextActivity = second + generator.number(60...120)
            return
        }
        nextActivity = second + generator.number(20...40)
        let running = self.running(experiments)
        if experiments.count < Self.experimentLimit, running.isEmpty || generator.chance(60) {
            create()
        } else if let id = running.isEmpty ? nil : generator.pick(running), generator.chance(60) {
            change(id, to: "DELETING")
            schedule(id, nil, at: second + generator.number(10...25))
        } else {
            update()
        }
    }

    private mutating func create() {
        experimentCount += 1
        let name = "experiment-\(experimentCount)"
        let endpoint: DemoEndpoint =
            switch experimentCount % 3 {
            case 1: .ray(name + "-ray", apu: 1, dpu: 2)
            case 2: .sql(name + "-sql", reserved: 16, max: 16)
            default: .inference(name + "-chat", max: 2)
            }
        let id = add(endpoint.has("CREATING", for: 0))
        experiments.insert(id)
        schedule(id, "RUNNING", at: second + generator.number(20...50))
    }

    private mutating func update() {
        let running = self.running(updated.union(experiments))
        guard !running.isEmpty else { return }
        let id = generator.pick(running)
        change(id, to: "UPDATING")
        schedule(id, "RUNNING", at: second + generator.number(15...45))
    }

    /// Returns those of `ids` that are running, in the order of the list.
    private func running(_ ids: Set<String>) -> [String] {
        endpoints.filter { $0.status == "RUNNING" }.compactMap(\.id?.string).filter { ids.contains($0) }
    }

    private mutating func change(_ id: String, to status: String?, _ failure: DemoEndpoint.Failure? = nil) {
        guard let index = endpoints.firstIndex(where: { $0.id?.string == id }) else { return }
        guard let status else {
            endpoints.remove(at: index)
            experiments.remove(id)
            return
        }
        endpoints[index].status = .string(status)
        endpoints[index].updateTime = .string(Timestamp.zulu(now))
        endpoints[index].errorCode = failure.map { .string($0.code) }
        endpoints[index].errorMsg = failure.map { .string($0.message) }
    }

    private var now: Int64 { startSeconds + Int64(second) }

    /// Adds an endpoint and returns its id.
    private mutating func add(_ plan: DemoEndpoint) -> String {
        let id = generator.hexID()
        let weeks = Int64(generator.number(14 * 86_400...90 * 86_400))
        let since = plan.secondsInStatus.map { now - Int64($0) } ?? now - weeks + 1800
        // A creation that fails takes ten minutes.
        let created = plan.status == "CREATING" ? since : plan.status == "CREATE_FAILED" ? since - 600 : now - weeks
        let owner = generator.number(0...Self.owners.count - 1)
        var endpoint = SimulatedEndpoint(
            visibility: plan.isPublic ? "PUBLIC" : "PRIVATE",
            id: .string(id),
            name: .string(plan.name),
            type: .string(plan.type),
            status: .string(plan.status),
            description: plan.description.map { .string($0) },
            createTime: .string(Timestamp.zulu(created)),
            updateTime: .string(Timestamp.zulu(since)),
            owner: [
                "domain_name": plan.isPublic ? "another-tenant" : "acme",
                "domain_id": .string(SeededGenerator.hexID(of: plan.isPublic ? 1 : 0)),
                "user_name": .string(plan.isPublic ? "publisher" : Self.owners[owner]),
                "user_id": .string(SeededGenerator.hexID(of: plan.isPublic ? 2 : 10 + owner)),
            ],
            reservedResource: plan.reservedResource,
            rayResource: plan.rayResource,
            errorCode: plan.failure.map { .string($0.code) },
            errorMsg: plan.failure.map { .string($0.message) }
        )
        endpoint.isOthers = plan.isPublic
        if plan.type.hasPrefix("ray") {
            endpoint.cap = [
                "cap_id": .string(SeededGenerator.hexID(of: 20)), "version_id": .string(SeededGenerator.hexID(of: 21)),
            ]
        }
        endpoints.append(endpoint)
        return id
    }
}
