// SPDX-License-Identifier: Apache-2.0

extension Schema {
    static let source = SchemaSection(
        summary: "A source: an API, a credential for it and the workspaces to poll there.",
        keys: [
            SchemaKey(
                "name", .text(.any), fallback: "the region", "The source's name in labels and logs, unique in the file."
            ),
            SchemaKey(
                "region", .text(.region),
                "The region's code, such as `cn-north-4`. May be left out where `name` and `base_url` are given."
            ),
            SchemaKey(
                "base_url", .text(.url), fallback: "`https://fabric.{region}.myhuaweicloud.com`",
                "The API's address; slashes at its end are dropped."
            ),
            SchemaKey("auth", .section(auth), required: true, "How requests are authenticated."),
            SchemaKey("workspaces", .list(of: workspace), "The workspaces to poll, ids unique."),
            SchemaKey(
                "discovery", .section(discovery),
                "Finds workspaces through the API. One that `workspaces` names too keeps that name and filter."
            ),
            SchemaKey("tls", .section(tls), "How TLS connections are made."),
            SchemaKey(
                "proxy_url", .text(.proxyURL), fallback: "the environment's, as curl reads it",
                "The proxy to go through. It may hold a user and password."
            ),
        ],
        rules: [.atLeastOne(["workspaces", "discovery"])]
    )

    static let workspace = SchemaSection(
        summary: "A workspace to poll.",
        keys: [
            SchemaKey(
                "id", .text(.workspaceID), required: true, "The workspace's id: 1 to 36 letters, digits and hyphens."
            ),
            SchemaKey(
                "name", .text(.any), fallback: "the discovered name, else the id", "The workspace's name in labels."),
            SchemaKey("filter", .section(filter), "Which of the workspace's endpoints are listed."),
        ]
    )

    static let filter = SchemaSection(
        summary: "A filter, handed to the API as it is.",
        keys: [
            SchemaKey(
                "type", .text(.endpointType),
                "The endpoints' type. Documented are \(documentedTypes.map { "`\($0)`" }.joined(separator: ", ")); "
                    + "another word is warned about and sent."
            ),
            SchemaKey(
                "visibility", .choice(default: nil, of: ["PRIVATE", "PUBLIC", "ALL"]),
                fallback: "not sent: the caller's own", "Whose endpoints are listed."
            ),
            SchemaKey("name", .text(.any), "The endpoints' name."),
            SchemaKey("model_id", .text(.any), "The id of the model that is served."),
            SchemaKey("endpoint_id", .text(.any), "One endpoint's id."),
        ]
    )

    /// What the API's documentation names as an endpoint's type.
    static let documentedTypes = [
        "service", "ray", "inference", "job", "ray_service", "sql", "container_job", "notebook",
    ]

    static let discovery = SchemaSection(
        summary: "Lists the workspaces through the API, again every interval.",
        keys: [
            SchemaKey(
                "interval",
                .duration(default: DiscoverySettings().interval, in: .milliseconds(100)...Durations.longest),
                "How often workspaces are looked for."
            ),
            SchemaKey("name", .text(.any), "The API's fuzzy name filter."),
            SchemaKey(
                "enterprise_project_id", .text(.any), fallback: "`\(DiscoverySettings().enterpriseProjectID)`",
                "The enterprise project to look in."
            ),
            SchemaKey("include", .text(.pattern), "Regular expression on names: only workspaces it finds are kept."),
            SchemaKey("exclude", .text(.pattern), "Regular expression on names: workspaces it finds are dropped."),
            SchemaKey("filter", .section(filter), "Which endpoints of the discovered workspaces are listed."),
        ]
    )

    static let tls = SchemaSection(
        summary:
            "How TLS connections are made; the names are those of Prometheus' `tls_config`. Files are read again when they"
            + " change. While one cannot be read or is incomplete, its previous content stays in use.",
        keys: [
            SchemaKey(
                "ca_file", .file, fallback: "the system's", "Certificates of the authorities to trust, PEM."
            ),
            SchemaKey("cert_file", .file, "The client certificate, PEM."),
            SchemaKey("key_file", .file, "The client certificate's key, PEM."),
            SchemaKey(
                "server_name", .text(.hostName), fallback: "the address' host",
                "The name the server's certificate must have."
            ),
            SchemaKey(
                "min_version",
                .choice(default: TLSSettings().minVersion.rawValue, of: TLSVersion.allCases.map(\.rawValue)),
                "The lowest protocol version to speak."
            ),
            SchemaKey(
                "insecure_skip_verify", .boolean(default: TLSSettings().insecureSkipVerify),
                "Whether the server's certificate goes unchecked."
            ),
        ],
        rules: [.together(["cert_file", "key_file"])]
    )
}
