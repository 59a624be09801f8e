// SPDX-License-Identifier: Apache-2.0

/// Authentication by token, each with its exact error lines.
enum BadTokenFiles {
    static let all: [BadFile] = [
        BadFile(
            "auth is required",
            Reading.sourceOf(
                """
                region: cn-north-4
                workspaces: [{id: w1}]
                """),
            [
                "config.yaml:2:3: sources[0].auth: required key is missing"
            ]
        ),
        BadFile(
            "auth is a mapping, and a misplaced token is not shown",
            Reading.sourceOf(
                """
                region: cn-north-4
                workspaces: [{id: w1}]
                auth: MIIsecretTOKEN
                """),
            [
                "config.yaml:4:9: sources[0].auth: must be a mapping, not a string"
            ]
        ),
        BadFile(
            "auth requires a method",
            Reading.sourceOf(
                """
                region: cn-north-4
                workspaces: [{id: w1}]
                auth: {}
                """),
            [
                "config.yaml:4:9: sources[0].auth: one of token, token_file, password, access_key, metadata or "
                    + "environment is required"
            ]
        ),
        BadFile(
            "auth has one method",
            Reading.authOf(
                """
                token: MIIsecretTOKEN
                metadata: {}
                """),
            [
                "config.yaml:5:5: sources[0].auth: only one of token and metadata is allowed"
            ]
        ),
        BadFile(
            "A secret and its file are mutually exclusive",
            Reading.authOf(
                """
                token: MIIsecretTOKEN
                token_file: /run/secrets/token
                """),
            [
                "config.yaml:5:5: sources[0].auth: only one of token and token_file is allowed"
            ]
        ),
        BadFile(
            "An unknown key of auth gets a suggestion",
            Reading.authOf("tokn: MIIsecretTOKEN"),
            [
                "config.yaml:5:5: sources[0].auth.tokn: unknown key; did you mean token?"
            ]
        ),
        BadFile(
            "An unknown key without a value is not shown, because it may be a secret",
            Reading.sourceOf(
                """
                region: cn-north-4
                workspaces: [{id: w1}]
                auth: {MIIsecretTOKEN}
                """),
            [
                "config.yaml:4:9: sources[0].auth: one of token, token_file, password, access_key, metadata or "
                    + "environment is required",
                "config.yaml:4:10: sources[0].auth: unknown key here; allowed keys: token, token_file, password, "
                    + "access_key, metadata, environment, assume_agency",
            ]
        ),
        BadFile(
            "A key and value without a space between them are not shown",
            Reading.sourceOf(
                """
                region: cn-north-4
                workspaces: [{id: w1}]
                auth: {token:MIIsecretTOKEN}
                """),
            [
                "config.yaml:4:9: sources[0].auth: one of token, token_file, password, access_key, metadata or "
                    + "environment is required",
                "config.yaml:4:10: sources[0].auth: unknown key here; allowed keys: token, token_file, password, "
                    + "access_key, metadata, environment, assume_agency",
            ]
        ),
        BadFile(
            "A token is a string",
            Reading.authOf("token: 12345678901"),
            [
                "config.yaml:5:12: sources[0].auth.token: must be a string, not a number; put it in quotes"
            ]
        ),
        BadFile(
            "A token is not a list",
            Reading.authOf("token: [MIIsecretTOKEN]"),
            [
                "config.yaml:5:12: sources[0].auth.token: must be a string, not a list"
            ]
        ),
        BadFile(
            "A token is not null",
            Reading.authOf("token:"),
            [
                "config.yaml:5:11: sources[0].auth.token: must be a string, not null"
            ]
        ),
        BadFile(
            "A token is not empty",
            Reading.authOf("token: ''"),
            [
                "config.yaml:5:12: sources[0].auth.token: must not be empty"
            ]
        ),
        BadFile(
            "A token from an empty variable is an error",
            Reading.authOf("token: ${EMPTY}"),
            [
                "config.yaml:5:12: sources[0].auth.token: must not be empty after its variables are expanded"
            ]
        ),
        BadFile(
            "A token from an unset variable is an error",
            Reading.authOf("token: ${FABRIC_TOKN}"),
            [
                "config.yaml:5:12: sources[0].auth.token: environment variable FABRIC_TOKN is not set"
            ]
        ),
        BadFile(
            "A variable must be closed",
            Reading.authOf("token: ${FABRIC_TOKEN"),
            [
                "config.yaml:5:12: sources[0].auth.token: \"${\" without \"}\"; write $${ for a literal ${"
            ]
        ),
        BadFile(
            "A variable name has letters, digits and underscores",
            Reading.authOf("token: x${1 MIIsecretTOKEN}"),
            [
                "config.yaml:5:12: sources[0].auth.token: a variable name in \"${…}\" must be letters, digits "
                    + "and underscores and must not start with a digit; write $${ for a literal ${"
            ]
        ),
        BadFile(
            "A token is visible ASCII without line breaks",
            Reading.authOf("token: ${LINES}"),
            [
                "config.yaml:5:12: sources[0].auth.token: must be visible ASCII characters without spaces or line "
                    + "breaks"
            ]
        ),
        BadFile(
            "A token file must exist",
            Reading.authOf("token_file: /run/secrets/none"),
            [
                "config.yaml:5:17: sources[0].auth.token_file: cannot read /run/secrets/none: no such file"
            ]
        ),
        BadFile(
            "A token file must be readable",
            Reading.authOf("token_file: /run/secrets/denied"),
            [
                "config.yaml:5:17: sources[0].auth.token_file: cannot read /run/secrets/denied: permission denied"
            ]
        ),
        BadFile(
            "A token file must not be empty",
            Reading.authOf("token_file: /run/secrets/empty"),
            [
                "config.yaml:5:17: sources[0].auth.token_file: /run/secrets/empty is empty"
            ]
        ),
        BadFile(
            "A token file with only a newline is empty",
            Reading.authOf("token_file: /run/secrets/newline"),
            [
                "config.yaml:5:17: sources[0].auth.token_file: /run/secrets/newline is empty"
            ]
        ),
        BadFile(
            "A token file has one line",
            Reading.authOf("token_file: /run/secrets/two"),
            [
                "config.yaml:5:17: sources[0].auth.token_file: the content of /run/secrets/two must be visible "
                    + "ASCII characters without spaces or line breaks"
            ]
        ),
        BadFile(
            "A token file has no spaces",
            Reading.authOf("token_file: /run/secrets/spaces"),
            [
                "config.yaml:5:17: sources[0].auth.token_file: the content of /run/secrets/spaces must be visible "
                    + "ASCII characters without spaces or line breaks"
            ]
        ),
        BadFile(
            "Paths in messages show variable names, not values",
            Reading.authOf("token_file: ${DIR}/none"),
            [
                "config.yaml:5:17: sources[0].auth.token_file: cannot read ${DIR}/none: no such file"
            ]
        ),
        BadFile(
            "A secret in place of a file name is not shown",
            Reading.authOf("token_file: " + String(repeating: "MIIsecretTOKEN", count: 5)),
            [
                "config.yaml:5:17: sources[0].auth.token_file: cannot read the named file: no such file"
            ]
        ),
        BadFile(
            "A file name that is too short for a token is shown",
            Reading.authOf("token_file: no-such-token"),
            [
                "config.yaml:5:17: sources[0].auth.token_file: cannot read no-such-token: no such file"
            ]
        ),
        BadFile(
            "A long token with slashes in place of a file name is not shown",
            Reading.authOf(
                """
                token_file: MII/secretTOKENxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
                """),
            [
                "config.yaml:5:17: sources[0].auth.token_file: cannot read the file: no such file"
            ]
        ),
    ]
}
