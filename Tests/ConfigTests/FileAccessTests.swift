// SPDX-License-Identifier: Apache-2.0

import Fabric
import Glibc
import Testing

@testable import Config

@Suite("FileAccess")
struct FileAccessTests {
    /// Runs `body` with a temporary directory.
    private func withFolder(_ body: (String) throws -> Void) throws {
        var template = Array("/tmp/exporter-config-XXXXXX".utf8CString)
        let folder = try #require(mkdtemp(&template).map { String(cString: $0) })
        defer { for name in ["config.yaml", "token", ""] { remove("\(folder)/\(name)") } }
        try body(folder)
    }

    private func write(_ text: String, to path: String) throws {
        let file = try #require(fopen(path, "w"))
        defer { fclose(file) }
        try #require(fputs(text, file) >= 0)
    }

    @Test("A configuration file and its secret file are read")
    func reads() throws {
        try withFolder { folder in
            try write(Reading.authOf("token_file: token"), to: "\(folder)/config.yaml")
            try write("MIIfileTOKEN\n", to: "\(folder)/token")
            let configuration = try ConfigurationReader.read(file: "\(folder)/config.yaml", environment: [:])
            #expect(configuration.sources[0].auth == .token(.file(path: "\(folder)/token")))
        }
    }

    @Test("Missing files, directories and endless files have their own reasons")
    func failures() throws {
        try withFolder { folder in
            #expect(throws: FileAccess.Failure.missing) { try FileAccess.system.read("\(folder)/none", 10) }
            #expect(throws: FileAccess.Failure(reason: "is a directory")) { try FileAccess.system.read(folder, 10) }
            #expect(throws: FileAccess.Failure.tooLarge) { try FileAccess.system.read("/dev/zero", 100_000) }
            let long = String(repeating: "x", count: 300)
            #expect(throws: FileAccess.Failure(reason: "file name too long")) {
                try FileAccess.system.read("\(folder)/\(long)", 10)
            }
        }
    }

    @Test("An unreadable configuration is one error without a position")
    func unreadable() throws {
        try withFolder { folder in
            do throws(ConfigurationProblems) {
                _ = try ConfigurationReader.read(file: "\(folder)/none.yaml", environment: [:])
                Issue.record("the file was read")
            } catch {
                #expect(error.description == "\(folder)/none.yaml: cannot read the file: no such file")
                #expect(error.problems[0].line == nil)
            }
        }
    }
}
