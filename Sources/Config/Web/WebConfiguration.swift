// SPDX-License-Identifier: Apache-2.0
public import Base

/// The web server's file, in the format that Prometheus' own exporters share; checked, with the content of every file that
/// it names, so that certificate and key are of one moment.
public struct WebConfiguration: Sendable, Equatable {
    /// `tls_server_config`.
    public struct TLS: Sendable, Equatable {
        /// The certificate chain, PEM.
        public var certificate: [UInt8] = []
        /// Its key, PEM.
        public var key = Secret("")
        /// What is asked of clients.
        public var clientAuthentication = ClientAuthentication.none
        /// Authorities of clients' certificates, PEM; empty: the system's.
        public var clientAuthorities: [UInt8] = []
        /// Alternative names of which a client's certificate must carry one; empty: any will do.
        public var clientAllowedNames: [String] = []
        /// The oldest version spoken.
        public var minimumVersion = TLSVersion.tls12
        /// The newest version spoken.
        public var maximumVersion = TLSVersion.tls13
        /// Suites of TLS 1.2 by name; empty: the library's.
        public var cipherSuites: [String] = []
    }

    /// `tls_server_config`; nil: plain HTTP.
    public var tls: TLS?
    /// Headers of every response, by name.
    public var headers: [String: String] = [:]
    /// Users and the bcrypt hashes of their passwords; empty: anybody may ask.
    public var users: [String: Secret] = [:]
    /// Every file that was read, the web configuration itself first.
    public var files: [String] = []
}

extension WebConfiguration {
    private static let headerNames = [
        "Content-Security-Policy", "X-Frame-Options", "X-Content-Type-Options", "X-XSS-Protection",
        "Strict-Transport-Security",
    ]

    /// The keys are those of Prometheus' own exporters, with the same meaning. What they know and has no meaning here is
    /// refused by name rather than ignored.
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

    /// Reads the file at `path`; paths in it begin at its folder.
    /// - Parameter cipherSuites: the names that may be chosen.
    /// - Throws: every problem of the file, unreadable certificates and keys included.
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
        // An empty file asks for nothing.
        guard let root = document.root, !root.isNull else { return configuration }
        var walker = SchemaWalker(
            environment: [:], files: files, folder: ConfigurationReader.folder(of: path),
            // `$` stands in every bcrypt hash, and exporters fill nothing in here.
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
                "has no effect without a client_auth_type that asks for certificates")
        }
        if tls.minimumVersion.rawValue > tls.maximumVersion.rawValue {
            report(WebConfiguration.TLS.minimumKey, in: section, "is newer than max_version")
        }
    }
}
