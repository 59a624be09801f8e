// SPDX-License-Identifier: Apache-2.0
import Glibc
import Simulator
import TestSupport

/// One run: simulators, the real exporter polling them, and scrapes whose every number is held against the truth.
///
/// Each workspace has a history of the states that it truly had. A listing that is published must be one of them, of a
/// time between the beginning and the end of the poll that it came from. Polling must go on whatever goes wrong.
@main
struct Soak {
    static func main() async {
        // A pipe or socket whose other end has gone is an error to be read, not a reason to end.
        signal(SIGPIPE, SIG_IGN)
        do {
            let options = try Options(Array(CommandLine.arguments.dropFirst()))
            if options.hasHostileValues { exit(try await ValueSoak.run(options) ? 0 : 1) }
            let timing = SoakTiming()
            let stage = try await Stage(options, timing: timing)
            let soak = try await Soak(options, timing, stage)
            exit(try await soak.run() ? 0 : 1)
        } catch {
            say("soak: \(error)")
            exit(2)
        }
    }

    private let options: Options
    private let timing: SoakTiming
    private let stage: Stage
    private let configuration: TemporaryFile
    private let configurationText: String
    private let checker: Checker
    private let child: ExporterChild
    private let overload: Overload?

    private init(_ options: Options, _ timing: SoakTiming, _ stage: Stage) async throws {
        self.options = options
        self.timing = timing
        self.stage = stage
        say(
            "soak: seed \(options.seed), \(options.seconds) s, \(options.workspaces) workspaces and what is discovered")
        if stage.name == nil, options.kinds.contains(.names) {
            say("soak: SKIPPED: a name that moves to another address; only root can give the exporter an /etc/hosts")
        }
        if stage.frontRelay == nil, options.kinds.contains(.connections) {
            say("soak: SKIPPED: stalled connections of HTTP/2; nginx or openssl is not installed")
        }
        let hasAge = try Self.knowsConnectionAge(options.binary)
        configurationText = stage.configurationText(hasConnectionAge: hasAge)
        configuration = try TemporaryFile(configurationText, name: "config.yaml")
        child = try await ExporterChild.start(
            "exporter", program: options.binary, configuration: configuration,
            flags: ["--web.enable-lifecycle", "--web.config.file", stage.webFile.path], hosts: stage.name?.hosts.path)
        checker = Checker(
            history: stage.history, configured: stage.constantIDs,
            steady: options.kinds.isDisjoint(with: [.refused, .connections]) ? [] : stage.steadyIDs,
            holdingBack: options.holdsBack ? stage.constantIDs.first : nil, timing: timing)
        overload =
            options.kinds.contains(.overload)
            ? try await Overload(program: options.binary, random: SoakRandom(seed: options.seed &+ 3)) : nil
    }

    /// Whether the program has the key `poll.connection_max_age`. One without it can be soaked all the same.
    private static func knowsConnectionAge(_ program: String) throws -> Bool {
        let file = try TemporaryFile(
            """
            poll: {connection_max_age: 10s}
            sources:
              - {name: s, region: cn-north-4, auth: {token: t}, workspaces: [{id: w}]}

            """)
        defer { file.remove() }
        return (try? ChildProcess.run(program, ["check", "--config.file", file.path])) != nil
    }

    private func run() async throws -> Bool {
        var chaos = Chaos(
            Troubles(
                stage: stage, child: child, configuration: configuration, configurationText: configurationText,
                checker: checker))
        var watch = GrowthWatch()
        try await storm(&chaos, &watch)
        try chaos.calmDown()
        if options.seconds >= 120 {
            for name in chaos.missing { checker.complain("the soak has not come to this: \(name)") }
        }
        await heal()
        for problem in watch.problems(comparesQuarters: options.seconds >= 300) { checker.complain(problem) }
        report(watch, chaos)
        try await stop(&chaos)
        return checker.wrong.isEmpty
    }

    /// Everything goes wrong, for as long as the options say.
    private func storm(_ chaos: inout Chaos, _ watch: inout GrowthWatch) async throws {
        let end = WallTime.now + Int64(options.seconds) * 1_000_000
        var nextScrape = WallTime.now
        var nextLine = WallTime.now + 60_000_000
        while WallTime.now < end {
            try chaos.step()
            try await overload?.step(checker, makesNoise: options.kinds.contains(.pipe))
            if WallTime.now >= nextScrape {
                nextScrape = WallTime.now + Int64(stage.random.number(500...1500)) * 1000
                await scrape()
                if stage.random.chance(20) { try? await child.abandonScrape() }
                guard let resources = Resources(of: child.process.pid), resources.residentKiB > 0 else {
                    throw SoakError(description: "the exporter is gone; see \(child.log.kept.path)")
                }
                watch.note(resources)
            }
            if WallTime.now >= nextLine {
                nextLine += 60_000_000
                let left = (end - WallTime.now) / 1_000_000
                say(
                    "soak: \(checker.scrapes) scrapes, \(checker.numbers) numbers, \(checker.wrong.count) wrong, \(left) s left"
                )
            }
            try await ContinuousClock().sleep(for: .milliseconds(100))
        }
    }

