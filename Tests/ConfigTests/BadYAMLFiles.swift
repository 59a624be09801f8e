// SPDX-License-Identifier: Apache-2.0

/// Files that are not one YAML mapping, each with its exact error lines.
enum BadYAMLFiles {
    static let all: [BadFile] = [
        BadFile(
            "An empty file is an error",
            "",
            [
                "config.yaml:1:1: the file is empty; add at least the key sources"
            ]
        ),
        BadFile(
            "A file with only comments is empty",
            "# nothing",
            [
                "config.yaml:1:1: the file is empty; add at least the key sources"
            ]
        ),
        BadFile(
            "A list at the top level is an error",
            "- poll: {}",
            [
                "config.yaml:1:1: must be a mapping, not a list"
            ]
        ),
        BadFile(
            "A scalar at the top level is an error",
            "MIIsecretTOKEN",
            [
                "config.yaml:1:1: must be a mapping, not a string"
            ]
        ),
        BadFile(
            "null at the top level is an error",
            "~",
            [
                "config.yaml:1:1: the file is empty; add at least the key sources"
            ]
        ),
        BadFile(
            "Tabs are not allowed for indentation",
            """
            poll:
            	interval: 60s
            """,
            [
                "config.yaml:2:1: tabs are not allowed for indentation; use spaces"
            ]
        ),
        BadFile(
            "An unterminated double quote is reported at its start",
            """
            poll:
              interval: "60s
            metrics: {}
            """,
            [
                "config.yaml:2:13: unterminated quoted string; add the closing quote"
            ]
        ),
        BadFile(
            "An unterminated single quote is reported at its start",
            "poll: {interval: '60s}",
            [
                "config.yaml:1:18: unterminated quoted string; add the closing quote"
            ]
        ),
        BadFile(
            "An unterminated flow mapping is an error",
            """
            poll: {interval: 60s
            metrics: {}
            """,
            [
                "config.yaml:2:8: invalid YAML: while parsing a flow mapping (started at line 1, column 7), did "
                    + "not find expected ',' or '}'"
            ]
        ),
        BadFile(
            "Text after a closing quote is an error that does not quote it",
            "a: \"x\" MIIsecretTOKEN",
            [
                "config.yaml:1:8: expected a key here; check the indentation and quotes before it"
            ]
        ),
        BadFile(
            "Inconsistent indentation is an error",
            """
            poll:
                interval: 60s
              timeout: 10s
            """,
            [
                "config.yaml:3:3: expected a key here; check the indentation and quotes before it"
            ]
        ),
        BadFile(
            "A value that starts with an at sign requires quotes",
            Reading.authOf("token: @MIIsecretTOKEN"),
            [
                "config.yaml:5:12: a value cannot start with this character; put it in quotes"
            ]
        ),
        BadFile(
            "A value that starts with an asterisk is an alias",
            Reading.authOf("token: *MIIsecretTOKEN"),
            [
                "config.yaml:5:12: unknown alias; put a value that starts with * in quotes"
            ]
        ),
        BadFile(
            "A value that starts with an exclamation mark is a tag",
            Reading.authOf("token: !MIIsecretTOKEN x"),
            [
                "config.yaml:5:12: tags (!…) are not supported; put a value that starts with ! in quotes"
            ]
        ),
        BadFile(
            "Tags on mappings and lists are errors",
            """
            poll: !!map {interval: 60s}
            sources: !x []
            """,
            [
                "config.yaml:1:7: tags (!…) are not supported; put a value that starts with ! in quotes",
                "config.yaml:2:10: tags (!…) are not supported; put a value that starts with ! in quotes",
            ]
        ),
        BadFile(
            "A control character is an error",
            """
            poll:
              interval: \u{1}60s
            """,
            [
                "config.yaml:2:13: control characters are not allowed; remove it"
            ]
        ),
        BadFile(
            "A second document is an error",
            """
            poll: {}
            ---
            sources: []
            """,
            [
                "config.yaml:2:1: the file must contain a single YAML document; remove the second one"
            ]
        ),
        BadFile(
            "An alias within its own anchor is an error",
            """
            poll: &a
              interval: *a
            sources: [{region: r, auth: {token: t}, workspaces: [{id: w}]}]
            """,
            [
                "config.yaml:2:13: this alias refers to a value that contains it"
            ]
        ),
        BadFile(
            "The maximum nesting depth is 32 levels",
            "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
            [
                "config.yaml:1:33: nested deeper than 32 levels"
            ]
        ),
        BadFile(
            "A merge key is an unknown key",
            Reading.withSource(
                """
                poll: &p {interval: 60s}
                metrics:
                  <<: *p
                """),
            [
                "config.yaml:3:3: metrics.<<: unknown key; merge keys are not supported"
            ]
        ),
        BadFile(
            "A mapping as key is an error",
            Reading.withSource("poll: {{a: b}: c}"),
            [
                "config.yaml:1:8: poll: a key must be a string, not a mapping"
            ]
        ),
        BadFile(
            "A directive of another YAML version is an error",
            """
            %YAML 3.0
            ---
            poll: {}
            """,
            [
                "config.yaml:1:1: invalid YAML: found incompatible YAML document"
            ]
        ),
    ]
}
