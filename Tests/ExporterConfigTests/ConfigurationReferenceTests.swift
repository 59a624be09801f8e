// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import ExporterConfig

@Suite("Reference")
struct ConfigurationReferenceTests {
    /// `docs/configuration.md`, seen from this file.
    private static let path =
        #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" } + "/docs/configuration.md"

    @Test("docs/configuration.md is what the schema says; WRITE_CONFIGURATION_REFERENCE=1 writes it anew")
    func document() throws {
        let markdown = ConfigurationReference.markdown()
        if getenv("WRITE_CONFIGURATION_REFERENCE") != nil {
            let file = try #require(fopen(Self.path, "w"))
            defer { fclose(file) }
            try #require(fputs(markdown, file) >= 0)
        } else {
            let written = String(decoding: try FileAccess.system.read(Self.path, 1_000_000), as: UTF8.self)
            #expect(written == markdown)
        }
    }

    @Test("The reference's example is a good file without a warning")
    func example() throws {
        let bytes = Array(ConfigurationReference.example.utf8)
        let configuration = try ConfigurationReader.read(
            text: bytes, fileName: "/etc/fabric/config.yaml", environment: [:], files: Reading.access
        )
        #expect(configuration.sources.map(\.name) == ["prod"])
        #expect(configuration.warnings == [])
    }
}
