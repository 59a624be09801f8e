// SPDX-License-Identifier: Apache-2.0
import Glibc
import Logging
import Testing

@testable import Exporter

@Suite("The output of the log", .timeLimit(.minutes(1)))
struct LogOutputTests {
    private static let day = Duration.seconds(86_400)

    /// A pipe of the smallest size, one page.
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

        /// Reads until `text` has come; called on a thread that may block.
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
        "never waits for a reader: what does not fit is dropped, counted, and reported in its place",
        arguments: [false, true])
    func unread(nonBlocking: Bool) throws {
        let pipe = try SmallPipe(nonBlocking: nonBlocking)
        defer { pipe.close() }
        let output = LogOutput(descriptor: pipe.writer, queue: LineQueue(maximumLines: 50))
        // Were one of them to wait, the test would hang: nobody reads yet.
        for number in 0..<1_000 { output.write("line=\(number) \(Self.long)", format: .logfmt) }
        let dropped = output.droppedLines
        #expect(dropped > 800 && dropped < 1_000)
        #expect(!output.finish(within: .milliseconds(20)))

        let text = pipe.read(until: "lines=\(dropped)\n")
        let lines = text.split(separator: "\n")
        let written = lines.dropLast().compactMap { $0.dropFirst(5).split(separator: " ").first.flatMap { Int($0) } }
        // Whole lines, in order, none of them twice; and of the dropped ones the number.
        #expect(lines.dropLast().allSatisfy { $0.hasPrefix("line=") && $0.hasSuffix(Self.long) })
        #expect(written == Array(0..<(1_000 - Int(dropped))))
        #expect(lines.last?.contains("level=warn msg=\"log lines dropped\" lines=\(dropped)") == true)
        #expect(output.finish(within: Self.day))
    }

    @Test("writes everything before the process ends, in the order of the calls")
    func finish() throws {
        let pipe = try SmallPipe()
        defer { pipe.close() }
        let output = LogOutput(descriptor: pipe.writer)
        output.write("first", format: .logfmt)
        #expect(output.finish(with: ["last"], within: Self.day))
        #expect(pipe.read(until: "last\n") == "first\nlast\n")
        #expect(output.finish(within: Self.day))
    }

    @Test("counts lines as dropped when the reader has gone or the descriptor is closed", arguments: [true, false])
    func gone(hasPipe: Bool) throws {
        // As the program does; else the test would be ended.
        signal(SIGPIPE, SIG_IGN)
        let pipe = try SmallPipe()
        close(pipe.reader)
        defer { close(pipe.writer) }
        // A number that no descriptor has.
        let output = LogOutput(descriptor: hasPipe ? pipe.writer : 1 << 20)
        for _ in 0..<3 { output.write("line", format: .json) }
        #expect(output.finish(within: Self.day))
        #expect(output.droppedLines == 3)
    }

    @Test("gets lines in the format of the log", arguments: [LineLogHandler.Format.logfmt, .json])
    func formats(format: LineLogHandler.Format) throws {
        let pipe = try SmallPipe()
        defer { pipe.close() }
        let output = LogOutput(descriptor: pipe.writer)
        var logger = Logger(label: "test") { _ in LineLogHandler(format: format, level: .info, output: output) }
        logger[metadataKey: "source"] = "s"
        logger.warning("two words", metadata: ["a": "1"])
        logger.debug("not logged")
        #expect(output.finish(within: Self.day))
        let line = pipe.read(until: "\n")
        let expected =
            format == .json
            ? #""level":"warn","msg":"two words","a":"1","source":"s"}"#
            : #" level=warn msg="two words" a=1 source=s"#
        #expect(line.hasSuffix(expected + "\n"), "\(line)")
    }
}
