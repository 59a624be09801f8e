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
    private struct State {
        var tls: ListenerTLS?
        var rules: AccessRules
        var files: [String]
        var stamps: [FileStamp?]
        /// What was wrong at the last look, so that it is said once.
        var complaint: String?
    }

    private let path: String
    private let logger: Logger
    private let state: Mutex<State>

    /// Reads the file at `path`.
    /// - Throws: ``ExporterError`` with everything that is wrong with it.
    init(path: String, logger: Logger) throws(ExporterError) {
        self.path = path
        self.logger = logger
        state = Mutex(try Self.read(path))
    }

    /// What TLS is spoken by; nil: plain HTTP.
    var tls: ListenerTLS? { state.withLock { $0.tls } }

    /// Who may ask, and which headers go along.
    var rules: AccessRules { state.withLock { $0.rules } }

    /// Reads everything anew if a file has changed. What cannot be read leaves everything as it is, and is logged once.
    func refresh() {
        let (files, stamps) = state.withLock { ($0.files, $0.stamps) }
        let now = files.map(FileStamp.init(path:))
        if now == stamps { return }
        do throws(ExporterError) {
            let new = try Self.read(path)
            let hadTLS = state.withLock { $0.tls != nil }
            guard (new.tls != nil) == hadTLS else {
                throw ExporterError("TLS cannot be switched \(hadTLS ? "off" : "on") without a restart")
            }
            state.withLock { $0 = new }
            logger.notice("The web configuration has been read again.", metadata: ["file": "\(path)"])
        } catch {
            let isNews = state.withLock { state in
                state.stamps = now
                defer { state.complaint = error.description }
                return state.complaint != error.description
            }
            guard isNews else { return }
            logger.error(
                "The web configuration has changed and cannot be used; the one before stays.",
                metadata: ["error": "\(error.description)"])
        }
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
