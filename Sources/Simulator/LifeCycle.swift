// SPDX-License-Identifier: Apache-2.0

/// The scripted life cycle of a workspace's endpoints. It is advanced second by second without a clock, so that it is
/// deterministic.
///
/// With `isTroubled`, the first 75 seconds contain endpoints that are created and run, one that is stuck in CREATING,
/// one that fails, an update, a deletion and a suspension. Without it they contain only the update and the
/// deletion. Later, random events keep the number of endpoints near `population`.
public struct LifeCycle: Sendable {
    enum Action: Sendable {
        case create(name: String, Outcome)
        case become(String, id: String, failure: Int?)
        case remove(id: String)
        case update
        case delete
        case freeze
    }

    /// The outcome of creating an endpoint.
    enum Outcome: Sendable {
        case runs
        case fails
        case staysCreating
    }

    /// The current endpoints.
    public private(set) var endpoints: [SimulatedEndpoint] = []
    /// The time in seconds since the start.
    public private(set) var second = 0

    private let startSeconds: Int64
    private let population: Int
    private let isTroubled: Bool
    private var generator: SeededGenerator
    private var pending: [Int: [Action]] = [:]
    private var nextRandomEvent = 80
    private var createdCount = 0

    /// Creates a life cycle that starts at the Unix time `startSeconds` with `population` endpoints. With at least 13
    /// of them every status occurs, including an endpoint that has been in CREATING for two hours.
    public init(seed: Int, startSeconds: Int64, population: Int, isTroubled: Bool = true) {
        self.startSeconds = startSeconds
        self.population = population
        self.isTroubled = isTroubled
        generator = SeededGenerator(seed)
        let showsAll = isTroubled && population >= SeededData.statuses.count
        for index in 0..<population {
            let status = showsAll && index < SeededData.statuses.count ? SeededData.statuses[index] : "RUNNING"
            addInitial(status)
        }
        if isTroubled {
            schedule(.create(name: "nightly-report", .runs), at: 5)
            schedule(.create(name: "stuck-in-creation", .staysCreating), at: 20)
            schedule(.create(name: "wrong-spec", .fails), at: 30)
        }
        schedule(.update, at: 40)
        schedule(.delete, at: 60)
        if isTroubled { schedule(.freeze, at: 75) }
    }

    /// Advances to `second` seconds after the start; does nothing if that is in the past.
    public mutating func advance(to second: Int) {
        while self.second < second {
            self.second += 1
            for action in pending.removeValue(forKey: self.second) ?? [] { perform(action) }
            if self.second == nextRandomEvent {
                performRandomEvent()
                nextRandomEvent += generator.number(8...20)
            }
        }
    }

    private mutating func schedule(_ action: Action, at second: Int) {
        pending[second, default: []].append(action)
    }

    // MARK: Events

    private mutating func performRandomEvent() {
        let roll = generator.number(1...100)
        let isFull = endpoints.count > population + max(3, population / 10)
        let isEmpty = endpoints.count < population - population / 10
        if isEmpty || (roll <= 35 && !isFull) {
            let fails = isTroubled && generator.chance(15)
            perform(.create(name: "job-\(createdCount)", fails ? .fails : .runs))
        } else if isFull || roll <= 65 {
            perform(.delete)
        } else if roll <= 95 || !isTroubled {
            perform(.update)
        } else {
            perform(.freeze)
        }
    }

    private mutating func perform(_ action: Action) {
        switch action {
        case .create(let name, let outcome):
            let id = add(name: name, status: "CREATING", created: now, updated: now)
            let done = second + generator.number(15...45)
            switch outcome {
            case .runs: schedule(.become("RUNNING", id: id, failure: nil), at: done)
            case .fails:
                let failure = generator.number(0...SeededData.failures.count - 1)
                schedule(.become("CREATE_FAILED", id: id, failure: failure), at: done)
                // Deleted after ten minutes, so that failures don't accumulate.
                schedule(.become("DELETING", id: id, failure: nil), at: done + 600)
                schedule(.remove(id: id), at: done + 620)
            case .staysCreating: break
            }
        case .become(let status, let id, let failure): change(id, to: status, failure: failure)
        case .remove(let id): endpoints.removeAll { $0.id?.string == id }
        case .update:
            guard let id = pickRunning() else { return }
            change(id, to: "UPDATING")
            schedule(.become("RUNNING", id: id, failure: nil), at: second + generator.number(10...30))
        case .delete:
            guard let id = pickRunning() else { return }
            change(id, to: "DELETING")
            schedule(.remove(id: id), at: second + generator.number(10...25))
        case .freeze:
            guard let id = pickRunning() else { return }
            change(id, to: "FROZEN")
            schedule(.become("RUNNING", id: id, failure: nil), at: second + generator.number(90...180))
        }
    }

    private mutating func change(_ id: String, to status: String, failure: Int? = nil) {
        guard let index = endpoints.firstIndex(where: { $0.id?.string == id }) else { return }
        endpoints[index].status = .string(status)
        endpoints[index].updateTime = .string(Timestamp.zulu(now))
        endpoints[index].errorCode = failure.map { .string(SeededData.failures[$0].code) }
        endpoints[index].errorMsg = failure.map { .string(SeededData.failures[$0].message) }
    }

    private mutating func pickRunning() -> String? {
        let running = endpoints.filter { $0.status?.string == "RUNNING" }.compactMap(\.id?.string)
        return running.isEmpty ? nil : generator.pick(running)
    }

    // MARK: Rows

    private var now: Int64 { startSeconds + Int64(second) }

    private mutating func addInitial(_ status: String) {
        let created = startSeconds - Int64(generator.number(86_400...8_640_000))
        switch status {
        case "CREATING":
            _ = add(
                name: "stuck-since-before", status: status, created: startSeconds - 7200, updated: startSeconds - 7200)
        case "UPDATING":
            let id = add(name: "rolling-update", status: status, created: created, updated: startSeconds - 20)
            schedule(.become("RUNNING", id: id, failure: nil), at: 50)
        case "DELETING":
            let id = add(name: "old-version", status: status, created: created, updated: startSeconds - 5)
            schedule(.remove(id: id), at: 70)
        default:
            let id = add(name: nil, status: status, created: created, updated: created + 1800)
            if status.hasSuffix("_FAILED"), let index = endpoints.firstIndex(where: { $0.id?.string == id }) {
                let failure = generator.pick(SeededData.failures)
                endpoints[index].errorCode = .string(failure.code)
                endpoints[index].errorMsg = .string(failure.message)
            }
        }
    }

    private mutating func add(name: String?, status: String, created: Int64, updated: Int64) -> String {
        let id = generator.hexID()
        let type = generator.pick(Array(SeededData.types.dropLast()))
        var endpoint = SimulatedEndpoint(
            visibility: generator.chance(10) ? "PUBLIC" : "PRIVATE",
            id: .string(id),
            name: .string(name ?? "\(type)-\(createdCount)"),
            type: .string(type),
            status: .string(status),
            createTime: .string(Timestamp.zulu(created, milliseconds: generator.number(0...999))),
            updateTime: .string(Timestamp.zulu(updated)),
            owner: SeededData.owner(&generator)
        )
        SeededData.addResources(to: &endpoint, type: type, omitsMax: generator.chance(10), &generator)
        if type.hasPrefix("ray") {
            let (cap, version) = (
                SeededGenerator.hexID(of: createdCount % 3), SeededGenerator.hexID(of: 3 + createdCount % 5)
            )
            endpoint.cap = ["cap_id": .string(cap), "version_id": .string(version)]
        }
        createdCount += 1
        endpoints.append(endpoint)
        return id
    }
}
