// SPDX-License-Identifier: Apache-2.0
public import Secrets

/// The web server's file, in the format that Prometheus' own exporters share; checked, with the content of every file that
/// it names, so that certificate and key are of one moment.
public struct WebConfiguration: Sendable, Equatable {
    /// What is asked of clients, as `client_auth_type` spells it.
    public enum ClientAuthentication: String, Sendable, CaseIterable {
        case none = "NoClientCert"
        case request = "RequestClientCert"
        case requireAny = "RequireAnyClientCert"
        case verifyIfGiven = "VerifyClientCertIfGiven"
        case requireAndVerify = "RequireAndVerifyClientCert"
    }

    /// `tls_server_config`.
    public struct TLS: Sendable, Equatable {
        /// The certificate chain, PEM.
        public var certificate: [UInt8]
        /// Its key, PEM.
        public var key: Secret
        /// What is asked of clients.
        public var clientAuthentication: ClientAuthentication
        /// Authorities of clients' certificates, PEM; empty: the system's.
        public var clientAuthorities: [UInt8]
        /// Alternative names of which a client's certificate must carry one; empty: any will do.
        public var clientAllowedNames: [String]
        /// `TLS12` or `TLS13`.
        public var minimumVersion: TLSVersion
        /// `TLS12` or `TLS13`.
        public var maximumVersion: TLSVersion
        /// Suites of TLS 1.2 by name; empty: the library's.
        public var cipherSuites: [String]
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

/// Reads the web server's file.
public enum WebConfigurationReader {
    /// Reads the file at `path`; paths in it begin at its folder.
    /// - Parameter cipherSuites: the names that may be chosen.
    /// - Throws: every problem of the file, unreadable certificates and keys included.
    public static func read(
        file path: String, cipherSuites: [String]
    ) throws(ConfigurationProblems) -> WebConfiguration {
        try read(file: path, cipherSuites: cipherSuites, files: .system)
    }

    static func read(
        file path: String, cipherSuites: [String], files: FileAccess
    ) throws(ConfigurationProblems) -> WebConfiguration {
        var log = ProblemLog(file: path)
        let bytes: [UInt8]
        do throws(FileAccess.Failure) { bytes = try files.read(path, ConfigurationReader.fileLimit) } catch {
            log.report(nil, "", "cannot read the file: \(error.reason)")
            throw log.failure
        }
        let document = YAMLDocument(bytes)
        for problem in document.problems { log.report(problem.mark, "", problem.message) }
        guard log.isClean else { throw log.failure }
        var configuration = WebConfiguration(files: [path])
        // An empty file asks for nothing.
        guard let root = document.root, !root.isNull else { return configuration }
        var walker = SchemaWalker(
            environment: [:], files: files, folder: ConfigurationReader.folder(of: path),
            unsupported: WebSchema.unsupported,
            // `$` stands in every bcrypt hash, and exporters fill nothing in here.
            isInterpolating: false, log: log)
        let file = walker.section(root, WebSchema.file(cipherSuites: cipherSuites), at: SchemaWalker.Place())
        log = walker.log
        if let section = file?.section("tls_server_config") {
            configuration.tls = tls(section, &configuration.files, files, &log)
        }
        for (name, value) in file?.section("http_server_config")?.section("headers")?.values ?? [:] {
            if case .text(let text) = value.content { configuration.headers[name] = text }
        }
        configuration.users = (file?.pairs("basic_auth_users") ?? [:]).mapValues { Secret($0) }
        guard log.isClean else { throw log.failure }
        return configuration
    }

    private static func tls(
        _ section: CheckedSection, _ names: inout [String], _ files: FileAccess, _ log: inout ProblemLog
    ) -> WebConfiguration.TLS? {
        func content(_ key: String) -> [UInt8]? {
            guard let path = section.text(key) else { return nil }
            names.append(path)
            return try? files.read(path, SchemaWalker.certificatesLimit)
        }
        let (certificate, key, authorities) = (content("cert_file"), content("key_file"), content("client_ca_file"))
        let authentication =
            section.text("client_auth_type").flatMap(WebConfiguration.ClientAuthentication.init) ?? .none
        if authorities != nil, authentication == .none {
            log.report(
                section.mark(of: "client_ca_file"), section.path(of: "client_ca_file"),
                "has no effect without a client_auth_type that asks for certificates")
        }
        let (oldest, newest) = (section.text("min_version") ?? "TLS12", section.text("max_version") ?? "TLS13")
        if oldest > newest {
            log.report(section.mark(of: "min_version"), section.path(of: "min_version"), "is newer than max_version")
        }
        guard let certificate, let key else { return nil }
        return WebConfiguration.TLS(
            certificate: certificate, key: Secret(String(decoding: key, as: UTF8.self)),
            clientAuthentication: authentication, clientAuthorities: authorities ?? [],
            clientAllowedNames: section.texts("client_allowed_sans"),
            minimumVersion: oldest == "TLS13" ? .tls13 : .tls12, maximumVersion: newest == "TLS12" ? .tls12 : .tls13,
            cipherSuites: section.texts("cipher_suites"))
    }
}
