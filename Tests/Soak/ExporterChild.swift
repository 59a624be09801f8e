// SPDX-License-Identifier: Apache-2.0
import Glibc
import TestSupport

/// The time limits of the soak and the matching configuration, in microseconds.
struct SoakTiming {
    let interval: Int64 = 2_000_000
    let timeout: Int64 = 1_000_000
    let staleAfter: Int64 = 6_000_000
    /// `poll.connection_max_age`.
    let connectionAge: Int64 = 10_000_000
    /// The maximum duration of a poll.
    var maximumPollDuration: Int64 { max(2 * interval, 3 * timeout) }
    /// The maximum time between the ends of two polls before the watchdog detects a stall.
    var longestSilence: Int64 { 2 * maximumPollDuration + busySlack }
    /// The maximum time without a success while only other workspaces of the source are rejected: a failed poll, a
    /// probe of the credential, a successful poll.
    var maximumRecovery: Int64 { maximumPollDuration + interval + 5_000_000 + busySlack }
    /// The maximum time in which connections to an old address are used after the name has changed: a connection may be
    /// opened with a cached lookup just before it expires.
    var maximumAddressAge: Int64 { 2 * connectionAge + busySlack }
    /// The maximum time to stop.
    let maximumStopDuration: Int64 = 5_000_000
    /// The maximum duration of a scrape on a busy machine.
    let maximumScrapeDuration: Int64 = 8_000_000
    /// The maximum difference between two clocks of the machine.
    let clockSlack: Int64 = 50_000
    /// The maximum delay between a poll and its page on a busy machine.
    let ageSlack: Int64 = 2_500_000
    /// The additional time of any operation on a busy machine.
    let busySlack: Int64 = 4_000_000
}

struct SoakError: Error, CustomStringConvertible {
    var description: String
}

/// The exporter as a child process that polls the simulators.
final class ExporterChild {
    let process: ChildProcess
    /// Its listen address, as `127.0.0.1:41234`.
    let address: String
    let log: LogPipe
    /// The maximum seconds of a response. Faults do not end meanwhile.
    private static let patience = 8

    private init(process: ChildProcess, address: String, log: LogPipe) {
        self.process = process
        self.address = address
        self.log = log
    }

    /// Starts `program` and waits until it listens.
    /// - Parameters:
    ///   - flags: additional flags.
    ///   - hosts: a file that replaces /etc/hosts for this process.
    static func start(
        _ name: String, program: String, configuration: TemporaryFile, flags: [String] = [], hosts: String? = nil
    ) async throws -> ExporterChild {
        let log = try LogPipe(name)
        var command =
            [program, "serve", "--config.file", configuration.path, "--web.listen-address", "127.0.0.1:0"] + flags
        if let hosts {
            let mount = "mount --bind \"$0\" /etc/hosts && exec \"$@\""
            command = ["unshare", "-m", "/bin/sh", "-c", mount, hosts] + command
        }
        // Host names must not go to a proxy of the environment.
        let process = try ChildProcess(
            "/bin/sh", ["-c", "export NO_PROXY='*' no_proxy='*'; exec \"$@\" 2>\"$0\"", log.path] + command)
        var text = ""
        for _ in 0..<300 {
            text += try log.read()
            if let address = address(in: text) {
                return ExporterChild(process: process, address: address, log: log)
            }
            try await ContinuousClock().sleep(for: .milliseconds(100))
        }
        process.stop()
        throw SoakError(description: "the exporter does not listen; see \(log.kept.path)")
    }

    private static func address(in text: String) -> String? {
        guard let line = text.split(separator: "\n").first(where: { $0.lowercased().contains("listening") }) else {
            return nil
        }
        return line.split(separator: " ").first { $0.hasPrefix("address=") }.map { String($0.dropFirst(8)) }
    }

    /// Stops the program by SIGTERM.
    /// - Returns: the problem, or nil.
    func stop(within limit: Int64) async throws -> String? {
        let process = process
        let sent = WallTime.now
        process.send(SIGTERM)
        let killer = Task {
            try await ContinuousClock().sleep(for: .seconds(30))
            process.send(SIGKILL)
        }
        let (status, _) = try await process.end()
        killer.cancel()
        let took = WallTime.now - sent
        if status != 0 { return "exited with \(status) on SIGTERM after \(took / 1_000) ms" }
        return took > limit ? "took \(took / 1_000) ms to stop on SIGTERM" : nil
    }

    /// Sends a request and leaves the connection open.
    func begin(_ method: String, _ path: String) async throws -> RawClient {
        let client = try RawClient(connectingTo: address, limit: Self.patience)
        try await client.send("\(method) \(path) HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        return client
    }

    /// The first line of the response to a GET.
    func status(of path: String) async throws -> String {
        let text = try await begin("GET", path).receiveText()
        return String(text.prefix { $0 != "\r\n" && $0 != "\r" })
    }

    /// Requests the page in either format, compressed or not.
    func scrape(openMetrics: Bool, gzip: Bool) async throws -> Scrape {
        let sent = WallTime.now
        let client = try RawClient(connectingTo: address, limit: Self.patience)
        let accept = openMetrics ? "application/openmetrics-text;version=1.0.0" : "text/plain"
        let encoding = gzip ? "Accept-Encoding: gzip\r\n" : ""
        try await client.send(
            "GET /metrics HTTP/1.1\r\nHost: h\r\nAccept: \(accept)\r\n\(encoding)Connection: close\r\n\r\n")
        let answer = try await client.receiveToEnd().bytes
        let received = WallTime.now
        let end: [UInt8] = [13, 10, 13, 10]
        guard
            let head = (0..<max(0, min(answer.count - 3, 4_096))).first(where: {
                answer[$0..<$0 + 4].elementsEqual(end)
            })
        else { throw SoakError(description: "a scrape returned no headers in \(answer.count) bytes") }
        let lines = String(decoding: answer[..<head], as: UTF8.self)
        guard lines.hasPrefix("HTTP/1.1 200 OK\r\n") else { throw SoakError(description: "a scrape returned \(lines)") }
        guard lines.contains(openMetrics ? "application/openmetrics-text; version=1.0.0" : "text/plain; version=0.0.4")
        else { throw SoakError(description: "a scrape returned another format: \(lines)") }
        var body = Array(answer[(head + 4)...])
        if lines.contains("Content-Encoding: gzip") {
            guard let plain = gunzip(body) else { throw SoakError(description: "a scrape returned invalid gzip") }
            body = plain
        } else if gzip {
            throw SoakError(description: "a scrape was not compressed")
        }
        let header = lines.split(separator: "\r\n").first { $0.hasPrefix("Strict-Transport-Security: ") }
        return Scrape(
            samples: try PageReader.samples(of: body, isOpenMetrics: openMetrics), bytes: body.count, sent: sent,
            received: received, transportSecurity: header.map(String.init))
    }

    /// Requests the page and disconnects in the middle of the response.
    func abandonScrape() async throws {
        let client = try RawClient(connectingTo: address)
        try await client.send("GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n")
        client.disconnect()
    }
}