    private func scrape() async {
        do {
            let scrape = try await child.scrape(openMetrics: stage.random.chance(50), gzip: stage.random.chance(50))
            if scrape.received - scrape.sent > timing.longestScrape {
                checker.complain("a scrape took \((scrape.received - scrape.sent) / 1_000) ms")
            }
            checker.check(scrape)
            let healthy = try await child.status(of: "/-/healthy")
            if healthy != "HTTP/1.1 200 OK" { checker.complain("/-/healthy gave \(healthy)") }
        } catch {
            checker.complain("\(error)")
        }
    }

    /// With nothing in its way the exporter must come back by itself, to every workspace there is.
    private func heal() async {
        let ids = stage.constantIDs + stage.discovered.workspaces.map(\.id)
        child.process.send(SIGHUP)
        let calm = WallTime.now
        while WallTime.now < calm + 60_000_000 {
            try? child.log.step(WallTime.now)
            await scrape()
            if ids.allSatisfy({ checker.up[$0] ?? 0 > calm + timing.longestPoll }) { break }
            try? await ContinuousClock().sleep(for: .milliseconds(500))
        }
        let missing = ids.filter { checker.up[$0] ?? 0 <= calm + timing.longestPoll }
        if !missing.isEmpty {
            checker.complain(
                "a minute after the last trouble \(missing.count) workspaces are not back: \(missing.prefix(3))")
        }
        if !checker.lastReloadSuccessful { checker.complain("a reload after the last trouble had no success") }
    }

    /// Ends the exporters, if the options say so while a file hangs and the log's pipe is full.
    private func stop(_ chaos: inout Chaos) async throws {
        let isHostile = options.kinds.contains(.stop)
        if isHostile {
            child.log.isRead = false
            try await fillLog(&chaos)
            _ = try HangingPath(stage.tokenFile)
            _ = try HangingPath(configuration)
            child.process.send(SIGHUP)
            try await ContinuousClock().sleep(for: .seconds(3))
        }
        let limit = timing.longestStop + timing.busySlack
        if let problem = try await child.stop(within: limit) { checker.complain("the exporter \(problem)") }
        try await overload?.stop(checker, within: limit, isHostile: isHostile)
        await stage.stop()
        configuration.remove()
        child.log.remove(keepingLog: !checker.wrong.isEmpty)
        if !checker.wrong.isEmpty {
            let logs = [child.log.kept.path, overload?.child.log.kept.path].compactMap(\.self)
            say("soak: the logs are \(logs.joined(separator: " and "))")
        }
    }

    /// Logs more than anything holds that nothing reads. A program that counts dropped lines must come to count some; it
    /// may keep a few megabytes in memory before.
    private func fillLog(_ chaos: inout Chaos) async throws {
        let begin = WallTime.now
        let mustDrop = options.kinds.contains(.pipe) && options.workspaces >= 60 && checker.droppedLines != nil
        while WallTime.now < begin + (mustDrop ? 120_000_000 : 20_000_000) {
            try child.log.step(WallTime.now)
            chaos.makeNoise(WallTime.now)
            if mustDrop { await scrape() }
            if mustDrop ? checker.droppedLines ?? 0 > 0 : child.log.isFull { return }
            try await ContinuousClock().sleep(for: .milliseconds(500))
        }
        if mustDrop { checker.complain("no dropped line was counted, although nothing read the log for two minutes") }
    }

    private func report(_ watch: GrowthWatch, _ chaos: Chaos) {
        let failures = checker.failures.filter { $0.value > 0 }.sorted { $0.key < $1.key }
            .map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        func span(_ path: KeyPath<Resources, Int>) -> String {
            "\(watch.samples.first?[keyPath: path] ?? 0)/\(watch.samples.last?[keyPath: path] ?? 0)"
        }
        let requests =
            stage.configured.requestCount(.listEndpoints) + stage.discovered.requestCount(.listEndpoints)
        let troubles = chaos.counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        say(
            """
            soak: \(checker.scrapes) scrapes, \(checker.numbers) numbers checked, \(checker.wrong.count) wrong, \
            \(checker.polls) polls, \(requests) requests, \(checker.withdrawals) withdrawals; failures: \(failures); \
            begin/end: RSS \(span(\.residentKiB)) KiB, descriptors \(span(\.descriptors)), threads \(span(\.threads)); \
            peak RSS \(watch.samples.last?.peakKiB ?? 0) KiB; log full for \(child.log.fullFor / 1_000_000) s, \
            \(checker.droppedLines.map(String.init) ?? "no count of") lines dropped
            soak: troubles: \(troubles.joined(separator: ", "))
            """)
    }
}
