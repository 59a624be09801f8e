// SPDX-License-Identifier: Apache-2.0
import Glibc
import Simulator
import TestSupport

/// One run: simulators, an exporter that polls them, and scrapes of which all numbers are compared with the expected
/// ones.
///
/// Each workspace has a history of its states. An exported listing must equal a state between the start and the end of
/// its poll. Polling must continue with all faults.
@main
struct Soak {
    static func main() async {
        // Writes to a closed pipe or socket must fail with an error.
        signal(SIGPIPE, SIG_IGN)
        do {
            let options = try Options(Array(CommandLine.arguments.dropFirst()))
            if options.hasHostileValues { exit(try await ValueSoak.run(options) ? 0 : 1) }
            let timing = SoakTiming()
            let environment = try await SoakEnvironment(options, timing: timing)
            let soak = try await Soak(options, timing, environment)
            exit(try await soak.run() ? 0 : 1)
        } catch {
            say("soak: \(error)")
            exit(2)
        }
    }

    private let options: Options
    private let timing: SoakTiming
    private let environment: SoakEnvironment
    private let configuration: TemporaryFile
    private let configurationText: String
    /// Whether service instances and job runs of the discovered source are collected, and quotas of the steady ones.
    private let collects: Bool
    private let checker: Checker
    private let child: ExporterChild
    private let overload: Overload?

    private init(_ options: Options, _ timing: SoakTiming, _ environment: SoakEnvironment) async throws {
        self.options = options
        self.timing = timing
        self.environment = environment
        say(
            "soak: seed \(options.seed), \(options.seconds) s, \(options.workspaces) configured workspaces")
        if environment.name == nil, options.kinds.contains(.names) {
            say("soak: SKIPPED: changing addresses of a host name; only root can mount a private /etc/hosts")
        }
        if environment.proxyRelay == nil, options.kinds.contains(.connections) {
            say("soak: SKIPPED: stalled connections of HTTP/2; nginx or openssl is not installed")
        }
        let hasAge = try Self.accepts(poll: "connection_max_age: 10s", by: options.binary)
        collects = try Self.accepts(
            source: "collect: {service_instances: {}, job_runs: {}, quotas: {project_id: p}}", by: options.binary)
        environment.pollsLake = try Self.accepts(source: "api: v2, collect: {pools: {}}", by: options.binary)
        if !environment.pollsLake { say("soak: SKIPPED: API v2; the program does not know it, or not its pools") }
        if !collects { say("soak: SKIPPED: service instances, job runs and quotas; the program does not collect them") }
        configurationText = environment.configurationText(hasConnectionAge: hasAge, collects: collects)
        configuration = try TemporaryFile(configurationText, name: "config.yaml")
        child = try await ExporterChild.start(
            "exporter", program: options.binary, configuration: configuration,
            flags: ["--web.enable-lifecycle", "--web.config.file", environment.webFile.path],
            hosts: environment.name?.hosts.path)
        checker = Checker(
            history: environment.history, configured: environment.constantIDs,
            steady: options.kinds.isDisjoint(with: [.refused, .connections]) ? [] : environment.steadyIDs,
            holdingBack: options.holdsBack ? environment.constantIDs.first : nil, timing: timing)
        overload =
            options.kinds.contains(.overload)
            ? try await Overload(program: options.binary, random: SoakRandom(seed: options.seed &+ 3)) : nil
    }

    /// Whether the program has this key of `poll` or of a source. Older programs can be tested without them.
    private static func accepts(poll: String = "", source: String = "", by program: String) throws -> Bool {
        let file = try TemporaryFile(
            """
            poll: {\(poll)}
            sources:
              - {name: s, region: cn-north-4, auth: {token: t}, workspaces: [{id: w}], \(source)}

            """)
        defer { file.remove() }
        return (try? ChildProcess.run(program, ["check", "--config.file", file.path])) != nil
    }

