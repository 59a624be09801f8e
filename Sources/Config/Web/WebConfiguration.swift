// SPDX-License-Identifier: Apache-2.0
public import Base

/// The validated web configuration file, in exporter-toolkit's format. It contains the content of the files it names,
/// so that certificate and key are read together.
public struct WebConfiguration: Sendable, Equatable {
    /// `tls_server_config`.
    public struct TLS: Sendable, Equatable {
        /// The certificate chain, PEM.
        public var certificate: [UInt8] = []
        /// The private key, PEM.
        public var key = Secret("")
        /// The client authentication policy.
        public var clientAuthentication = ClientAuthentication.none
        /// CA certificates for client certificates, PEM; empty for the system's.
        public var clientAuthorities: [UInt8] = []
        /// The allowed subject alternative names of client certificates; empty allows all.
        public var clientAllowedNames: [String] = []
        /// The minimum TLS version.
        public var minimumVersion = TLSVersion.tls12
        /// The maximum TLS version.
        public var maximumVersion = TLSVersion.tls13
        /// The names of TLS 1.2 cipher suites; empty for the library's default.
        public var cipherSuites: [String] = []
    }

    /// `tls_server_config`; nil for plain HTTP.
    public var tls: TLS?
    /// Headers of every response, by name.
    public var headers: [String: String] = [:]
    /// User names with the bcrypt hashes of their passwords; empty disables authentication.
    public var users: [String: Secret] = [:]
    /// All files that were read, the web configuration first.
    public var files: [String] = []
}

extension WebConfiguration {
    private static let headerNames = [
        "Content-Security-Policy", "X-Frame-Options", "X-Content-Type-Options", "X-XSS-Protection",
        "Strict-Transport-Security",
    ]

    /// The keys of exporter-toolkit, with the same meaning. Keys of exporter-toolkit that are not supported here are
    /// errors rather than ignored.
    private static func section(tls: Section<TLS>) -> Section<Self> {
        let headers = Section(
            "headers", of: [:], keys: headerNames.map { Key<[String: String]>($0, \.[$0], .headerValue) })
        let http = Section(
            "http_server_config", of: Self(),
            keys: [Key("headers", \.headers, .section(headers)), Key(unsupported: "http2")])
        return Section(
            "", of: Self(),
            keys: [
                Key(tls.title, \.tls, .section(tls)), Key(http.title, \.self, .section(http)),
                Key("basic_auth_users", \.users, .passwords), Key(unsupported: "rate_limit"),
            ])
    }

    /// Reads and validates the file at `path`. Relative paths are resolved against its directory.
    /// - Parameter cipherSuites: the names of the supported cipher suites.
    /// - Throws: all errors, including unreadable certificates and keys.
    public static func read(file path: String, cipherSuites: [String]) throws(ConfigurationProblems) -> Self {
        try read(file: path, cipherSuites: cipherSuites, files: .system)
    }

    static func read(
        file path: String, cipherSuites: [String], files: FileAccess
    ) throws(ConfigurationProblems) -> Self {
        var log = ProblemLog(file: path)
        let bytes: [UInt8]
        do throws(FileAccess.Failure) { bytes = try files.read(path, ConfigurationReader.fileLimit) } catch {
            log.report(nil, "", "cannot read the file: \(error.reason)")
            throw log.failure
        }
        let document = YAMLDocument(bytes)
        for problem in document.problems { log.report(problem.mark, "", problem.message) }
        guard log.isClean else { throw log.failure }
        var configuration = Self(files: [path])
        // An empty file is valid: no TLS, no users.
        guard let root = document.root, !root.isNull else { return configuration }
        var walker = SchemaWalker(
            environment: [:], files: files, folder: ConfigurationReader.folder(of: path),
            // Bcrypt hashes contain `$`, and exporter-toolkit doesn't expand variables.
            isInterpolating: false, log: log)
        let tls = TLS.section(cipherSuites: cipherSuites)
        configuration = walker.section(root, section(tls: tls), "", into: configuration) ?? configuration
        if let settings = configuration.tls { walker.check(settings, at: tls.title) }
        configuration.files += walker.namedFiles
        guard walker.log.isClean else { throw walker.log.failure }
        return configuration
    }
}

extension WebConfiguration.TLS {
    fileprivate static let authoritiesKey = Key<Self>("client_ca_file", \.clientAuthorities, .content)
    fileprivate static let minimumKey = Key<Self>(
        "min_version", \.minimumVersion, .choice(of: TLSVersion.allCases) { $0.rawValue })

    fileprivate static func section(cipherSuites: [String]) -> Section<Self> {
        Section(
            "tls_server_config", of: Self(),
            keys: [
                Key("cert_file", \.certificate, .content, required: true),
                Key(
                    "key_file", \.key, Kind.content.map { Secret(String(decoding: $0, as: UTF8.self)) }, required: true),
                Key(
                    "client_auth_type", \.clientAuthentication,
                    .choice(of: ClientAuthentication.allCases) { $0.rawValue }),
                authoritiesKey, Key("client_allowed_sans", \.clientAllowedNames, .texts()), minimumKey,
                Key("max_version", \.maximumVersion, .choice(of: TLSVersion.allCases) { $0.rawValue }),
                Key("cipher_suites", \.cipherSuites, .texts(of: cipherSuites)),
            ]
                + ["cert", "key", "client_ca", "curve_preferences", "prefer_server_cipher_suites"]
                .map { Key(unsupported: $0) })
    }
}

extension SchemaWalker {
    fileprivate mutating func check(_ tls: WebConfiguration.TLS, at section: String) {
        if !tls.clientAuthorities.isEmpty, tls.clientAuthentication == .none {
            report(
                WebConfiguration.TLS.authoritiesKey, in: section,
                "requires a client_auth_type that requests client certificates")
        }
        if tls.minimumVersion.rawValue > tls.maximumVersion.rawValue {
            report(
                WebConfiguration.TLS.minimumKey, in: section,
                "must not be newer than max_version (\(tls.maximumVersion.rawValue)), is \(tls.minimumVersion.rawValue)"
            )
        }
    }
}
