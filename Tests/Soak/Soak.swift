// SPDX-License-Identifier: Apache-2.0
import FabricSimulator
import Glibc
import Logging
import TestSupport

/// One run: simulators, the real exporter polling them, and scrapes whose every number is held against the truth.
///
/// Each workspace has a history of the states that it truly had. A listing that is published must be one of them, of a
/// time between the beginning and the end of the poll that it came from.
@main
struct Soak {
    static func main() async {
        // A pipe or socket whose other end has gone is an error to be read, not a reason to end.
        signal(SIGPIPE, SIG_IGN)
        do {
            let options = try Options(Array(CommandLine.arguments.dropFirst()))
            var soak = Soak(options)
            exit(try await soak.run() ? 0 : 1)
        } catch {
            say("soak: \(error)")
            exit(2)
        }
    }

    private let options: Options
    private let timing = SoakTiming()
    private var random: SoakRandom
    private var world: World

    private init(_ options: Options) {
        self.options = options
        random = SoakRandom(seed: options.seed)
        world = World(random: SoakRandom(seed: options.seed &+ 1))
    }

    private mutating func run() async throws -> Bool {
        say(
            "soak: seed \(options.seed), \(options.seconds) s, \(options.workspaces) workspaces and what is discovered")
        let first = (0..<options.workspaces).map { world.workspace($0) }
        let configured = SimulatedCloud(tokens: ["first-token"], workspaces: first)
        let discovered = SimulatedCloud(
            tokens: ["second-token"], workspaces: (0..<16).map { world.workspace(500 + $0) })
        let history = History(lyingAbout: options.lies ? first[0].id : nil)
        configured.observe { history.note($0) }
        discovered.observe { history.note($0) }

        let quiet = Logger(label: "soak") { _ in SwiftLogNoOpLogHandler() }
        let servers = [
            try await SimulatorServer.start(configured, logger: quiet),
            try await SimulatorServer.start(discovered, logger: quiet),
        ]
        let running = servers.map { server in Task { try? await server.run() } }
        let tokenFile = try TemporaryFile("first-token\n", name: "token")
        let configuration = try TemporaryFile(
            configurationText(servers.map(\.baseURL), tokenFile.path, first), name: "config.yaml")
        let child = try await ExporterChild.start(program: options.binary, configuration: configuration)
        let checker = Checker(history: history, configured: first.map(\.id), timing: timing)
        var chaos = Chaos(
            configured: configured, discovered: discovered, tokenFile: tokenFile, child: child.process, world: world,
            random: SoakRandom(seed: options.seed &+ 2))
        var watch = GrowthWatch()

        try await storm(&chaos, child, checker, &watch)
        chaos.calmDown()
        await heal(child, checker, first.map(\.id) + discovered.workspaces.map(\.id))
        for problem in watch.problems(comparesQuarters: options.seconds >= 300) { checker.complain(problem) }
        report(checker, watch, configured, discovered)

        child.process.send(SIGTERM)
        let (status, _) = try await child.process.end()
        if status != 0 { checker.complain("the exporter ended with \(status) on SIGTERM") }
        for server in servers { await server.shutdown() }
        for task in running { await task.value }
        tokenFile.remove()
        configuration.remove()
        if checker.wrong.isEmpty { child.log.remove() } else { say("soak: its log is \(child.log.path)") }
        return checker.wrong.isEmpty
    }

    private func configurationText(
        _ urls: [String], _ tokenPath: String, _ workspaces: [SimulatedWorkspace]
    )
        -> String
    {
        func quoted(_ text: String) -> String {
            "\"" + text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "\""
        }
        var text = """
            poll:
              interval: \(timing.interval / 1000)ms
              timeout: \(timing.timeout / 1000)ms
              stale_after: \(timing.staleAfter / 1000)ms
              concurrency: 64
              requests_per_second: 0
              retries: 1
              page_size: \(World.pageSize)
              max_endpoints: 2000
              max_response_bytes: 1000000
            sources:
              - name: discovered
                region: cn-north-9
                base_url: \(urls[1])
                auth: {token: second-token}
                discovery: {interval: 3s}
              - name: configured
                region: cn-north-4
                base_url: \(urls[0])
                auth: {token_file: \(tokenPath)}
                workspaces:

            """
        for workspace in workspaces {
            text += "      - {id: \(workspace.id), name: \(quoted(workspace.name.value ?? ""))}\n"
        }
        return text
    }

    /// Everything goes wrong, for as long as the options say.
    private mutating func storm(
        _ chaos: inout Chaos, _ child: ExporterChild, _ checker: Checker, _ watch: inout GrowthWatch
    ) async throws {
        let end = WallTime.now + Int64(options.seconds) * 1_000_000
        var nextScrape = WallTime.now
        var nextLine = WallTime.now + 60_000_000
        while WallTime.now < end {
            try chaos.step()
            if WallTime.now >= nextScrape {
                nextScrape = WallTime.now + Int64(random.number(500...1500)) * 1000
                await scrape(child, checker)
                if random.chance(20) { try? await child.abandonScrape() }
                guard let resources = Resources(of: child.process.pid), resources.residentKiB > 0 else {
                    throw SoakError(description: "the exporter is gone; see \(child.log.path)")
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

    private mutating func scrape(_ child: ExporterChild, _ checker: Checker) async {
        do {
            checker.check(try await child.scrape(openMetrics: random.chance(50), gzip: random.chance(50)))
        } catch {
            checker.complain("\(error)")
        }
    }

    /// With nothing in its way the exporter must come back by itself, to every workspace there is.
    private mutating func heal(_ child: ExporterChild, _ checker: Checker, _ ids: [String]) async {
        let calm = WallTime.now
        while WallTime.now < calm + 60_000_000 {
            await scrape(child, checker)
            if ids.allSatisfy({ checker.up[$0] ?? 0 > calm + timing.longestPoll }) { return }
            try? await ContinuousClock().sleep(for: .milliseconds(500))
        }
        let missing = ids.filter { checker.up[$0] ?? 0 <= calm + timing.longestPoll }
        checker.complain(
            "a minute after the last trouble \(missing.count) workspaces are not back: \(missing.prefix(3))")
    }

    private func report(
        _ checker: Checker, _ watch: GrowthWatch, _ configured: SimulatedCloud, _ discovered: SimulatedCloud
    ) {
        let failures = checker.failures.filter { $0.value > 0 }.sorted { $0.key < $1.key }
            .map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        func span(_ path: KeyPath<Resources, Int>) -> String {
            "\(watch.samples.first?[keyPath: path] ?? 0)/\(watch.samples.last?[keyPath: path] ?? 0)"
        }
        let requests = configured.requestCount(.listEndpoints) + discovered.requestCount(.listEndpoints)
        say(
            """
            soak: \(checker.scrapes) scrapes, \(checker.numbers) numbers checked, \(checker.wrong.count) wrong, \
            \(checker.polls) polls, \(requests) requests, \(checker.withdrawals) withdrawals; failures: \(failures); \
            begin/end: RSS \(span(\.residentKiB)) KiB, descriptors \(span(\.descriptors)), threads \(span(\.threads)); \
            peak RSS \(watch.samples.last?.peakKiB ?? 0) KiB
            """)
    }
}
