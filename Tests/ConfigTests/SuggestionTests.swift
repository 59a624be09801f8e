// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Config

@Suite("Suggestion")
struct SuggestionTests {
    @Test(
        "Only similar words are suggested",
        arguments: [
            ("intervall", "interval"), ("inteval", "interval"), ("itnerval", "interval"), ("INTERVAL", "interval"),
            ("timeuot", "timeout"), ("stale-after", "stale_after"), ("frequency", nil), ("x", nil),
            (String(repeating: "interval", count: 100), nil),
        ] as [(String, String?)]
    )
    func suggestion(_ word: String, _ candidate: String?) {
        #expect(Suggestion.nearest(to: word, among: ["interval", "timeout", "stale_after"]) == candidate)
    }
}
