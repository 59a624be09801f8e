// SPDX-License-Identifier: Apache-2.0

extension ConfigurationReference {
    /// An example file; a test reads it.
    static let example = """
        poll:
          interval: 60s
          timeout: 10s
          stale_after: 5m
          requests_per_second: 20

        metrics:
          endpoint_details: problems

        prices:
          currency: CNY
          per_hour:
            - {unit: dpu, spec_code: fabric.sql.dcu.std, price: 0.35}
            - {unit: mu, price: 2.5}

        sources:
          - name: prod
            region: cn-north-4
            auth:
              token_file: /run/secrets/token
            workspaces:
              - id: e935d0ef-f4eb-4b95-aff1-9d33ae9f57a6
                name: analytics
                filter:
                  type: inference
                  visibility: ALL
              - id: 0c4f5a1e-3c0f-4a53-8c86-2f0f6f0f8f11
            tls:
              ca_file: ca.pem
              min_version: TLS12
            proxy_url: http://proxy:3128

        """

    static let introduction = """
        <!-- Generated from the schema in Sources/Config; see ConfigurationReferenceTests. -->

        # Configuration

        The configuration is one YAML file, set with `--config.file`. `check --config.file F` validates it and prints
        all errors, one per line:

        ```
        config.yaml:7:14: sources[0].auth.token_file: cannot read /run/secrets/token: no such file
        ```

        Each line has the file, line, column, the key's full path, what was found and what is allowed. The exporter does
        not start with an invalid file; a reload of one keeps the running configuration. Messages never contain secrets
        or the values of environment variables.

        ```yaml
        \(example)```

        [configuration.schema.json](configuration.schema.json) lets editors complete keys and mark errors. With the YAML
        language server, start the file with `# yaml-language-server: $schema=https://…/configuration.schema.json`, the
        address of your copy. The schema accepts every valid file; `check` finds more errors (duplicate names and
        prices, unreadable files, ranges of durations).

        Only `sources` is required. A source requires `auth`, `workspaces` or `discovery`, and either `region` or both
        `name` and `base_url`.

        Without a file, `--region`, `--workspace` (repeatable, `ID` or `ID=NAME`) and `--token-file` configure one
        source with all defaults; without `--token-file`, its `auth` is `environment: {}`.

        ## Value syntax

        - **Types** are strict. A number or boolean in place of text needs quotes (`user: "12345"`). `null`, or a key
          without a value, is an error; omit the key instead.
        - **Durations** are integers with units in descending order, each once: `500ms`, `10s`, `5m`, `1h30m`, `1d`. The
          units are `y`, `w`, `d`, `h`, `m`, `s` and `ms`. A number without a unit, such as `60`, is an error.
        - **Environment variables**: `${NAME}` anywhere in a text value is replaced by that variable; an unset variable
          is an error. `$$` is a dollar sign, and so is a `$` not followed by `{`. Variables are not allowed in numbers
          and booleans.
        - **Secrets**: each secret `x` has an alternative `x_file`, the path of a file with the secret. The file is
          reloaded when it changes; a trailing newline is dropped. Tokens and keys are visible ASCII characters. A
          missing or empty file does not prevent startup or a reload: polls of that source fail with reason
          `credentials` until the file has content. For `check` it is an error, or a warning with
          `--allow-missing-secrets`. A file that exists but cannot be read is always an error. Pipes are not checked.
        - **Paths** are relative to the configuration file's directory.
        - **URLs** start with `http://` or `https://` and have no query or fragment. Only `proxy_url` may contain a user
          and password.
        - **Regular expressions** match anywhere in a name unless they have anchors (`^prod-`). The syntax is Swift's,
          similar to Perl's and Python's; the maximum length is \(NamePattern.maximumLength) bytes.
        - **Anchors and aliases** (`&x`, `*x`) may expand to at most 1 MB in total and must not contain themselves.
          Merge keys (`<<`), tags (`!x`) and duplicate keys are errors.
        - **The file** must be UTF-8 and at most 1 MiB.

        """

    static let warnings = """
        ## Warnings

        Warnings are logged at every start and do not prevent startup:

        - a credential that is sent unencrypted (http) to another host;
        - workspaces that need more requests per minute than `poll.requests_per_second` allows;
        - an undocumented `filter.type`;
        - a secret file that is missing, empty or a pipe.

        """
}
