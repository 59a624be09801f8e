// SPDX-License-Identifier: Apache-2.0
import Glibc
import Simulator
import TestSupport
import Testing

@testable import Exporter

@Suite("SystemdNotifier", .timeLimit(.minutes(5)))
struct SystemdNotifierTests {
    private let start = ContinuousClock.now

    private static func socketName() -> String { "@notify-\(getpid())-\(UInt64.random(in: 0...UInt64.max))" }

    @Test("Each change of state is one notification; none follows the stop")
    func states() throws {
        let socket = try NotifySocket(Self.socketName())
        let notifier = try #require(SystemdNotifier(socket: socket.name, watchdogMicroseconds: nil))
        notifier.noteReady()
        notifier.noteReload()
        notifier.noteReady()
        notifier.noteStop()
        notifier.noteReady()
        notifier.report(isHealthy: true, status: { "late" }, now: start)
        let received = socket.waiting()
        #expect(received.map(\.first) == ["READY=1", "RELOADING=1", "READY=1", "STOPPING=1"])
        let reload = received[1]
        #expect(reload.count == 3 && reload[2] == "STATUS=Reloading the configuration")
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        let microseconds = try #require(reload[1].hasPrefix("MONOTONIC_USEC=") ? Int(reload[1].dropFirst(15)) : nil)
        #expect((0...600_000_000).contains(now.tv_sec * 1_000_000 + now.tv_nsec / 1_000 - microseconds))
    }

    @Test("The watchdog is fed at half of its timeout, and only while polls end")
    func watchdog() throws {
        let socket = try NotifySocket(Self.socketName())
        let notifier = try #require(SystemdNotifier(socket: socket.name, watchdogMicroseconds: "6000000"))
        #expect(notifier.tick == .seconds(1))
        let seconds = (0..<10).filter { second in
            notifier.report(isHealthy: second < 7, status: { "at \(second)" }, now: start + .seconds(second))
            return !socket.waiting().allSatisfy { !$0.contains("WATCHDOG=1") }
        }
        #expect(seconds == [0, 3, 6])
        notifier.report(isHealthy: false, status: { "stalled" }, now: start + .seconds(20))
        #expect(socket.waiting() == [["STATUS=stalled"]])
        notifier.report(isHealthy: true, status: { "well" }, now: start + .seconds(30))
        #expect(socket.waiting() == [["WATCHDOG=1", "STATUS=well"]])
    }

    @Test("A short watchdog has shorter ticks; without one only the status is reported", arguments: [nil, "0", "x"])
    func withoutWatchdog(timeout: String?) throws {
        let socket = try NotifySocket(Self.socketName())
        let short = try #require(SystemdNotifier(socket: socket.name, watchdogMicroseconds: "500000"))
        #expect(short.tick == .milliseconds(250))
        let notifier = try #require(SystemdNotifier(socket: socket.name, watchdogMicroseconds: timeout))
        for second in 0...10 {
            notifier.report(isHealthy: true, status: { "at \(second)" }, now: start + .seconds(second))
        }
        #expect(socket.waiting() == [["STATUS=at 0"], ["STATUS=at 10"]])
    }

    @Test("A full socket blocks nothing, and gets the last change of state when it is read again")
    func full() throws {
        let socket = try NotifySocket(Self.socketName())
        let notifier = try #require(SystemdNotifier(socket: socket.name, watchdogMicroseconds: "2000000"))
        // More than any queue: net.unix.max_dgram_qlen is 10 by default, and the buffers are limited too.
        for _ in 0..<5_000 { notifier.noteReload() }
        notifier.noteReady()
        notifier.report(isHealthy: true, status: { "full" }, now: start)
        let received = socket.waiting()
        #expect(received.count < 5_000 && received.allSatisfy { $0[0] == "RELOADING=1" })
        notifier.report(isHealthy: true, status: { "again" }, now: start + .seconds(1))
        #expect(socket.waiting() == [["READY=1", "STATUS=Polling"], ["WATCHDOG=1", "STATUS=again"]])
    }

    @Test("A stop that a full socket did not take is sent again, and nothing after it")
    func fullAtStop() throws {
        let socket = try NotifySocket(Self.socketName())
        let notifier = try #require(SystemdNotifier(socket: socket.name, watchdogMicroseconds: "2000000"))
        for _ in 0..<5_000 { notifier.noteReload() }
        notifier.noteStop()
        _ = socket.waiting()
        for second in 0..<3 {
            notifier.report(isHealthy: true, status: { "late" }, now: start + .seconds(second))
        }
        #expect(socket.waiting() == [["STOPPING=1", "STATUS=Stopping"]])
    }

