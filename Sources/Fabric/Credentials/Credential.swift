// SPDX-License-Identifier: Apache-2.0
internal import Base
public import HTTPClient
import Synchronization

/// What makes one request an authorised one.
public struct Credential: Sendable {
    /// Tells one credential of a provider from the next, so that a refusal is held against the one that was refused.
    public let generation: UInt64
    /// Whether requests are signed, so that a wrong clock makes them fail.
    public let isSigned: Bool
    private let authorization: @Sendable (inout HTTPRequest) -> Void

    /// A credential that authorises requests by `authorization`.
    public init(
        generation: UInt64,
        isSigned: Bool = false,
        authorization: @escaping @Sendable (inout HTTPRequest) -> Void
    ) {
        self.generation = generation
        self.isSigned = isSigned
        self.authorization = authorization
    }

    /// Adds to `request` the headers that authorise it.
    public func authorize(_ request: inout HTTPRequest) { authorization(&request) }

    /// A credential of `token`, under a new generation.
    static func token(_ token: Secret) -> Credential {
        Credential(generation: nextGeneration()) { request in
            token.withExposedValue { request.headers.append(HTTPHeader("X-Auth-Token", $0)) }
        }
    }

    /// A credential that signs requests with `key`, each at its moment.
    static func key(_ key: AccessKey, projectID: String?, clock: any ExporterClock) -> Credential {
        let signer = RequestSigner(key: key, projectID: projectID)
        return Credential(generation: nextGeneration(), isSigned: true) { request in
            let date = Timestamp(microseconds: clock.wallMicroseconds).iso8601()
            signer.sign(&request, date: date.filter { $0 != "-" && $0 != ":" })
        }
    }

    private static let lastGeneration = Atomic<UInt64>(0)

    /// Grows over all sources and reloads, so that a later credential is always told from an earlier one.
    private static func nextGeneration() -> UInt64 { lastGeneration.wrappingAdd(1, ordering: .relaxed).newValue }
}

/// Why there is no credential.
public struct CredentialFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, without any secret.
    public let description: String
    /// The service's id of the request that was refused, for support cases.
    public let requestID: String?
    /// What kind of failure it is, for advice.
    public let cause: Cause
    /// How long the service asked to be left alone.
    let retryAfter: Duration?

    /// What a failure to obtain a credential comes from.
    public enum Cause: Sendable, Equatable {
        /// A secret's file is missing, empty or unreadable.
        case secretFile
        /// The service rejected what was sent; sending it again may lock an account or a key.
        case rejected
        /// The service knows no such path, so its address is wrong.
        case address
        /// The credential had expired when it arrived, or was about to.
        case expired
        /// The service throttles, or is in trouble: it has judged nothing.
        case unavailable
        /// Anything else, such as no response.
        case other
    }

    /// A failure told by `description`.
    public init(_ description: String, requestID: String? = nil, cause: Cause = .other) {
        self.init(description, requestID: requestID, cause: cause, retryAfter: nil)
    }

    init(_ description: String, requestID: String?, cause: Cause, retryAfter: Duration?) {
        self.description = description
        self.requestID = requestID
        self.cause = cause
        self.retryAfter = retryAfter
    }
}

/// Where a source's credentials come from.
public protocol CredentialProvider: Sendable {
    /// Whether wrong credentials of this kind lock an account or a key for everybody who uses it.
    var isLockable: Bool { get }

    /// The credential to use now.
    /// - Throws: ``CredentialFailure`` when none can be obtained.
    func credential() async throws(CredentialFailure) -> Credential

    /// Another credential than `refused`, which the service has just refused with 401; nil when there is no other.
    /// - Throws: ``CredentialFailure`` when none can be obtained.
    func replacement(for refused: Credential) async throws(CredentialFailure) -> Credential?

    /// What is known about obtaining credentials.
    var status: CredentialStatus { get }

    /// Lets the next ``credential()`` try at once what was refused before.
    func testAnew() async
}

extension CredentialProvider {
    /// False, as it is for bearer tokens.
    public var isLockable: Bool { false }

    /// Nothing: a token that was handed over is not obtained, and nobody says when it ends.
    public var status: CredentialStatus { CredentialStatus() }

    /// Nothing to be done where nothing is obtained.
    public func testAnew() async {}
}

/// What a provider knows about the credentials it obtains.
public struct CredentialStatus: Sendable, Equatable {
    /// When the credential in use ends, in microseconds since the epoch by this machine's clock; nil where unknown.
    public var expiryMicroseconds: Int64?
    /// Credentials obtained.
    public var refreshes: UInt64 = 0
    /// Attempts that gave none.
    public var failures: UInt64 = 0
    /// When another one is asked for, after the last attempt was refused; nil where none was.
    public var nextProbe: ContinuousClock.Instant?

    /// Nothing known.
    public init() {}
}
