// SPDX-License-Identifier: Apache-2.0

import Base
import Fabric
import Testing

@testable import Config

@Suite("YAMLDocument: anchors and aliases")
struct YAMLDocumentAliasTests {
    @Test("An alias has the value of its anchor")
    func alias() throws {
        let configuration = try Reading.read(
            """
            sources:
            - region: r1
              auth: &auth {token: t}
              workspaces: [{id: w1, filter: &filter {type: job}}, {id: w2, filter: *filter}]
            - region: r2
              auth: *auth
              workspaces: [{id: w1, filter: *filter}]
            """
        )
        #expect(configuration.sources.map(\.auth) == [.token(.value(Secret("t"))), .token(.value(Secret("t")))])
        #expect(configuration.sources[1].workspaces[0].filter == EndpointFilter(type: "job"))
        #expect(configuration.sources[0].workspaces[1].filter == EndpointFilter(type: "job"))
    }

    @Test("An error in an alias has the position of the anchor and the path of the alias")
    func errorInAlias() {
        let text = """
            sources:
            - region: r1
              auth: &auth {token: ''}
              workspaces: [{id: w1}]
            - region: r2
              auth: *auth
              workspaces: [{id: w1}]
            """
        #expect(
            Reading.problems(text) == [
                "config.yaml:3:23: sources[0].auth.token: must not be empty",
                "config.yaml:3:23: sources[1].auth.token: must not be empty",
            ]
        )
    }

    @Test("Nested aliases expand to at most 1 MB")
    func bomb() {
        var text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
        for level in 1...9 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        #expect(Reading.problems(text) == ["config.yaml:5:25: aliases expand to more than 1 MB"])
    }

    @Test("Aliases of a long scalar expand to at most 1 MB")
    func longScalar() {
        let text = "- &a \(String(repeating: "x", count: 400_000))\n- *a\n- *a\n- *a\n"
        #expect(Reading.problems(text) == ["config.yaml:4:3: aliases expand to more than 1 MB"])
    }

    @Test("Aliases cannot exceed the maximum nesting depth")
    func chain() {
        var text = "- &a0 [x]\n"
        for level in 1...60 { text += "- &a\(level) [*a\(level - 1)]\n" }
        #expect(Reading.problems(text) == ["config.yaml:31:9: nested deeper than 32 levels"])
    }

    @Test("An anchor can be redefined")
    func anchorAgain() throws {
        let configuration = try Reading.read(
            Reading.sourceOf(
                """
                region: cn-north-4
                name: &x one
                auth: {token: &x two}
                workspaces: [{id: *x}]
                """
            )
        )
        #expect(configuration.sources[0].workspaces[0].id == "two")
    }
}
