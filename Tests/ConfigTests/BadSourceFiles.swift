// SPDX-License-Identifier: Apache-2.0

/// Sources and their names, each with its exact error lines.
enum BadSourceFiles {
    static let all: [BadFile] = [
        BadFile(
            "sources are required",
            "poll: {}",
            [
                "config.yaml:1:1: sources: required key is missing"
            ]
        ),
        BadFile(
            "sources must have an entry",
            "sources: []",
            [
                "config.yaml:1:10: sources: must have at least one entry"
            ]
        ),
        BadFile(
            "sources are a list",
            "sources: {region: cn-north-4}",
            [
                "config.yaml:1:10: sources: must be a list, not a mapping"
            ]
        ),
        BadFile(
            "sources must not be null",
            "sources:",
            [
                "config.yaml:1:9: sources: must be a list, not null"
            ]
        ),
        BadFile(
            "A source is a mapping",
            "sources: [cn-north-4, ~]",
            [
                "config.yaml:1:11: sources[0]: must be a mapping, not a string",
                "config.yaml:1:23: sources[1]: must be a mapping, not null",
            ]
        ),
        BadFile(
            "An empty source reports all required keys",
            "sources: [{}]",
            [
                "config.yaml:1:11: sources[0].auth: required key is missing",
                "config.yaml:1:11: sources[0]: at least one of workspaces and discovery is required",
                "config.yaml:1:11: sources[0].name: required if region is not set",
                "config.yaml:1:11: sources[0].base_url: required if region is not set",
            ]
        ),
        BadFile(
            "A misspelled required key is reported once",
            Reading.sourceOf(
                """
                regoin: cn-north-4
                auht: {token: MIIsecretTOKEN}
                workspace: [{id: w1}]
                """),
            [
                "config.yaml:2:3: sources[0].regoin: unknown key; did you mean region?",
                "config.yaml:3:3: sources[0].auht: unknown key; did you mean auth?",
                "config.yaml:4:3: sources[0].workspace: unknown key; did you mean workspaces?",
            ]
        ),
        BadFile(
            "Without a region, name and base_url are required",
            Reading.sourceOf(
                """
                auth: {token: MIIsecretTOKEN}
                workspaces: [{id: w1}]
                """),
            [
                "config.yaml:2:3: sources[0].name: required if region is not set",
                "config.yaml:2:3: sources[0].base_url: required if region is not set",
            ]
        ),
        BadFile(
            "A region has letters, digits and hyphens",
            Reading.sourceOf(
                """
                region: cn north/4
                auth: {token: MIIsecretTOKEN}
                workspaces: [{id: w1}]
                """),
            [
                "config.yaml:2:11: sources[0].region: must be letters, digits and hyphens, not \"cn north/4\""
            ]
        ),
        BadFile(
            "Source names are unique",
            """
            sources:
            - {name: a, region: r1, auth: {token: t}, workspaces: [{id: w1}]}
            - {name: a, region: r2, auth: {token: t}, workspaces: [{id: w1}]}
            """,
            [
                "config.yaml:3:10: sources[1].name: duplicate source name \"a\" (first used by sources[0]); set a different "
                    + "name"
            ]
        ),
        BadFile(
            "Two sources of the same region require names",
            """
            sources:
            - {region: r1, auth: {token: t}, workspaces: [{id: w1}]}
            - {region: r1, auth: {token: t}, workspaces: [{id: w2}]}
            """,
            [
                "config.yaml:3:12: sources[1].region: duplicate source name \"r1\" (the region is the default; first "
                    + "used by sources[0]); set name"
            ]
        ),
        BadFile(
            "A name is not empty",
            Reading.sourceWith("name: ''"),
            [
                "config.yaml:5:9: sources[0].name: must not be empty"
            ]
        ),
        BadFile(
            "A numeric name requires quotes",
            Reading.sourceWith("name: 12"),
            [
                "config.yaml:5:9: sources[0].name: must be a string, not a number; put it in quotes"
            ]
        ),
        BadFile(
            "A source requires workspaces or discovery",
            Reading.sourceOf(
                """
                region: cn-north-4
                auth: {token: MIIsecretTOKEN}
                """),
            [
                "config.yaml:2:3: sources[0]: at least one of workspaces and discovery is required"
            ]
        ),
    ]
}