    @Test("A missing socket changes nothing, and a path is a name, too")
    func path() throws {
        let place = try TemporaryFile("", name: "notify")
        defer { place.remove() }
        unlink(place.path)
        let notifier = try #require(SystemdNotifier(socket: place.path, watchdogMicroseconds: nil))
        notifier.noteReady()
        let socket = try NotifySocket(place.path)
        notifier.report(isHealthy: true, status: { "found" }, now: start)
        #expect(socket.waiting() == [["READY=1", "STATUS=Polling"], ["STATUS=found"]])
    }

    @Test(
        "Other addresses are not used",
        arguments: ["", "@", "/", "relative", "vsock:2:1234", "/" + String(repeating: "x", count: 107)])
    func invalid(name: String) { #expect(SystemdNotifier(socket: name, watchdogMicroseconds: nil) == nil) }

    @Test("When every workspace is stalled, the service's watchdog is not fed")
    func stall() async throws {
        let clock = ManualClock()
        try await Scene.run(Scene.cloud(seed: 5, workspaces: 2, endpointsEach: 2), clock: clock) { scene in
            let socket = try NotifySocket(Self.socketName())
            let notifier = try #require(SystemdNotifier(socket: socket.name, watchdogMicroseconds: "2000000"))
            // No poll is started, so none ends.
            let watching = Task { await ServeRun.watch(scene.exporter, clock, notifier).body() }
            var fed: [Bool] = []
            for _ in 0..<300 {
                await clock.waitForSleepers(1)
                clock.advance(by: .seconds(1))
                await clock.waitForSleepers(1)
                fed += socket.waiting().map { $0.contains("WATCHDOG=1") }
            }
            watching.cancel()
            await watching.value
            // Polls have stalled after 240 s.
            #expect(fed == (1...300).map { $0 < 240 })
            #expect(scene.exporter.summary == "polling has stalled")
        }
    }

    @Test("serve notifies that it listens and polls, reloads and stops, and feeds the watchdog")
    func serve() async throws {
        let cloud = Scene.cloud(seed: 4, workspaces: 2, endpointsEach: 3)
        let server = try await SimulatorServer.start(cloud, logger: Scene.quiet)
        let running = Task { try await server.run() }
        var text = "poll: {interval: 1s, timeout: 10s, retries: 0}\nsources:\n  - region: cn-north-4\n"
        text += "    base_url: \(server.baseURL)\n    auth: {token: \(Scene.token)}\n    workspaces:\n"
        for workspace in cloud.workspaces { text += "      - {id: \(workspace.id)}\n" }
        let file = try TemporaryFile(text, name: "config.yaml")
        defer { file.remove() }
        let socket = try NotifySocket(Self.socketName())
        let port = try LoopbackSocket.freePort()
        let child = try ChildProcess(
            "/usr/bin/env",
            [
                "NOTIFY_SOCKET=\(socket.name)", "WATCHDOG_USEC=1000000", ExporterCommandTests.program, "serve",
                "--config.file", file.path, "--web.listen-address", "127.0.0.1:\(port)",
            ])
        do {
            #expect(try await socket.receive { _ in true }?.first == "READY=1")
            let client = try RawClient(connectingTo: "127.0.0.1:\(port)")
            try await client.send("GET /-/healthy HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            #expect(try await client.receiveText().hasPrefix("HTTP/1.1 200 "))
            let healthy = ["WATCHDOG=1", "STATUS=2 of 2 workspaces up"]
            #expect(try await socket.receive { $0 == healthy } != nil)
            try file.replace(text + "polls: {}\n")
            child.send(SIGHUP)
            #expect(try await socket.receive { $0.first == "RELOADING=1" } != nil)
            #expect(try await socket.receive { $0.first == "READY=1" } != nil)
            let failed = "STATUS=2 of 2 workspaces up; the last reload of the configuration failed"
            #expect(try await socket.receive { $0.last == failed } != nil)
        } catch {
            child.send(SIGKILL)
            throw error
        }
        child.send(SIGTERM)
        #expect(try await socket.receive { $0.first == "STOPPING=1" } != nil)
        let (status, output) = try await child.end()
        #expect(status == 0, "\(output)")
        await server.shutdown()
        try await running.value
    }
}
