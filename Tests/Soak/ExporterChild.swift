// SPDX-License-Identifier: Apache-2.0
import Glibc
import TestSupport

/// The times of the soak in microseconds, and the exporter's configuration of them.
struct SoakTiming {
    let interval: Int64 = 2_000_000
    let timeout: Int64 = 1_000_000
    let staleAfter: Int64 = 6_000_000
    /// The age beyond which connections are not used again.
    let connectionAge: Int64 = 10_000_000
    /// How long a poll takes at most.
    var longestPoll: Int64 { max(2 * interval, 3 * timeout) }
    /// How long after the end of one poll the next ends, before the watchdog steps in.
    var longestSilence: Int64 { 2 * longestPoll + busySlack }
    /// How long a workspace may go without a success while only other workspaces of its source are refused: a poll that
    /// fails, a probe of the credential, a poll that succeeds.
    var longestTrouble: Int64 { longestPoll + interval + 5_000_000 + busySlack }
    /// How long connections to an address are used after its name has left: one that was opened with an old answer of
    /// the resolver just before that one expired.
    var longestOldAddress: Int64 { 2 * connectionAge + busySlack }
    /// How long the program takes to stop.
    let longestStop: Int64 = 5_000_000
    /// How long a scrape takes on a busy machine.
    let longestScrape: Int64 = 8_000_000
    /// What two readings of one machine's clocks may differ by.
    let clockSlack: Int64 = 50_000
    /// What may lie between the end of a poll and its page on a busy machine.
    let ageSlack: Int64 = 2_500_000
    /// What anything may take longer on a busy machine.
    let busySlack: Int64 = 4_000_000
}

struct SoakError: Error, CustomStringConvertible {
    var description: String
}

/// The real program, polling the simulators.
final class ExporterChild {
    let process: ChildProcess
    /// Where it is scraped, as `127.0.0.1:41234`.
    let address: String
    let log: LogPipe
    /// The seconds that a response may take at most. Troubles are not ended meanwhile.
    private static let patience = 8

    private init(process: ChildProcess, address: String, log: LogPipe) {
        self.process = process
        self.address = address
        self.log = log
    }

    /// Starts `program` and waits until it listens.
    /// - Parameters:
    ///   - flags: flags after the configuration and the address.
    ///   - hosts: a file to put in the place of /etc/hosts, for this process alone.
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
        // A name that is not of this machine must not go to the proxy of the environment.
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

    /// Ends the program as systemd does.
    /// - Returns: what was wrong with its end; nil: nothing.
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
        if status != 0 { return "ended with \(status) on SIGTERM, after \(took / 1_000) ms" }
        return took > limit ? "took \(took / 1_000) ms to end on SIGTERM" : nil
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

    /// Asks for the page, in either format, compressed or not.
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
        else { throw SoakError(description: "a scrape brought no head in \(answer.count) bytes") }
        let lines = String(decoding: answer[..<head], as: UTF8.self)
        guard lines.hasPrefix("HTTP/1.1 200 OK\r\n") else { throw SoakError(description: "a scrape brought \(lines)") }
        guard lines.contains(openMetrics ? "application/openmetrics-text; version=1.0.0" : "text/plain; version=0.0.4")
        else { throw SoakError(description: "a scrape brought another format: \(lines)") }
        var body = Array(answer[(head + 4)...])
        if lines.contains("Content-Encoding: gzip") {
            guard let plain = gunzip(body) else { throw SoakError(description: "a scrape brought broken gzip") }
            body = plain
        } else if gzip {
            throw SoakError(description: "a scrape was not compressed")
        }
        let header = lines.split(separator: "\r\n").first { $0.hasPrefix("Strict-Transport-Security: ") }
        return Scrape(
            samples: try PageReader.samples(of: body, isOpenMetrics: openMetrics), bytes: body.count, sent: sent,
            received: received, transportSecurity: header.map(String.init))
    }

    /// Asks for the page and goes away in the middle.
    func abandonScrape() async throws {
        let client = try RawClient(connectingTo: address)
        try await client.send("GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n")
        client.disconnect()
    }
}
