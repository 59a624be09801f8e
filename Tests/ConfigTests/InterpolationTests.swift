// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Config

@Suite("Interpolation")
struct InterpolationTests {
    @Test(
        "Variables are expanded, other dollar signs are kept",
        arguments: [
            ("plain", "plain"), ("${NAME}", "prod"), ("a${NAME}b${NAME}", "aprodbprod"), ("$$", "$"), ("$", "$"),
            ("$NAME", "$NAME"), ("-scratch$", "-scratch$"), ("$${NAME}", "${NAME}"), ("$$${NAME}", "$prod"),
            ("${EMPTY}", ""),
            ("a$ {NAME}", "a$ {NAME}"), ("}", "}"),
        ]
    )
    func interpolation(_ text: String, _ result: String) throws {
        #expect(try Interpolation.expand(text, environment: Reading.environment) == result)
    }

    @Test("The value of a variable is not expanded again")
    func nested() throws {
        #expect(try Interpolation.expand("${A}", environment: ["A": "${B}$$", "B": "x"]) == "${B}$$")
    }
}
