// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Config
internal import HTTPClient
internal import HTTPServer
internal import Logging
import Synchronization
internal import WebServer

/// The web server's file in effect: TLS settings, users and response headers. The file and all that it names are read
/// again when one of them changes; connections keep what they began with.
///
/// A change takes effect when two looks in a row, a second apart, have found the same stamps, and only if they are still the same
/// after the reading: a file that is being written is not read by half.
final class WebAccess: Sendable {
    /// Reads and checks the file at a path.
    typealias Reader = @Sendable (_ path: String) throws(ConfigurationProblems) -> WebConfiguration

    private struct State: Sendable {
        var configuration: WebConfiguration
        var tls: ListenerTLS?
        var rules: AccessRules
        /// The files to look at: those that the last reading named.
        var files: [String]
        /// What the files looked like at the last look.
        var stamps: [FileStamp?] = []
        /// What the files looked like when ``configuration`` was read from them; nil if they may have been changing.
        var settled: [FileStamp?]?
        /// What was wrong at the last look, so that it is logged once.
        var complaint: String?
    }

    /// What a look at the files found.
    private enum Look: Sendable {
        /// The files are those that were read.
        case unchanged
        /// The files have changed since the last look, or while they were read.
        case changing(files: [String], stamps: [FileStamp?])
        case read(WebConfiguration, ListenerTLS?, stamps: [FileStamp?])
        case unusable(ExporterError)
    }

    private let path: String
    private let logger: Logger
    private let reader: Reader
    private let reads: LimitedRead
    /// One for all configurations, so that users whose hash does not change remain remembered.
    private let authentication: BasicAuthentication
    private let state: Mutex<State>

    /// Reads the file at `path`. May block.
    /// - Parameter limit: how long the files may take later, when one of them has changed.
    /// - Throws: ``ExporterError`` with everything that is wrong with it.
    init(
        path: String, logger: Logger, limit: Duration = BlockingWork.defaultTimeout,
        reader: @escaping Reader = { path throws(ConfigurationProblems) in
            try WebConfiguration.read(file: path, cipherSuites: ListenerTLS.knownCipherSuites)
        }
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
                "web configuration is empty: no TLS, and no password is needed", metadata: ["file": "\(path)"])
        }
    }

    /// The TLS settings; nil: plain HTTP.
    var tls: ListenerTLS? { state.withLock { $0.tls } }

    /// Users and response headers.
    var rules: AccessRules { state.withLock { $0.rules } }

    /// Reads everything again if a file has changed; to be called every second. What cannot be read, does not respond, or
    /// takes protection away leaves everything as it is, and is logged once.
    func refresh() async {
        let (path, reader) = (path, reader)
        let (files, stamps, settled) = state.withLock { ($0.files, $0.stamps, $0.settled) }
        let look: Look
        do throws(LimitedRead.Failure) {
            look = try await reads.run { Self.look(path, reader, files: files, stamps: stamps, settled: settled) }
        } catch {
            if case .canceled = error { return }
            return complain(error.description)
        }
        switch look {
        case .unchanged: noteUsable()
        case .changing(let files, let stamps):
            state.withLock { ($0.files, $0.stamps, $0.settled) = (files, stamps, nil) }
        case .read(let configuration, let tls, let stamps):
            let old = state.withLock { $0.configuration }
            if let loss = Self.loss(from: old, to: configuration) { return complain(loss) }
            if configuration != old { apply(configuration, tls) }
            state.withLock { $0.settled = stamps }
            noteUsable()
        case .unusable(let error): complain(error.description)
        }
    }

    /// Looks at the files, and reads them if they have not changed since the last look, but since the last reading.
    private static func look(
        _ path: String, _ reader: Reader, files: [String], stamps: [FileStamp?], settled: [FileStamp?]?
    ) -> Look {
        // Before the reading: what changes during it is seen afterward, or at the next look.
        let now = files.map(FileStamp.init(path:))
        if now == settled { return .unchanged }
        guard now == stamps else { return .changing(files: files, stamps: now) }
        let result = Result { () throws(ExporterError) in try read(path, reader) }
        // Files that were not known before have not been looked at twice.
        let readFiles = (try? result.get())?.configuration.files ?? files
        let after = readFiles.map(FileStamp.init(path:))
        guard readFiles == files, after == now else { return .changing(files: readFiles, stamps: after) }
        switch result {
        case .success(let read): return .read(read.configuration, read.tls, stamps: now)
        // Not settled, but read again at each look: a file that is named for the first time may come later.
        case .failure(let error): return .unusable(error)
        }
    }

    /// The protection that is there in `old` and missing in `new`. A file that was cut off looks the same as one from which it was
    /// removed on purpose.
    static func loss(from old: WebConfiguration, to new: WebConfiguration) -> String? {
        if old.tls == nil, new.tls != nil { return "TLS cannot be switched on without a restart" }
        let parts: [(name: String, isSet: (WebConfiguration) -> Bool)] = [
            ("tls_server_config", { $0.tls != nil }),
            ("basic_auth_users", { !$0.users.isEmpty }),
            ("client_auth_type", { $0.tls.map { $0.clientAuthentication != .none } ?? false }),
            ("client_ca_file", { $0.tls?.clientAuthorities.isEmpty == false }),
            ("client_allowed_sans", { $0.tls?.clientAllowedNames.isEmpty == false }),
        ]
        guard let lost = parts.first(where: { $0.isSet(old) && !$0.isSet(new) }) else { return nil }
        return "\(lost.name) was set and is empty or missing now; to remove it, restart the exporter"
    }

    private func apply(_ configuration: WebConfiguration, _ tls: ListenerTLS?) {
        authentication.update(users: configuration.users)
        let rules = Self.rules(configuration, authentication)
        state.withLock { state in
            (state.configuration, state.tls, state.rules) = (configuration, tls, rules)
            // The line below says that all is well again.
            state.complaint = nil
        }
        logger.notice("web configuration reloaded", metadata: ["file": "\(path)"])
    }

    private func noteUsable() {
        let wasUnusable = state.withLock { state in
            defer { state.complaint = nil }
            return state.complaint != nil
        }
        if wasUnusable { logger.notice("web configuration usable again", metadata: ["file": "\(path)"]) }
    }

    private func complain(_ error: String) {
        let isNews = state.withLock { state in
            defer { state.complaint = error }
            return state.complaint != error
        }
        guard isNews else { return }
        logger.error(
            "web configuration not reloaded; keeping the previous one",
            metadata: ["file": "\(path)", "error": "\(error)"])
    }

    private static func read(
        _ path: String, _ reader: Reader
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
