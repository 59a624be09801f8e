// SPDX-License-Identifier: Apache-2.0
import Glibc
import TestSupport

/// The times of the soak in microseconds, and the exporter's configuration of them.
struct SoakTiming {
    let interval: Int64 = 2_000_000
    let timeout: Int64 = 1_000_000
    let staleAfter: Int64 = 6_000_000
    /// How long a poll takes at most.
    var longestPoll: Int64 { max(2 * interval, 3 * timeout) }
    /// What two readings of one machine's clocks may differ by.
    let clockSlack: Int64 = 50_000
    /// What may lie between the end of a poll and its page on a busy machine.
    let ageSlack: Int64 = 1_000_000
}

struct SoakError: Error, CustomStringConvertible {
    var description: String
}

/// The real program, polling the simulators.
struct ExporterChild {
    let process: ChildProcess
    /// Where it is scraped, as `127.0.0.1:41234`.
    let address: String
    let log: TemporaryFile

    static func start(
        program: String, configuration: TemporaryFile
    ) async throws -> ExporterChild {
        let log = try TemporaryFile("", name: "exporter.log")
        // Its log goes to a file: nobody here reads a pipe, and a full one would stop it.
        let process = try ChildProcess(
            "/bin/sh",
            [
                "-c", "exec \"$0\" serve --config.file \"$1\" --web.listen-address 127.0.0.1:0 >>\"$2\" 2>&1", program,
                configuration.path, log.path,
            ])
        for _ in 0..<300 {
            if let address = try address(in: log.path) {
                return ExporterChild(process: process, address: address, log: log)
            }
            try await ContinuousClock().sleep(for: .milliseconds(100))
        }
        process.stop()
        throw SoakError(description: "the exporter does not listen; see \(log.path)")
    }

    private static func address(in path: String) throws -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = fread(&bytes, 1, bytes.count, file)
        let text = String(decoding: bytes[..<count], as: UTF8.self)
        guard let line = text.split(separator: "\n").first(where: { $0.contains("Listening.") }) else { return nil }
        return line.split(separator: " ").first { $0.hasPrefix("address=") }.map { String($0.dropFirst(8)) }
    }

    /// Asks for the page, in either format, compressed or not.
    func scrape(openMetrics: Bool, gzip: Bool) async throws -> Scrape {
        let sent = WallTime.now
        let client = try RawClient(connectingTo: address)
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
        return Scrape(
            samples: try PageReader.samples(of: body, isOpenMetrics: openMetrics), sent: sent, received: received)
    }

    /// Asks for the page and goes away in the middle.
    func abandonScrape() async throws {
        let client = try RawClient(connectingTo: address)
        try await client.send("GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n")
        client.disconnect()
    }
}