    private func run() async throws -> Bool {
        var injector = FaultInjector(
            FaultSchedule(
                environment: environment, child: child, configuration: configuration,
                configurationText: configurationText,
                checker: checker))
        var watch = GrowthWatch()
        try await injectFaults(&injector, &watch)
        try injector.endAll()
        if options.seconds >= 120 {
            for name in injector.missing { checker.complain("fault that did not happen: \(name)") }
        }
        await checkRecovery()
        let quotas = environment.quotas
        let unread = collects ? quotas.sources.filter { quotas.proven[$0] ?? 0 < WallTime.now - 60_000_000 } : []
        if !unread.isEmpty { checker.complain("quotas were not read in the last minute: \(unread.sorted())") }
        for problem in watch.problems(comparesQuarters: options.seconds >= 300) { checker.complain(problem) }
        report(watch, injector)
        try await stop(&injector)
        return checker.wrong.isEmpty
    }

    /// Injects faults and scrapes for the configured time.
    private func injectFaults(_ injector: inout FaultInjector, _ watch: inout GrowthWatch) async throws {
        let end = WallTime.now + Int64(options.seconds) * 1_000_000
        var nextScrape = WallTime.now
        var nextLine = WallTime.now + 60_000_000
        while WallTime.now < end {
            try injector.step()
            try await overload?.step(checker, producesLogLines: options.kinds.contains(.pipe))
            if WallTime.now >= nextScrape {
                nextScrape = WallTime.now + Int64(environment.random.number(500...1500)) * 1000
                await scrape()
                environment.changeQuotas()
                if environment.random.chance(20) { try? await child.abandonScrape() }
                guard let resources = Resources(of: child.process.pid), resources.residentKiB > 0 else {
                    throw SoakError(description: "the exporter has exited; see \(child.log.kept.path)")
                }
                watch.note(resources)
            }
            if WallTime.now >= nextLine {
                nextLine += 60_000_000
                let left = (end - WallTime.now) / 1_000_000
                say(
                    "soak: \(checker.scrapes) scrapes, \(checker.numbers) numbers, \(checker.wrong.count) wrong; \(left) s left"
                )
            }
            try await ContinuousClock().sleep(for: .milliseconds(100))
        }
    }

    private func scrape() async {
        do {
            let scrape = try await child.scrape(
                openMetrics: environment.random.chance(50), gzip: environment.random.chance(50))
            if scrape.received - scrape.sent > timing.maximumScrapeDuration {
                checker.complain("a scrape took \((scrape.received - scrape.sent) / 1_000) ms")
            }
            checker.check(scrape)
            for problem in environment.quotas.problems(scrape) { checker.complain(problem) }
            let healthy = try await child.status(of: "/-/healthy")
            if healthy != "HTTP/1.1 200 OK" { checker.complain("/-/healthy returned \(healthy)") }
        } catch {
            checker.complain("\(error)")
        }
    }

    /// Requires that all workspaces recover by themselves after the last fault.
    private func checkRecovery() async {
        let discovered = environment.discovered.workspaces.map(\.id)
        let collected = discovered.flatMap { id in
            ["service_instances", "job_runs"].map { Subject.name(id, $0) }
        }
        let pools = environment.pollsLake ? environment.lake.workspaces.map { Subject.name($0.id, "pools") } : []
        let ids = environment.constantIDs + discovered + (collects ? collected : []) + pools
        child.process.send(SIGHUP)
        let calm = WallTime.now
        while WallTime.now < calm + 60_000_000 {
            try? child.log.step(WallTime.now)
            await scrape()
            if missing(ids, since: calm).isEmpty, incomplete(pools, since: calm).isEmpty { break }
            try? await ContinuousClock().sleep(for: .milliseconds(500))
        }
        let missing = missing(ids, since: calm)
        if !missing.isEmpty {
            checker.complain(
                "\(missing.count) listings have not recovered a minute after the last fault: \(missing.prefix(3))")
        }
        let incomplete = incomplete(pools, since: calm)
        if !incomplete.isEmpty {
            checker.complain("a minute after the last fault, the use of pools is not complete: \(incomplete.prefix(3))")
        }
        if !checker.lastReloadSuccessful { checker.complain("a reload after the last fault failed") }
    }

