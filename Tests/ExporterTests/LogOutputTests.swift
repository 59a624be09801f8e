// SPDX-License-Identifier: Apache-2.0
import Glibc
import Logging
import Testing

@testable import Exporter

@Suite("LogOutput", .timeLimit(.minutes(5)))
struct LogOutputTests {
    private static let day = Duration.seconds(86_400)

    /// A pipe with the minimum capacity of one page.
    private struct SmallPipe {
        let reader: Int32
        let writer: Int32

        init(nonBlocking: Bool = false) throws {
            var ends: [Int32] = [-1, -1]
            try #require(pipe(&ends) == 0)
            (reader, writer) = (ends[0], ends[1])
            // F_SETPIPE_SZ, which Glibc does not declare for Swift.
            _ = fcntl(writer, 1_031, 4_096)
            if nonBlocking { _ = fcntl(writer, F_SETFL, O_NONBLOCK) }
        }

        /// Reads until `text` was received. Blocks.
        func read(until text: String) -> String {
            var bytes: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 1_000)
            while true {
                let count = Glibc.read(reader, &chunk, chunk.count)
                guard count > 0 else { break }
                bytes += chunk.prefix(count)
                if String(decoding: bytes.suffix(text.utf8.count + 1_000), as: UTF8.self).contains(text) { break }
            }
            return String(decoding: bytes, as: UTF8.self)
        }

        func close() {
            Glibc.close(reader)
            Glibc.close(writer)
        }
    }

    private static let long = String(repeating: "x", count: 200)

    @Test(
        "Writing never blocks; lines that do not fit are dropped, counted and reported",
        arguments: [false, true])
    func unread(nonBlocking: Bool) throws {
        let pipe = try SmallPipe(nonBlocking: nonBlocking)
        defer { pipe.close() }
        let output = LogOutput(descriptor: pipe.writer, queue: LineQueue(maximumLines: 50))
        // Nothing is read yet, so the test would hang if a write blocked.
        for number in 0..<1_000 { output.write("line=\(number) \(Self.long)", format: .logfmt) }
        let dropped = output.droppedLines
        #expect(dropped > 800 && dropped < 1_000)
        #expect(!output.finish(within: .milliseconds(20)))

        let text = pipe.read(until: "lines=\(dropped)\n")
        let lines = text.split(separator: "\n")
        let written = lines.dropLast().compactMap { $0.dropFirst(5).split(separator: " ").first.flatMap { Int($0) } }
        // Whole lines in order without duplicates, then the number of dropped lines.
        #expect(lines.dropLast().allSatisfy { $0.hasPrefix("line=") && $0.hasSuffix(Self.long) })
        #expect(written == Array(0..<(1_000 - Int(dropped))))
        #expect(lines.last?.contains("level=warn msg=\"log lines dropped\" lines=\(dropped)") == true)
        #expect(output.finish(within: Self.day))
    }

    @Test("finish writes all lines in order")
    func finish() throws {
        let pipe = try SmallPipe()
        defer { pipe.close() }
        let output = LogOutput(descriptor: pipe.writer)
        output.write("first", format: .logfmt)
        #expect(output.finish(with: ["last"], within: Self.day))
        #expect(pipe.read(until: "last\n") == "first\nlast\n")
        #expect(output.finish(within: Self.day))
    }

    @Test("Lines count as dropped if the reader or the descriptor is closed", arguments: [true, false])
    func gone(hasPipe: Bool) throws {
        // Like the program; SIGPIPE would terminate the test.
        signal(SIGPIPE, SIG_IGN)
        let pipe = try SmallPipe()
        close(pipe.reader)
        defer { close(pipe.writer) }
        // An unused descriptor number.
        let output = LogOutput(descriptor: hasPipe ? pipe.writer : 1 << 20)
        for _ in 0..<3 { output.write("line", format: .json) }
        #expect(output.finish(within: Self.day))
        #expect(output.droppedLines == 3)
    }

    @Test("Lines have the format of the log", arguments: [LineLogHandler.Format.logfmt, .json])
    func formats(format: LineLogHandler.Format) throws {
        let pipe = try SmallPipe()
        defer { pipe.close() }
        let output = LogOutput(descriptor: pipe.writer)
        var logger = Logger(label: "test") { _ in LineLogHandler(format: format, level: .info, output: output) }
        logger[metadataKey: "source"] = "s"
        logger.warning("two words", metadata: ["a": "1", "b": .stringConvertible(2)])
        logger.debug("not logged")
        #expect(output.finish(within: Self.day))
        let line = pipe.read(until: "\n")
        let expected =
            format == .json
            ? #""level":"warn","msg":"two words","a":"1","b":2,"source":"s"}"#
            : #" level=warn msg="two words" a=1 b=2 source=s"#
        #expect(line.hasSuffix(expected + "\n"), "\(line)")
    }
}
