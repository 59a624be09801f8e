// SPDX-License-Identifier: Apache-2.0

/// Workspaces and filters, each with its exact error lines.
enum BadWorkspaceFiles {
    private static let labelName =
        "a label's name must have 1 to 64 lower-case letters, digits and _, and start with a letter"

    static let all: [BadFile] = [
        BadFile(
            "workspaces must have an entry",
            Reading.sourceOf(
                """
                region: cn-north-4
                auth: {token: MIIsecretTOKEN}
                workspaces: []
                """),
            [
                "config.yaml:4:15: sources[0].workspaces: must have at least one entry"
            ]
        ),
        BadFile(
            "A workspace requires an id",
            Reading.sourceOf(
                """
                region: cn-north-4
                auth: {token: MIIsecretTOKEN}
                workspaces:
                - name: analytics
                """),
            [
                "config.yaml:5:5: sources[0].workspaces[0].id: required key is missing"
            ]
        ),
        BadFile(
            "A workspace id is 1 to 36 letters, digits and hyphens",
            Reading.sourceOf(
                """
                region: cn-north-4
                auth: {token: MIIsecretTOKEN}
                workspaces:
                - id: a/b
                - id: 'é'
                - id: abcdefghijklmnopqrstuvwxyz-0123456789
                - id: ''
                - id: 12
                """),
            [
                "config.yaml:5:9: sources[0].workspaces[0].id: must be 1 to 36 letters, digits and hyphens, not "
                    + "\"a/b\"",
                "config.yaml:6:9: sources[0].workspaces[1].id: must be 1 to 36 letters, digits and hyphens, not "
                    + "\"é\"",
                "config.yaml:7:9: sources[0].workspaces[2].id: must be 1 to 36 letters, digits and hyphens, not "
                    + "\"abcdefghijklmnopqrstuvwxyz-0123456789\"",
                "config.yaml:8:9: sources[0].workspaces[3].id: must not be empty",
                "config.yaml:9:9: sources[0].workspaces[4].id: must be a string, not a number; put it in quotes",
            ]
        ),
        BadFile(
            "Labels have names and texts, none of the exporter's or Prometheus' names, and each once",
            Reading.sourceOf(
                """
                region: cn-north-4
                auth: {token: MIIsecretTOKEN}
                discovery: {labels: []}
                workspaces:
                - id: w1
                  labels:
                    Team: risk
                    1st: a
                    job: b
                    workspace: c
                    team: 7
                    tier: ''
                    tier: gold
                    [a]: b
                - id: w2
                  labels: {a: x, b: x, c: x, d: x, e: x, f: x, g: x, h: x, i: x, j: x, k: x}
                - id: w3
                  labels:
                """),
            [
                "config.yaml:4:23: sources[0].discovery.labels: must be a mapping, not a list",
                "config.yaml:8:7: sources[0].workspaces[0].labels: " + labelName,
                "config.yaml:9:7: sources[0].workspaces[0].labels: " + labelName,
                "config.yaml:10:7: sources[0].workspaces[0].labels.job: the exporter or Prometheus uses this label; "
                    + "choose another name",
                "config.yaml:11:7: sources[0].workspaces[0].labels.workspace: the exporter or Prometheus uses this "
                    + "label; choose another name",
                "config.yaml:12:13: sources[0].workspaces[0].labels.team: must be a string, not a number; put it in "
                    + "quotes",
                "config.yaml:13:13: sources[0].workspaces[0].labels.tier: must not be empty",
                "config.yaml:14:7: sources[0].workspaces[0].labels.tier: duplicate key, first on line 13",
                "config.yaml:15:7: sources[0].workspaces[0].labels: a key must be a string, not a list",
                "config.yaml:17:13: sources[0].workspaces[1].labels: must have at most 10 labels, not 11",
                "config.yaml:19:12: sources[0].workspaces[2].labels: must be a mapping, not null",
            ]
        ),
        BadFile(
            "Workspace ids are unique",
            Reading.sourceOf(
                """
                region: cn-north-4
                auth: {token: MIIsecretTOKEN}
                workspaces: [{id: w1}, {id: w2}, {id: w1}]
                """),
            [
                "config.yaml:4:41: sources[0].workspaces[2].id: duplicate workspace id \"w1\" (first used by "
                    + "sources[0].workspaces[0]); remove one of them"
            ]
        ),
        BadFile(
            "An unknown key of a workspace gets a suggestion",
            Reading.sourceOf(
                """
                region: cn-north-4
                auth: {token: MIIsecretTOKEN}
                workspaces:
                - id: w1
                  filters: {}
                """),
            [
                "config.yaml:6:5: sources[0].workspaces[0].filters: unknown key; did you mean filter?"
            ]
        ),
        BadFile(
            "An unknown key of a filter gets a suggestion",
            Reading.sourceOf(
                """
                region: cn-north-4
                auth: {token: MIIsecretTOKEN}
                workspaces:
                - id: w1
                  filter: {modelid: x, typ: job, owner: me}
                """),
            [
                "config.yaml:6:14: sources[0].workspaces[0].filter.modelid: unknown key; did you mean model_id?",
                "config.yaml:6:26: sources[0].workspaces[0].filter.typ: unknown key; did you mean type?",
                "config.yaml:6:36: sources[0].workspaces[0].filter.owner: unknown key; allowed keys: type, "
                    + "visibility, name, model_id, endpoint_id, engine_types, compute_id",
            ]
        ),
        BadFile(
            "A visibility is one of three",
            Reading.sourceOf(
                """
                region: cn-north-4
                auth: {token: MIIsecretTOKEN}
                workspaces:
                - {id: w1, filter: {visibility: private}}
                - {id: w2, filter: {visibility: SHARED}}
                """),
            [
                "config.yaml:5:35: sources[0].workspaces[0].filter.visibility: must be one of PRIVATE, PUBLIC, "
                    + "ALL, not \"private\"; did you mean PRIVATE?",
                "config.yaml:6:35: sources[0].workspaces[1].filter.visibility: must be one of PRIVATE, PUBLIC, "
                    + "ALL, not \"SHARED\"",
            ]
        ),
        BadFile(
            "A filter's values are non-empty strings",
            Reading.sourceOf(
                """
                region: cn-north-4
                auth: {token: MIIsecretTOKEN}
                workspaces:
                - {id: w1, filter: {type: '', name: [x], model_id: 7, endpoint_id: }}
                """),
            [
                "config.yaml:5:29: sources[0].workspaces[0].filter.type: must not be empty",
                "config.yaml:5:39: sources[0].workspaces[0].filter.name: must be a string, not a list",
                "config.yaml:5:54: sources[0].workspaces[0].filter.model_id: must be a string, not a number; put "
                    + "it in quotes",
                "config.yaml:5:70: sources[0].workspaces[0].filter.endpoint_id: must be a string, not null",
            ]
        ),
    ]
}
