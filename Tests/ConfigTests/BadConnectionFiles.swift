// SPDX-License-Identifier: Apache-2.0

/// URLs, TLS and discovery, each with its exact error lines.
enum BadConnectionFiles {
    static let all: [BadFile] = [
        BadFile(
            "A URL is http or https",
            Reading.sourceWith("base_url: ftp://fabric.example.com"),
            [
                "config.yaml:5:13: sources[0].base_url: must be a URL that starts with http:// or https://"
            ]
        ),
        BadFile(
            "A URL has a host",
            Reading.sourceWith(
                """
                base_url: https:///v1
                proxy_url: http://:3128
                """),
            [
                "config.yaml:5:13: sources[0].base_url: the URL must have a host after \"://\"",
                "config.yaml:6:14: sources[0].proxy_url: the URL must have a host after \"://\"",
            ]
        ),
        BadFile(
            "A URL's port is from 1 to 65535",
            Reading.sourceWith(
                """
                base_url: https://fabric.example.com:99999
                proxy_url: http://proxy:0
                """),
            [
                "config.yaml:5:13: sources[0].base_url: the URL's port must be a number from 1 to 65535",
                "config.yaml:6:14: sources[0].proxy_url: the URL's port must be a number from 1 to 65535",
            ]
        ),
        BadFile(
            "A base_url has no password, and neither has the message",
            Reading.sourceWith("base_url: https://user:hunter2hunter2@fabric.example.com"),
            [
                "config.yaml:5:13: sources[0].base_url: the URL must not contain a user or password"
            ]
        ),
        BadFile(
            "A URL has no query or fragment",
            Reading.sourceWith(
                """
                base_url: https://fabric.example.com/?x=1
                proxy_url: 'http://proxy:3128#f'
                """),
            [
                "config.yaml:5:13: sources[0].base_url: the URL must not have a query (?) or fragment (#)",
                "config.yaml:6:14: sources[0].proxy_url: the URL must not have a query (?) or fragment (#)",
            ]
        ),
        BadFile(
            "A URL is visible ASCII",
            Reading.sourceWith(
                """
                base_url: 'https://fabric.example.com/a b'
                proxy_url: https://pröxy
                """),
            [
                "config.yaml:5:13: sources[0].base_url: the URL must be visible ASCII characters without spaces",
                "config.yaml:6:14: sources[0].proxy_url: the URL must be visible ASCII characters without spaces",
            ]
        ),
        BadFile(
            "A proxy_url requires a scheme",
            Reading.sourceWith("proxy_url: proxy:3128"),
            [
                "config.yaml:5:14: sources[0].proxy_url: must be a URL that starts with http:// or https://"
            ]
        ),
        BadFile(
            "TLS files must be readable and not empty",
            Reading.sourceWith(
                """
                tls:
                  ca_file: /run/secrets/none
                  cert_file: /run/secrets/empty
                  key_file: /run/secrets/denied
                """),
            [
                "config.yaml:6:14: sources[0].tls.ca_file: cannot read /run/secrets/none: no such file",
                "config.yaml:7:16: sources[0].tls.cert_file: /run/secrets/empty is empty",
                "config.yaml:8:15: sources[0].tls.key_file: cannot read /run/secrets/denied: permission denied",
            ]
        ),
        BadFile(
            "A certificate requires its key",
            Reading.sourceWith("tls: {cert_file: /etc/fabric/cert.pem}"),
            [
                "config.yaml:5:8: sources[0].tls: cert_file and key_file must be set together; key_file is missing"
            ]
        ),
        BadFile(
            "A key requires its certificate",
            Reading.sourceWith("tls: {key_file: /etc/fabric/key.pem}"),
            [
                "config.yaml:5:8: sources[0].tls: cert_file and key_file must be set together; cert_file is missing"
            ]
        ),
        BadFile(
            "An unknown key of tls gets a suggestion",
            Reading.sourceWith("tls: {insecure_skip_verfy: true, ca: x}"),
            [
                "config.yaml:5:9: sources[0].tls.insecure_skip_verfy: unknown key; did you mean "
                    + "insecure_skip_verify?",
                "config.yaml:5:36: sources[0].tls.ca: unknown key; allowed keys: ca_file, cert_file, key_file, "
                    + "server_name, min_version, insecure_skip_verify",
            ]
        ),
        BadFile(
            "TLS values have their types",
            Reading.sourceWith("tls: {min_version: TLS11, insecure_skip_verify: yes, server_name: 'a/b'}"),
            [
                "config.yaml:5:22: sources[0].tls.min_version: must be one of TLS12, TLS13, not \"TLS11\"",
                "config.yaml:5:51: sources[0].tls.insecure_skip_verify: must be true or false, not the string "
                    + "\"yes\"",
                "config.yaml:5:69: sources[0].tls.server_name: must be a host name, not \"a/b\"",
            ]
        ),
        BadFile(
            "TLS versions are written as in Prometheus",
            Reading.sourceWith("tls: {min_version: tls12}"),
            [
                "config.yaml:5:22: sources[0].tls.min_version: must be one of TLS12, TLS13, not \"tls12\"; did "
                    + "you mean TLS12?"
            ]
        ),
        BadFile(
            "Every key of discovery is checked",
            Reading.sourceWith(
                """
                discovery:
                  interval: 5
                  include: 'a('
                  exclude: '[z-a]'
                  filtre: {}
                  enterprise_project_id: ''
                  filter: {visibility: NONE}
                """),
            [
                "config.yaml:6:15: sources[0].discovery.interval: must be a duration with a unit, not 5; write 5s "
                    + "for seconds",
                "config.yaml:7:14: sources[0].discovery.include: invalid regular expression \"a(\": expected ')'",
                "config.yaml:8:14: sources[0].discovery.exclude: invalid regular expression \"[z-a]\": character 'z' "
                    + "must compare less than or equal to 'a'",
                "config.yaml:9:5: sources[0].discovery.filtre: unknown key; did you mean filter?",
                "config.yaml:10:28: sources[0].discovery.enterprise_project_id: must not be empty",
                "config.yaml:11:26: sources[0].discovery.filter.visibility: must be one of PRIVATE, PUBLIC, ALL, "
                    + "not \"NONE\"",
            ]
        ),
        BadFile(
            "A variable in a URL must be set and closed",
            Reading.sourceWith(
                """
                base_url: https://${HOST}/x
                proxy_url: '${'
                """),
            [
                "config.yaml:5:13: sources[0].base_url: environment variable HOST is not set",
                "config.yaml:6:14: sources[0].proxy_url: \"${\" without \"}\"; write $${ for a literal ${",
            ]
        ),
    ]
}
