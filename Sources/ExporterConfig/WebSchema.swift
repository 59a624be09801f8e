// SPDX-License-Identifier: Apache-2.0

/// The keys of the web server's file: those of Prometheus' own exporters, with the same meaning.
enum WebSchema {
    /// Keys that other exporters know and that have no meaning here; each is refused by name rather than ignored.
    static let unsupported: Set<String> = [
        "rate_limit", "tls_server_config.cert", "tls_server_config.key", "tls_server_config.client_ca",
        "tls_server_config.curve_preferences", "tls_server_config.prefer_server_cipher_suites",
        "http_server_config.http2",
    ]

    private static let headerNames = [
        "Content-Security-Policy", "X-Frame-Options", "X-Content-Type-Options", "X-XSS-Protection",
        "Strict-Transport-Security",
    ]

    static func file(cipherSuites: [String]) -> SchemaSection {
        SchemaSection(
            summary: "The web server's file.",
            keys: [
                SchemaKey("tls_server_config", .section(tls(cipherSuites)), "TLS; without it plain HTTP."),
                SchemaKey("http_server_config", .section(http), "What every response carries."),
                SchemaKey("basic_auth_users", .passwords, "Users and the bcrypt hashes of their passwords."),
                SchemaKey("rate_limit", .anything, "Not supported."),
            ])
    }

    private static func tls(_ cipherSuites: [String]) -> SchemaSection {
        SchemaSection(
            summary: "TLS.",
            keys: [
                SchemaKey("cert_file", .file, required: true, "The certificate chain, PEM."),
                SchemaKey("key_file", .file, required: true, "Its key, PEM without a passphrase."),
                SchemaKey(
                    "client_auth_type",
                    .choice(
                        default: "NoClientCert", of: WebConfiguration.ClientAuthentication.allCases.map(\.rawValue)),
                    "What is asked of clients."),
                SchemaKey("client_ca_file", .file, "Authorities of clients' certificates, PEM."),
                SchemaKey("client_allowed_sans", .texts(of: nil), "Names that clients' certificates may carry."),
                SchemaKey("min_version", .choice(default: "TLS12", of: ["TLS12", "TLS13"]), "Oldest version."),
                SchemaKey("max_version", .choice(default: "TLS13", of: ["TLS12", "TLS13"]), "Newest version."),
                SchemaKey("cipher_suites", .texts(of: cipherSuites), "Suites of TLS 1.2."),
            ]
                + ["cert", "key", "client_ca", "curve_preferences", "prefer_server_cipher_suites"].map {
                    SchemaKey($0, .anything, "Not supported.")
                })
    }

    private static let http = SchemaSection(
        summary: "HTTP.",
        keys: [
            SchemaKey(
                "headers",
                .section(
                    SchemaSection(
                        summary: "Headers.",
                        keys: headerNames.map { SchemaKey($0, .secret(.visibleText), "A header's value.") })),
                "Headers of every response."),
            SchemaKey("http2", .anything, "Not supported."),
        ])
}