    private func missing(_ ids: [String], since calm: Int64) -> [String] {
        ids.filter { checker.up[$0] ?? 0 <= calm + timing.maximumPollDuration }
    }

    /// Returns those of `pools` whose last polls lacked the use of a running pool.
    private func incomplete(_ pools: [String], since calm: Int64) -> [String] {
        pools.filter { environment.history.lastCompletePools(of: $0) ?? 0 <= calm + timing.maximumPollDuration }
    }

    /// Stops the exporters; with the kind `stop`, while a file hangs and the log pipe is full.
    private func stop(_ injector: inout FaultInjector) async throws {
        let isHostile = options.kinds.contains(.stop)
        if isHostile {
            child.log.isRead = false
            try await fillLog(&injector)
            _ = try HangingPath(environment.tokenFile)
            _ = try HangingPath(configuration)
            child.process.send(SIGHUP)
            try await ContinuousClock().sleep(for: .seconds(3))
        }
        let limit = timing.maximumStopDuration + timing.busySlack
        if let problem = try await child.stop(within: limit) { checker.complain("the exporter \(problem)") }
        try await overload?.stop(checker, within: limit, isHostile: isHostile)
        await environment.stop()
        configuration.remove()
        child.log.remove(keepingLog: !checker.wrong.isEmpty)
        if !checker.wrong.isEmpty {
            let logs = [child.log.kept.path, overload?.child.log.kept.path].compactMap(\.self)
            say("soak: the logs are \(logs.joined(separator: " and "))")
        }
    }

    /// Produces more log lines than the pipe and the exporter's buffer hold. A program that counts dropped lines must
    /// count some; it may buffer a few megabytes before.
    private func fillLog(_ injector: inout FaultInjector) async throws {
        let begin = WallTime.now
        let mustDrop = options.kinds.contains(.pipe) && options.workspaces >= 60 && checker.droppedLines != nil
        while WallTime.now < begin + (mustDrop ? 300_000_000 : 20_000_000) {
            try child.log.step(WallTime.now)
            injector.produceLogLines(WallTime.now)
            if mustDrop { await scrape() }
            if mustDrop ? checker.droppedLines ?? 0 > 0 : child.log.isFull { return }
            try await ContinuousClock().sleep(for: .milliseconds(500))
        }
        if mustDrop { checker.complain("no dropped log lines were counted in five minutes without reading the log") }
    }

    private func report(_ watch: GrowthWatch, _ injector: FaultInjector) {
        let failures = checker.failures.filter { $0.value > 0 }.sorted { $0.key < $1.key }
            .map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        func span(_ path: KeyPath<Resources, Int>) -> String {
            "\(watch.samples.first?[keyPath: path] ?? 0)/\(watch.samples.last?[keyPath: path] ?? 0)"
        }
        let requests = environment.clouds.reduce(0) { $0 + $1.requestCount(.listEndpoints) }
        let faults = injector.counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        say(
            """
            soak: \(checker.scrapes) scrapes, \(checker.numbers) numbers checked, \(checker.wrong.count) wrong, \
            \(checker.polls) polls, \(requests) requests, \(checker.staleTransitions) times stale; \
            failures: \(failures); \
            begin/end: RSS \(span(\.residentKiB)) KiB, descriptors \(span(\.descriptors)), threads \(span(\.threads)); \
            peak RSS \(watch.samples.last?.peakKiB ?? 0) KiB; log full for \(child.log.fullFor / 1_000_000) s, \
            \(checker.droppedLines.map(String.init) ?? "no count of") lines dropped
            soak: faults: \(faults.joined(separator: ", "))
            """)
    }
}
