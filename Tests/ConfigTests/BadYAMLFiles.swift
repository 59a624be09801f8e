// SPDX-License-Identifier: Apache-2.0

/// Files that are not one YAML mapping, each with the exact lines it is refused with.
enum BadYAMLFiles {
    static let all: [BadFile] = [
        BadFile(
            "An empty file is refused",
            "",
            [
                "config.yaml:1:1: the file is empty; it needs at least sources"
            ]
        ),
        BadFile(
            "A file of comments alone is empty",
            "# nothing",
            [
                "config.yaml:1:1: the file is empty; it needs at least sources"
            ]
        ),
        BadFile(
            "A list at the top is refused",
            "- poll: {}",
            [
                "config.yaml:1:1: must be a mapping, not a list"
            ]
        ),
        BadFile(
            "A scalar at the top is refused",
            "MIIsecretTOKEN",
            [
                "config.yaml:1:1: must be a mapping, not a string"
            ]
        ),
        BadFile(
            "null at the top is refused",
            "~",
            [
                "config.yaml:1:1: the file is empty; it needs at least sources"
            ]
        ),
        BadFile(
            "A tab does not indent",
            """
            poll:
            	interval: 60s
            """,
            [
                "config.yaml:2:1: a tab cannot indent, use spaces"
            ]
        ),
        BadFile(
            "An unclosed double quote is reported where it opens",
            """
            poll:
              interval: "60s
            metrics: {}
            """,
            [
                "config.yaml:2:13: the quote opened here is never closed"
            ]
        ),
        BadFile(
            "An unclosed single quote is reported where it opens",
            "poll: {interval: '60s}",
            [
                "config.yaml:1:18: the quote opened here is never closed"
            ]
        ),
        BadFile(
            "An unclosed flow mapping is refused",
            """
            poll: {interval: 60s
            metrics: {}
            """,
            [
                "config.yaml:2:8: not valid YAML: while parsing a flow mapping (begun at line 1, column 7), did "
                    + "not find expected ',' or '}'"
            ]
        ),
        BadFile(
            "Text after a closing quote is refused without quoting it",
            "a: \"x\" MIIsecretTOKEN",
            [
                "config.yaml:1:8: expected a key here; check the indentation and quotes before it"
            ]
        ),
        BadFile(
            "An indentation that fits nothing is refused",
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
            "A value that begins with an at sign needs quotes",
            Reading.authOf("token: @MIIsecretTOKEN"),
            [
                "config.yaml:5:12: a value that begins like this needs quotes"
            ]
        ),
        BadFile(
            "A value that begins with an asterisk is an alias",
            Reading.authOf("token: *MIIsecretTOKEN"),
            [
                "config.yaml:5:12: this alias has no anchor before it; put a value that begins with * in quotes"
            ]
        ),
        BadFile(
            "A value that begins with an exclamation mark is a tag",
            Reading.authOf("token: !MIIsecretTOKEN x"),
            [
                "config.yaml:5:12: tags (!…) are not supported; put a value that begins with ! in quotes"
            ]
        ),
        BadFile(
            "Tags are refused on mappings and lists too",
            """
            poll: !!map {interval: 60s}
            sources: !x []
            """,
            [
                "config.yaml:1:7: tags (!…) are not supported; put a value that begins with ! in quotes",
                "config.yaml:2:10: tags (!…) are not supported; put a value that begins with ! in quotes",
            ]
        ),
        BadFile(
            "A control character is refused",
            """
            poll:
              interval: \u{1}60s
            """,
            [
                "config.yaml:2:13: a control character is not allowed here"
            ]
        ),
        BadFile(
            "A second document is refused",
            """
            poll: {}
            ---
            sources: []
            """,
            [
                "config.yaml:2:1: a second document begins here; the file must be one"
            ]
        ),
        BadFile(
            "An alias within its own anchor is refused",
            """
            poll: &a
              interval: *a
            sources: [{region: r, auth: {token: t}, workspaces: [{id: w}]}]
            """,
            [
                "config.yaml:2:13: this alias stands for something that contains it"
            ]
        ),
        BadFile(
            "Nothing nests deeper than 32 levels",
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
            "A mapping as key is refused",
            Reading.withSource("poll: {{a: b}: c}"),
            [
                "config.yaml:1:8: poll: a key must be a plain word"
            ]
        ),
        BadFile(
            "A directive of another YAML is refused",
            """
            %YAML 3.0
            ---
            poll: {}
            """,
            [
                "config.yaml:1:1: not valid YAML: found incompatible YAML document"
            ]
        ),
    ]
}
