// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import Config

@Suite("ConfigurationReference")
struct ConfigurationReferenceTests {
    /// Returns the path of a file in `docs`.
    private static func path(_ name: String) -> String {
        #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" } + "/docs/\(name)"
    }

    @Test(
        "The documents match the schema; WRITE_CONFIGURATION_REFERENCE=1 generates them",
        arguments: [
            ("configuration.md", ConfigurationReference.markdown),
            ("configuration.schema.json", ConfigurationReference.jsonSchema),
        ] as [(String, @Sendable () -> String)])
    func document(name: String, make: @Sendable () -> String) throws {
        let (path, text) = (Self.path(name), make())
        if getenv("WRITE_CONFIGURATION_REFERENCE") != nil {
            let file = try #require(fopen(path, "w"))
            defer { fclose(file) }
            try #require(fputs(text, file) >= 0)
        } else {
            let written = String(decoding: try FileAccess.system.read(path, 1_000_000), as: UTF8.self)
            #expect(written == text)
        }
    }

    @Test("The example is valid and causes no warnings")
    func example() throws {
        let bytes = Array(ConfigurationReference.example.utf8)
        let configuration = try ConfigurationReader.read(
            text: bytes, fileName: "/etc/fabric/config.yaml", environment: [:], files: Reading.access
        )
        #expect(configuration.sources.map(\.name) == ["prod"])
        #expect(configuration.warnings == [])
    }
}
