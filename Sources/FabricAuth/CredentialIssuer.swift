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
    /// What it comes from.
    var cause: CredentialFailure.Cause
    /// How long the service asked to be left alone.
    var retryAfter: Duration?
    /// The service's id of the request.
    var requestID: String?

    init(_ description: String, cause: CredentialFailure.Cause = .other, retryAfter: Duration? = nil) {
        self.description = description
        self.cause = cause
        self.retryAfter = retryAfter
    }

    /// A failure that may lock an account or a key if it is repeated.
    init(_ description: String, isRefusal: Bool) { self.init(description, cause: isRefusal ? .rejected : .other) }

    /// Whether asking again the same way is likely to be refused again, and may lock an account or a key.
    var isRefusal: Bool { cause == .rejected }

    /// The failure that a response other than the hoped-for one stands for.
    /// - Parameters:
    ///   - secrets: what must be struck out of what the service says.
    ///   - wallMicroseconds: this machine's clock when the response came.
    ///   - isSigned: whether the request was signed by that clock.
    ///   - address: the URL that was requested and the setting it comes from, which is to blame for a 404 or 405.
    init(
        _ response: HTTPResponse, from name: String, striking secrets: [Secret], wallMicroseconds: Int64,
        isSigned: Bool = false, address: (url: String, setting: String)? = nil
    ) {
        let said = JSONDocument.error(response.body)
        func cleaned(_ text: String, limit: Int) -> String {
            // Struck out first and cut then: half a secret would not be found.
            String(secrets.reduce(text) { $1.redacting($0) }.prefix(limit))
        }
        let code = said?.code.map { " \(cleaned($0, limit: 64))" } ?? ""
        let message = said?.message.map { ": \(cleaned($0, limit: 200))" } ?? ""
        var text = "\(name) answered HTTP \(response.status)\(code)\(message)"
        if isSigned, let skew = ClockSkew.sentence(response, wallMicroseconds: wallMicroseconds) {
            text = "\(skew); \(text)"
        }
        if Throttling.isThrottled(status: response.status, code: said?.code) {
            cause = .unavailable
        } else if response.status == 404 || response.status == 405, let address {
            cause = .address
            text += "; there is no such service at \(address.url): check \(address.setting)"
        } else {
            switch response.status {
            case 408, 500...: cause = .unavailable
            case 400..<500: cause = .rejected
            default: cause = .other
            }
        }
        description = text
        // Who rejects a credential is asked again when the lockout allows it, whatever pause the response names.
        retryAfter =
            cause == .rejected ? nil : RetryAfter.pause(in: response, wallMicroseconds: wallMicroseconds)
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
