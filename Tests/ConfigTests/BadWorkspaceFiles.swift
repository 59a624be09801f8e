// SPDX-License-Identifier: Apache-2.0

/// Workspaces and filters, each with its exact error lines.
enum BadWorkspaceFiles {
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
                    + "visibility, name, model_id, endpoint_id",
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
