// SPDX-License-Identifier: Apache-2.0
internal import Clocks
internal import FabricModel
internal import Secrets
import Synchronization
internal import Transport

/// Where credentials of one kind come from.
protocol CredentialIssuer: Sendable {
    /// Whether another credential may be had where one was refused, although no secret has changed.
    var canReplace: Bool { get }

    /// The configured secrets as they are now. Where they differ from those a credential was made of, another is made.
    func secrets() async throws(CredentialFailure) -> [Secret]

    /// Makes a credential of `secrets`.
    func issue(_ secrets: [Secret]) async throws(IssueFailure) -> IssuedCredential
}

/// A credential that has just been made.
struct IssuedCredential: Sendable {
    /// What authorises requests.
    enum Form: Sendable {
        case token(Secret)
        case key(AccessKey, projectID: String?)
    }

    var form: Form
    /// How long it lives; nil: until somebody ends it.
    var lifetime: Duration?
    /// Whether somebody was asked for it.
    var wasObtained = true

    /// The credential, under a new generation.
    func credential(clock: any ExporterClock) -> Credential {
        let generation = Generations.next()
        switch form {
        case .token(let token): return .token(token, generation: generation)
        case .key(let key, let projectID):
            let signer = RequestSigner(key: key, projectID: projectID)
            return Credential(generation: generation, secrets: key.secrets, isSigned: true) { request in
                signer.sign(&request, date: SignatureDate.text(clock.wallMicroseconds))
            }
        }
    }
}

/// Why no credential was made.
struct IssueFailure: Error {
    /// What is wrong, without any secret.
    var description: String
    /// Whether asking again the same way is likely to be refused again, and may lock an account or a key.
    var isRefusal: Bool
    /// How long the service asked to be left alone.
    var retryAfter: Duration?
    /// The service's id of the request.
    var requestID: String?

    init(_ description: String, isRefusal: Bool, retryAfter: Duration? = nil) {
        self.description = description
        self.isRefusal = isRefusal
        self.retryAfter = retryAfter
    }

    /// The failure that a response other than the hoped-for one stands for.
    /// - Parameters:
    ///   - secrets: what must be struck out of what the service says.
    ///   - wallMicroseconds: this machine's clock, where the request was signed by it.
    init(
        _ response: HTTPResponse, from name: String, striking secrets: [Secret], wallMicroseconds: Int64? = nil
    ) {
        let said = JSONDocument.error(response.body)
        func cleaned(_ text: String, limit: Int) -> String {
            // Struck out first and cut then: half a secret would not be found.
            String(secrets.reduce(text) { $1.redacting($0) }.prefix(limit))
        }
        let code = said?.code.map { " \(cleaned($0, limit: 64))" } ?? ""
        let message = said?.message.map { ": \(cleaned($0, limit: 200))" } ?? ""
        let skew =
            wallMicroseconds.flatMap { ClockSkew.sentence(response, wallMicroseconds: $0) }.map { $0 + "; " } ?? ""
        let isThrottled = response.status == 429 || said?.code == "IAM.0012" || said?.code == "APIG.0308"
        let pause = response.header("Retry-After").flatMap { Int($0) }.map { min(max($0, 1), 300) }
        self.init(
            "\(skew)\(name) answered HTTP \(response.status)\(code)\(message)",
            isRefusal: !isThrottled && (400..<500).contains(response.status) && response.status != 408,
            retryAfter: isThrottled ? pause.map { .seconds($0) } : nil)
        let id = response.header("X-Request-Id") ?? response.header("X-IAM-Trace-Id")
        requestID = id.map { cleaned($0, limit: 64) }
    }
}

/// Numbers for credentials that grow over all sources and reloads, so that a later credential is always told from an
/// earlier one.
enum Generations {
    private static let last = Atomic<UInt64>(0)

    static func next() -> UInt64 { last.wrappingAdd(1, ordering: .relaxed).newValue }
}

/// The date of a signature.
enum SignatureDate {
    /// `YYYYMMDDTHHMMSSZ`, UTC.
    static func text(_ microseconds: Int64) -> String {
        Timestamp(microseconds: microseconds).iso8601().filter { $0 != "-" && $0 != ":" }
    }
}
