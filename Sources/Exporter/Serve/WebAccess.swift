// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Config
internal import HTTPClient
internal import HTTPServer
internal import Logging
import Synchronization
internal import WebServer

/// The current web configuration: TLS settings, users and response headers. It is reloaded when the file, or a file
/// that it names, changes. Existing connections keep their settings.
///
/// A change takes effect when two consecutive checks, a second apart, find the same file stamps, and the stamps are
/// still the same after reading, so that a file that is being written is not used.
final class WebAccess: Sendable {
    /// Reads and validates the file at a path.
    typealias Reader = @Sendable (_ path: String) throws(ConfigurationProblems) -> WebConfiguration

    private struct State: Sendable {
        var configuration: WebConfiguration
        var tls: ListenerTLS?
        var rules: AccessRules
        /// The files to check: those named by the last reading.
        var files: [String]
        /// The stamps of the files at the last check.
        var stamps: [FileStamp?] = []
        /// The stamps of the files when ``configuration`` was read; nil if the files may have been changing.
        var settled: [FileStamp?]?
        /// The error of the last check, so that it is logged once.
        var lastError: String?
    }

    /// The result of a check of the files.
    private enum CheckResult: Sendable {
        /// The files are unchanged since they were read.
        case unchanged
        /// The files have changed since the last check or while they were read.
        case changing(files: [String], stamps: [FileStamp?])
        case read(WebConfiguration, ListenerTLS?, stamps: [FileStamp?])
        case invalid(ExporterError)
    }

    /// Reads a file of the system.
    static let standardReader: Reader = { path throws(ConfigurationProblems) in
        try WebConfiguration.read(file: path, cipherSuites: ListenerTLS.knownCipherSuites)
    }

    private let path: String
    private let logger: Logger
    private let reader: Reader
    private let reads: LimitedRead
    /// Shared by all configurations, so that verified users with an unchanged hash stay cached.
    private let authentication: BasicAuthentication
    private let state: Mutex<State>

    /// Reads the file at `path`. May block.
    /// - Parameter limit: the timeout of later reloads.
    /// - Throws: ``ExporterError`` with all errors.
    init(
        path: String, logger: Logger, limit: Duration = BlockingWork.defaultTimeout,
        reader: @escaping Reader = standardReader
    ) throws(ExporterError) {
        self.path = path
        self.logger = logger
        self.reader = reader
        reads = LimitedRead(label: "web-config", limit: limit)
        let (configuration, tls) = try Self.read(path, reader)
        let authentication = BasicAuthentication(users: configuration.users)
        self.authentication = authentication
        state = Mutex(
            State(
                configuration: configuration, tls: tls, rules: Self.rules(configuration, authentication),
                files: configuration.files))
        if configuration.tls == nil, configuration.users.isEmpty, configuration.headers.isEmpty {
            logger.warning(
                "web configuration is empty; serving without tls and authentication", metadata: ["file": "\(path)"])
        }
    }

    /// The TLS settings; nil for plain HTTP.
    var tls: ListenerTLS? { state.withLock { $0.tls } }

    /// Users and response headers.
    var rules: AccessRules { state.withLock { $0.rules } }

    /// Reloads if a file has changed. Called every second. If a file is invalid, does not respond or removes
    /// protection, the current configuration stays and the error is logged once.
    func refresh() async {
        let (path, reader) = (path, reader)
        let (files, stamps, settled) = state.withLock { ($0.files, $0.stamps, $0.settled) }
        let result: CheckResult
        do throws(LimitedRead.Failure) {
            result = try await reads.run { Self.check(path, reader, files: files, stamps: stamps, settled: settled) }
        } catch {
            if case .canceled = error { return }
            return reportError(error.description)
        }
        switch result {
        case .unchanged: noteValid()
        case .changing(let files, let stamps):
            state.withLock { ($0.files, $0.stamps, $0.settled) = (files, stamps, nil) }
        case .read(let configuration, let tls, let stamps):
            let old = state.withLock { $0.configuration }
            if let loss = Self.loss(from: old, to: configuration) { return reportError(loss) }
            if configuration != old { apply(configuration, tls) }
            state.withLock { $0.settled = stamps }
            noteValid()
        case .invalid(let error): reportError(error.description)
        }
    }

