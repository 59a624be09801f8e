// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Golden files with expected texts, in a folder `Goldens` next to the tests.
///
/// With `RECORD_GOLDENS` in the environment, a text that differs is written to its file. The test still fails, so that
/// changes are reviewed.
public struct Goldens: Sendable {
    /// The error for a text that differs from its golden file, or for a missing file.
    public struct Difference: Error, CustomStringConvertible {
        /// The file and the first differing line.
        public let description: String
    }

    private let directory: String

    /// Creates access to the golden files next to `testFile`, a test's `#filePath`.
    public init(beside testFile: String) {
        let folder = testFile.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        directory = folder.joined(separator: "/") + "/Goldens/"
    }

    /// Compares `text` with the file `name`.
    /// - Throws: ``Difference`` if the bytes differ or there is no such file.
    public func check(_ text: [UInt8], _ name: String) throws {
        let path = directory + name
        let expected = Self.read(path)
        if expected == text { return }
        if getenv("RECORD_GOLDENS") != nil { Self.write(text, path) }
        guard let expected else { throw Difference(description: "no golden text at \(path)") }
        let (new, old) = (Self.lines(text), Self.lines(expected))
        let line =
            zip(new, old).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(new.count, old.count)
        func show(_ lines: [String]) -> String { line < lines.count ? lines[line].debugDescription : "the end" }
        throw Difference(description: "\(path):\(line + 1): expected \(show(old)), got \(show(new))")
    }

    /// Compares `text` with the file `name`.
    public func check(_ text: String, _ name: String) throws { try check(Array(text.utf8), name) }

    private static func lines(_ bytes: [UInt8]) -> [String] {
        bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    private static func read(_ path: String) -> [UInt8]? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
        return bytes
    }

    private static func write(_ bytes: [UInt8], _ path: String) {
        guard let file = fopen(path, "w") else { return }
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
    }
}
