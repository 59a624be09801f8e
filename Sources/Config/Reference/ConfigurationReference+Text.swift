// SPDX-License-Identifier: Apache-2.0

extension ConfigurationReference {
    /// A whole file with keys that are supported; a test reads it.
    static let example = """
        poll:
          interval: 60s
          timeout: 10s
          stale_after: 5m
          requests_per_second: 20

        metrics:
          endpoint_details: problems

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
        <!-- Generated from the schema in Sources/Config; ConfigurationReferenceTests says how to generate it again. -->

        # Configuration

        The configuration is one YAML file, given with `--config.file`. `check --config.file F` reads it and prints every
        error, one a line:

        ```
        config.yaml:7:14: sources[0].auth.token_file: cannot read /run/secrets/token: no such file
        ```

        That is the file, the line, the column, the key's full path, what was found and what is allowed. Nothing starts on a
        file with an error; a reload of one keeps the running configuration. Values of secrets never appear in a message, nor
        do the values of environment variables.

        ```yaml
        \(example)```

        [configuration.schema.json](configuration.schema.json) lets editors complete keys and mark errors as you type. With
        the YAML language server, begin the file with
        `# yaml-language-server: $schema=https://…/configuration.schema.json`, the address of your copy. It refuses nothing
        that the program takes; `check` sees more (names that repeat, files that cannot be read, ranges of durations).

        Only `sources` is required, and in a source `auth` and `workspaces`, with `region` or else `name` and `base_url`.

        Without a file, `--region`, `--workspace` (repeatable, `ID` or `ID=NAME`) and `--token-file` make a configuration of
        one source with all defaults; without `--token-file` its `auth` is `environment: {}`.

        ## How values are written

        - **Types** are strict. A number or boolean where text is expected needs quotes (`user: "12345"`); `null`, or a key
          with nothing after it, is an error: leave the key out instead.
        - **Durations** are whole numbers with units, longest first, each once: `500ms`, `10s`, `5m`, `1h30m`, `1d`. The
          units are `y`, `w`, `d`, `h`, `m`, `s` and `ms`. A bare number such as `60` is an error.
        - **Environment variables**: `${NAME}` anywhere in a text value is replaced by that variable; one that is not set is
          an error. `$$` is a dollar sign, and so is a `$` before anything but `{`. Numbers and booleans take no variables.
        - **Secrets**: each secret `x` has a twin `x_file`, the path of a file that holds it. The file is read again when it
          changes; a newline at its end is dropped. Tokens and keys are visible ASCII characters. A file that is missing or
          empty at the start or a reload may come later: the polls of that source fail with reason `credentials` until it
          does. `check` refuses it, or warns with `--allow-missing-secrets`. A file that exists and cannot be read is an
          error everywhere. A pipe is not checked.
        - **Paths** that are relative begin at the configuration file's folder.
        - **URLs** begin with `http://` or `https://` and have no query and no fragment; a user and password are allowed in
          `proxy_url` alone.
        - **Regular expressions** match anywhere in a name unless they have anchors (`^prod-`). They are Swift's, close to
          Perl's and Python's, and have at most \(NamePattern.longest) bytes.
        - **Anchors and aliases** (`&x`, `*x`) may be used, within limits: they may expand to 1 MB in all, and not contain
          themselves. Merge keys (`<<`) and tags (`!x`) are errors, and so are keys given twice.
        - The file may have 1 MiB and must be UTF-8.

        """

    static let warnings = """
        ## Warnings

        These are logged at every start and keep nothing from running:

        - a credential that travels over plain http to another machine;
        - workspaces that ask for more requests a minute than `poll.requests_per_second` allows;
        - a `filter.type` the API's documentation does not name;
        - a secret file that is missing or empty, or a pipe.

        """
}
