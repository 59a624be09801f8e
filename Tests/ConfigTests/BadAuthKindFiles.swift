// SPDX-License-Identifier: Apache-2.0

/// Authentication methods other than a token, each with its exact error lines.
enum BadAuthKindFiles {
    static let all: [BadFile] = [
        BadFile(
            "password is checked",
            Reading.authOf(
                """
                password:
                  domian: acme
                  user: 7
                  password: hunter2hunter2
                  password_file: /run/secrets/none
                  project: a
                  project_id: b
                  iam_url: iam.example.com
                """),
            [
                "config.yaml:6:7: sources[0].auth.password.domian: unknown key; did you mean domain?",
                "config.yaml:6:7: sources[0].auth.password: only one of password and password_file is allowed",
                "config.yaml:6:7: sources[0].auth.password: only one of project and project_id is allowed",
                "config.yaml:7:13: sources[0].auth.password.user: must be a string, not a number; put it in quotes",
                "config.yaml:9:22: sources[0].auth.password.password_file: cannot read /run/secrets/none: no such "
                    + "file",
                "config.yaml:12:16: sources[0].auth.password.iam_url: must be a URL that starts with http:// or "
                    + "https://",
            ]
        ),
        BadFile(
            "access_key is checked",
            Reading.authOf(
                """
                access_key:
                  secret: 'sk 0123456789'
                  security_token: a
                  security_token_file: /run/secrets/token
                """),
            [
                "config.yaml:6:7: sources[0].auth.access_key.id: required key is missing",
                "config.yaml:6:7: sources[0].auth.access_key: only one of security_token and security_token_file "
                    + "is allowed",
                "config.yaml:6:15: sources[0].auth.access_key.secret: must be visible ASCII characters without "
                    + "spaces or line breaks",
            ]
        ),
        BadFile(
            "metadata is not null",
            Reading.authOf("metadata:"),
            [
                "config.yaml:5:14: sources[0].auth.metadata: must be a mapping, not null; write {} for an empty one"
            ]
        ),
        BadFile(
            "environment takes no keys",
            Reading.authOf("environment: {ak: x}"),
            [
                "config.yaml:5:19: sources[0].auth.environment.ak: unknown key; no keys are allowed here"
            ]
        ),
        BadFile(
            "assume_agency is checked",
            Reading.authOf(
                """
                token: MIIsecretTOKEN
                assume_agency: {duration: 14m, domain: a, domain_id: b}
                """),
            [
                "config.yaml:6:20: sources[0].auth.assume_agency.agency: required key is missing",
                "config.yaml:6:20: sources[0].auth.assume_agency: only one of domain and domain_id is allowed",
                "config.yaml:6:20: sources[0].auth.assume_agency: requires access_key or password",
                "config.yaml:6:31: sources[0].auth.assume_agency.duration: must be a duration from 15m to 1d, not "
                    + "14m",
            ]
        ),
        BadFile(
            "An agency's keys are valid for at most a day",
            Reading.authOf(
                """
                access_key: {id: AK, secret: sk-0123456789}
                assume_agency: {agency: m, domain: a, duration: 25h}
                """),
            [
                "config.yaml:6:53: sources[0].auth.assume_agency.duration: must be a duration from 15m to 1d, not "
                    + "25h"
            ]
        ),
        BadFile(
            "Without a region, iam_url and a project are required",
            Reading.sourceOf(
                """
                name: a
                base_url: https://fabric.example.com
                workspaces: [{id: w1}]
                auth:
                  password: {domain: acme, user: exporter, password: hunter2hunter2}
                """),
            [
                "config.yaml:6:15: sources[0].auth.password.iam_url: required if region is not set",
                "config.yaml:6:15: sources[0].auth.password: one of project or project_id is required if region "
                    + "is not set",
            ]
        ),
        BadFile(
            "Without a region, an access key's project is required",
            Reading.sourceOf(
                """
                name: a
                base_url: https://fabric.example.com
                workspaces: [{id: w1}]
                auth:
                  access_key: {id: AK, secret: sk-0123456789, iam_url: 'https://iam.example.com'}
                """),
            [
                "config.yaml:6:17: sources[0].auth.access_key.project_id: required if region is not set"
            ]
        ),
    ]
}
