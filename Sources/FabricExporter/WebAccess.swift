// SPDX-License-Identifier: Apache-2.0
internal import ExporterConfig
internal import Files
internal import HTTPListener
internal import Logging
internal import MetricsServer
internal import Secrets
import Synchronization

/// The web server's file in force: what TLS is spoken by, who may ask, which headers go along. The file and all that it
/// names are read again when one of them changes; connections keep what they began with.
final class WebAccess: Sendable {
    private struct State: Sendable {
        var tls: ListenerTLS?
        var rules: AccessRules
        var files: [String]
        var stamps: [FileStamp?]
        /// What was wrong at the last look, so that it is said once.
        var complaint: String?
        /// Whether the last look ended because a file did not respond.
        var isUnresponsive = false
    }

    /// What a look at the files found.
    private enum Look: Sendable {
        case unchanged
        /// With the stamps of the files that were known.
        case changed(State, stamps: [FileStamp?])
        case unusable(ExporterError, stamps: [FileStamp?])
    }

    private let path: String
    private let logger: Logger
    private let reads: LimitedRead
    private let state: Mutex<State>

    /// Reads the file at `path`. May block.
    /// - Parameter limit: how long the files may take later, when one of them has changed.
    /// - Throws: ``ExporterError`` with everything that is wrong with it.
    init(path: String, logger: Logger, limit: Duration = BlockingWork.usualLimit) throws(ExporterError) {
        self.path = path
        self.logger = logger
        reads = LimitedRead(label: "web-config", limit: limit)
        state = Mutex(try Self.read(path))
    }

    /// What TLS is spoken by; nil: plain HTTP.
    var tls: ListenerTLS? { state.withLock { $0.tls } }

    /// Who may ask, and which headers go along.
    var rules: AccessRules { state.withLock { $0.rules } }

    /// Reads everything again if a file has changed. What cannot be read, or does not respond, leaves everything as it is,
    /// and is logged once.
    func refresh() async {
        let path = path
        let (files, stamps) = state.withLock { ($0.files, $0.stamps) }
        let look: Look
        do throws(LimitedRead.Failure) {
            look = try await reads.run { Self.look(path, files: files, stamps: stamps) }
        } catch {
            if case .canceled = error { return }
            state.withLock { $0.isUnresponsive = true }
            return complain("The web configuration cannot be read; the one before stays.", error.description)
        }
        switch look {
        case .unchanged: noteUnchanged()
        case .changed(let new, _) where (new.tls == nil) == (tls == nil):
            state.withLock { $0 = new }
            logger.notice("The web configuration has been read again.", metadata: ["file": "\(path)"])
        case .changed(let new, let stamps):
            noteUnusable(
                ExporterError("TLS cannot be switched \(new.tls == nil ? "off" : "on") without a restart"),
                stamps: stamps)
        case .unusable(let error, let stamps): noteUnusable(error, stamps: stamps)
        }
    }

    private static func look(_ path: String, files: [String], stamps: [FileStamp?]) -> Look {
        let now = files.map(FileStamp.init(path:))
        if now == stamps { return .unchanged }
        do throws(ExporterError) { return .changed(try read(path), stamps: now) } catch {
            return .unusable(error, stamps: now)
        }
    }

    private func noteUnchanged() {
        let responds = state.withLock { state in
            guard state.isUnresponsive else { return false }
            (state.isUnresponsive, state.complaint) = (false, nil)
            return true
        }
        if responds { logger.notice("The web configuration can be read again.", metadata: ["file": "\(path)"]) }
    }

    private func noteUnusable(_ error: ExporterError, stamps: [FileStamp?]) {
        state.withLock { ($0.stamps, $0.isUnresponsive) = (stamps, false) }
        complain("The web configuration has changed and cannot be used; the one before stays.", error.description)
    }

    private func complain(_ message: Logger.Message, _ error: String) {
        let isNews = state.withLock { state in
            defer { state.complaint = error }
            return state.complaint != error
        }
        if isNews { logger.error(message, metadata: ["file": "\(path)", "error": "\(error)"]) }
    }

    private static func read(_ path: String) throws(ExporterError) -> State {
        let configuration: WebConfiguration
        do throws(ConfigurationProblems) {
            configuration = try WebConfigurationReader.read(file: path, cipherSuites: ListenerTLS.knownCipherSuites)
        } catch { throw ExporterError(error.description) }
        var tls: ListenerTLS?
        if let settings = configuration.tls {
            do throws(ListenerTLS.Failure) { tls = try ListenerTLS(ListenerTLS.Settings(settings)) } catch {
                throw ExporterError("\(path): tls_server_config: \(error.description)")
            }
        }
        let headers = configuration.headers.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
        let users = configuration.users
        return State(
            tls: tls,
            rules: AccessRules(
                headers: headers, authentication: users.isEmpty ? nil : BasicAuthentication(users: users)),
            files: configuration.files, stamps: configuration.files.map(FileStamp.init(path:)))
    }
}

extension ListenerTLS.Settings {
    fileprivate init(_ tls: WebConfiguration.TLS) {
        let authentication: ListenerTLS.ClientAuthentication =
            switch tls.clientAuthentication {
            case .none: .none
            case .request: .request
            case .requireAny: .requireAny
            case .verifyIfGiven: .verifyIfGiven
            case .requireAndVerify: .requireAndVerify
            }
        self.init(
            certificateChain: tls.certificate, privateKey: tls.key.withExposedValue { Array($0.utf8) },
            clientAuthentication: authentication, clientAuthorities: tls.clientAuthorities,
            allowedClientNames: tls.clientAllowedNames, minimumVersion: tls.minimumVersion == .tls13 ? .tls13 : .tls12,
            maximumVersion: tls.maximumVersion == .tls12 ? .tls12 : .tls13, cipherSuites: tls.cipherSuites)
    }
}
