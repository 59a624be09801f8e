// SPDX-License-Identifier: Apache-2.0
import Glibc
import HTTPServer
import TestSupport

/// Runs an exporter with a control plane whose values never repeat: sums must be exact, and memory, series and log
/// lines within their limits.
struct ValueSoak {
    /// The maximum size of a page within the limits, with mostly long values.
    private static let maximumPage = 64 << 20
    private static let maximumResidentKiB = 250_000_000 / 1_024
    private static let interval: Int64 = 2_000_000
    private static let patience: Int64 = 30_000_000

    private let options: Options
    private let cloud: HostileCloud
    private var checker = ValueChecker()
    private var log = LogChecker()
    private var polling = Liveness("a success", limit: patience)
    private var watch = GrowthWatch(maximumResidentKiB: maximumResidentKiB)
    private var series: [Int] = []
    private var largest = 0
    private var wrong = 0

    static func run(_ options: Options) async throws -> Bool {
        let cloud = HostileCloud(
            random: SoakRandom(seed: options.seed), lies: options.lies ? ["hundred", "lake"] : [])
        var soak = ValueSoak(options: options, cloud: cloud)
        return try await soak.run()
    }

    private init(options: Options, cloud: HostileCloud) {
        self.options = options
        self.cloud = cloud
    }

    private mutating func run() async throws -> Bool {
        say("soak of values: seed \(options.seed), \(options.seconds) s")
        let (listener, running, address) = try await cloud.start()
        let configuration = try TemporaryFile(
            """
            poll:
              interval: \(Self.interval / 1_000)ms
              timeout: 5s
              stale_after: 60s
              requests_per_second: 0
              max_response_bytes: \(HostileListing.maximumBody)
            sources:
            \(Self.source("values", "v1", address))
            \(Self.source("lake", "v2", address))

            """, name: "config.yaml")
        let child = try await ExporterChild.start("values", program: options.binary, configuration: configuration)
        try await watch(child)
        judge()
        if let problem = try await child.stop(within: SoakTiming().maximumStopDuration + SoakTiming().busySlack) {
            complain("the exporter \(problem)")
        }
        await listener.shutdown(grace: .zero)
        await running.value
        configuration.remove()
        child.log.remove(keepingLog: wrong > 0)
        if wrong > 0 { say("soak: the log is \(child.log.kept.path)") }
        return wrong == 0
    }

    private static func source(_ name: String, _ api: String, _ address: String) -> String {
        let places = HostileCloud.places.filter { $0.isLake == (api == "v2") }
        return """
              - name: \(name)
                region: cn-north-4
                api: \(api)
                base_url: http://\(address)
                auth: {token: values-token}
                workspaces: [\(places.map { "{id: \($0.id)}" }.joined(separator: ", "))]
            """
    }

    private mutating func watch(_ child: ExporterChild) async throws {
        let end = WallTime.now + Int64(options.seconds) * 1_000_000
        var nextScrape = WallTime.now
        var isOpenMetrics = false
        // Stop early, because a broken exporter is wrong in every number and its pages grow.
        while WallTime.now < end, wrong < 100 {
            for problem in log.problems(try child.log.read()) { complain("log: \(problem)") }
            if WallTime.now >= nextScrape {
                nextScrape = WallTime.now + 1_500_000
                isOpenMetrics.toggle()
                do {
                    check(try await child.scrape(openMetrics: isOpenMetrics, gzip: Bool.random()))
                } catch {
                    complain("\(error)")
                }
                guard let resources = Resources(of: child.process.pid), resources.residentKiB > 0 else {
                    throw SoakError(description: "the exporter has exited; see \(child.log.kept.path)")
                }
                watch.note(resources)
            }
            try await ContinuousClock().sleep(for: .milliseconds(100))
        }
    }

    private mutating func check(_ scrape: Scrape) {
        var byWorkspace: [String: [PageSample]] = [:]
        for sample in scrape.samples {
            if let id = sample.label("workspace_id") { byWorkspace[id, default: []].append(sample) }
        }
        series.append(scrape.samples.count)
        largest = max(largest, scrape.bytes)
        if scrape.bytes > Self.maximumPage { complain("a page of \(scrape.bytes) bytes") }
        for place in HostileCloud.places {
            let found = checker.problems(of: place.id, byWorkspace[place.id] ?? [], cloud.truths(of: place.id))
            for problem in found { complain("\(place.id): \(problem)") }
        }
        let last = Dictionary(uniqueKeysWithValues: HostileCloud.places.map { ($0.id, checker.proven[$0.id]) })
        for problem in polling.problems(last, at: scrape.sent) { complain(problem) }
    }

    /// Checks the whole run.
    private mutating func judge() {
        for place in HostileCloud.places where !checker.haveCut.contains(place.id) && options.seconds >= 30 {
            complain("\(place.id): no value was truncated")
        }
        // A workspace with two endpoints reaches its limits after half an hour.
        for problem in watch.problems(comparesQuarters: options.seconds >= 3_600) { complain(problem) }
        if options.seconds >= 3_600 {
            let quarter = series.count / 4
            let (early, late) = (series[quarter..<2 * quarter].max() ?? 0, series.suffix(quarter).max() ?? 0)
            if late > early + early / 20 { complain("the number of series grew from \(early) to \(late)") }
        }
        say(
            """
            soak: \(series.count) scrapes, \(series.reduce(0, +)) numbers, \(wrong) wrong; the last page has \
            \(series.last ?? 0) series, the largest \(largest) bytes; \(log.lines) log lines; peak RSS \
            \(watch.samples.last?.peakKiB ?? 0) KiB
            """)
    }

    private mutating func complain(_ what: String) {
        wrong += 1
        if wrong <= 20 { say("WRONG: \(what)") }
    }
}