    /// Checks the files, and reads them if they have changed since the last reading but not since the last check.
    private static func check(
        _ path: String, _ reader: Reader, files: [String], stamps: [FileStamp?], settled: [FileStamp?]?
    ) -> CheckResult {
        // Taken before reading, so that changes during it are detected afterward or at the next check.
        let now = files.map(FileStamp.init(path:))
        if now == settled { return .unchanged }
        guard now == stamps else { return .changing(files: files, stamps: now) }
        let result = Result { () throws(ExporterError) in try read(path, reader) }
        // Newly named files have not been checked twice yet.
        let readFiles = (try? result.get())?.configuration.files ?? files
        let after = readFiles.map(FileStamp.init(path:))
        guard readFiles == files, after == now else { return .changing(files: readFiles, stamps: after) }
        switch result {
        case .success(let read): return .read(read.configuration, read.tls, stamps: now)
        // Not settled, but read again at each check: a newly named file may be created later.
        case .failure(let error): return .invalid(error)
        }
    }

    /// Returns an error if `new` removes protection that `old` has; nil if it doesn't. A truncated file looks the same
    /// as one from which protection was removed on purpose.
    static func loss(from old: WebConfiguration, to new: WebConfiguration) -> String? {
        if old.tls == nil, new.tls != nil { return "TLS cannot be enabled without a restart" }
        let parts: [(name: String, isSet: (WebConfiguration) -> Bool)] = [
            ("tls_server_config", { $0.tls != nil }),
            ("basic_auth_users", { !$0.users.isEmpty }),
            ("client_auth_type", { $0.tls.map { $0.clientAuthentication != .none } ?? false }),
            ("client_ca_file", { $0.tls?.clientAuthorities.isEmpty == false }),
            ("client_allowed_sans", { $0.tls?.clientAllowedNames.isEmpty == false }),
        ]
        guard let lost = parts.first(where: { $0.isSet(old) && !$0.isSet(new) }) else { return nil }
        return "\(lost.name) was removed or is empty; restart the exporter if that is intended"
    }

    private func apply(_ configuration: WebConfiguration, _ tls: ListenerTLS?) {
        authentication.update(users: configuration.users)
        let rules = Self.rules(configuration, authentication)
        state.withLock { state in
            (state.configuration, state.tls, state.rules) = (configuration, tls, rules)
            // The line below reports the recovery.
            state.lastError = nil
        }
        logger.notice("web configuration reloaded", metadata: ["file": "\(path)"])
    }

    private func noteValid() {
        let wasInvalid = state.withLock { state in
            defer { state.lastError = nil }
            return state.lastError != nil
        }
        if wasInvalid { logger.notice("web configuration valid again", metadata: ["file": "\(path)"]) }
    }

    private func reportError(_ error: String) {
        let isNew = state.withLock { state in
            defer { state.lastError = error }
            return state.lastError != error
        }
        guard isNew else { return }
        logger.error(
            "web configuration reload failed; keeping the current configuration",
            metadata: ["file": "\(path)", "error": "\(error)"])
    }

    /// Reads and validates the file at `path`, and the certificates and keys that it names. May block.
    static func read(
        _ path: String, _ reader: Reader = standardReader
    ) throws(ExporterError) -> (configuration: WebConfiguration, tls: ListenerTLS?) {
        let configuration: WebConfiguration
        do throws(ConfigurationProblems) { configuration = try reader(path) } catch {
            throw ExporterError(error.description)
        }
        guard let settings = configuration.tls else { return (configuration, nil) }
        do throws(ListenerTLS.Failure) {
            let tls = try ListenerTLS(
                certificateChain: settings.certificate, privateKey: settings.key.withExposedValue { Array($0.utf8) },
                clientAuthentication: settings.clientAuthentication, clientAuthorities: settings.clientAuthorities,
                allowedClientNames: settings.clientAllowedNames, minimumVersion: settings.minimumVersion,
                maximumVersion: settings.maximumVersion, cipherSuites: settings.cipherSuites)
            return (configuration, tls)
        } catch {
            throw ExporterError("\(path): tls_server_config: \(error.description)")
        }
    }

    private static func rules(_ configuration: WebConfiguration, _ authentication: BasicAuthentication) -> AccessRules {
        AccessRules(
            headers: configuration.headers.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) },
            authentication: configuration.users.isEmpty ? nil : authentication)
    }
}
