// SPDX-License-Identifier: Apache-2.0
internal import Base
public import HTTPClient
import Synchronization

/// Authorizes requests: adds a token, or signs with an access key.
public struct Credential: Sendable {
    /// Identifies the credential, so that a rejection applies only to the one that was rejected. Grows with each
    /// credential.
    public let generation: UInt64
    /// Whether requests are signed; signed requests fail if this machine's clock is wrong.
    public let isSigned: Bool
    /// The ID of the project that the credential belongs to; nil if unknown, as for a configured token.
    public let projectID: String?
    private let authorization: @Sendable (inout HTTPRequest) -> Void

    /// Creates a credential that authorizes requests with `authorization`.
    public init(
        generation: UInt64,
        isSigned: Bool = false,
        projectID: String? = nil,
        authorization: @escaping @Sendable (inout HTTPRequest) -> Void
    ) {
        self.generation = generation
        self.isSigned = isSigned
        self.projectID = projectID
        self.authorization = authorization
    }

    /// Adds the authorization headers to `request`.
    public func authorize(_ request: inout HTTPRequest) { authorization(&request) }

    /// Returns a credential that sends `token`, with a new generation.
    static func token(_ token: Secret, projectID: String? = nil) -> Credential {
        Credential(generation: nextGeneration(), projectID: projectID) { request in
            token.withExposedValue { request.headers.append(HTTPHeader("X-Auth-Token", $0)) }
        }
    }

    /// Returns a credential that signs each request with `key` and the current time, with a new generation.
    static func key(_ key: AccessKey, projectID: String?, clock: any ExporterClock) -> Credential {
        let signer = RequestSigner(key: key, projectID: projectID)
        return Credential(generation: nextGeneration(), isSigned: true, projectID: projectID) { request in
            let date = Timestamp(microseconds: clock.wallMicroseconds).iso8601()
            signer.sign(&request, date: date.filter { $0 != "-" && $0 != ":" })
        }
    }

    private static let lastGeneration = Atomic<UInt64>(0)

    /// Returns a number greater than all before, over all sources and reloads.
    private static func nextGeneration() -> UInt64 { lastGeneration.wrappingAdd(1, ordering: .relaxed).newValue }
}

/// Why no credential could be obtained.
public struct CredentialFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The error, without secrets.
    public let description: String
    /// The service's ID of the failed request, for support cases.
    public let requestID: String?
    /// The kind of failure.
    public let cause: Cause
    /// The pause that the service asked for (`Retry-After`).
    let retryAfter: Duration?

    /// The cause of a failure to obtain a credential.
    public enum Cause: Sendable, Equatable {
        /// A secret's file is missing, empty or unreadable.
        case secretFile
        /// The service rejected the secrets; sending them again may lock an account or a key.
        case rejected
        /// The service has no such path, so the configured address is wrong.
        case address
        /// The credential was expired, or about to expire, when it arrived.
        case expired
        /// The service throttled the request or failed; it didn't check the secrets.
        case unavailable
        /// Anything else, such as no response.
        case other
    }

    /// Creates a failure without a pause.
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

/// Provides a source's credentials.
public protocol CredentialProvider: Sendable {
    /// Whether wrong credentials of this kind lock the account or key for all its users.
    var isLockable: Bool { get }

    /// Returns the credential to use now.
    /// - Throws: ``CredentialFailure`` if none can be obtained.
    func credential() async throws(CredentialFailure) -> Credential

    /// Returns another credential than `rejected`, which the service has just rejected with 401; nil if there is none.
    /// - Throws: ``CredentialFailure`` if none can be obtained.
    func replacement(for rejected: Credential) async throws(CredentialFailure) -> Credential?

    /// The state of obtaining credentials.
    var status: CredentialStatus { get }

    /// Allows the next ``credential()`` to retry rejected secrets without waiting.
    func retryNow() async
}

extension CredentialProvider {
    /// The default: false, as for a bearer token.
    public var isLockable: Bool { false }

    /// The default: an empty status, as for a configured token, which is never renewed and has an unknown expiry.
    public var status: CredentialStatus { CredentialStatus() }

    /// The default: does nothing, as for a configured token.
    public func retryNow() async {}
}

/// The state of a provider that obtains credentials.
public struct CredentialStatus: Sendable, Equatable {
    /// When the current credential expires, in microseconds since the epoch by this machine's clock; nil if unknown.
    public var expiryMicroseconds: Int64?
    /// The number of obtained credentials.
    public var refreshes: UInt64 = 0
    /// The number of failed attempts.
    public var failures: UInt64 = 0
    /// When rejected secrets are tried again; nil unless the last attempt was rejected.
    public var nextProbe: ContinuousClock.Instant?

    /// Creates an empty status.
    public init() {}
}
