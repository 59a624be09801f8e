// SPDX-License-Identifier: Apache-2.0
public import Clocks
import Synchronization
public import Transport

/// An exchange that was made to obtain a credential.
public struct CredentialExchange: Sendable, Equatable {
    /// What was asked.
    public enum Operation: Sendable {
        /// IAM or STS: a token, or temporary keys.
        case createToken
        /// IAM: the id of a project.
        case listProjects
        /// The metadata service.
        case metadata
    }

    /// What was asked.
    public var operation: Operation
    /// The status; nil where no response came.
    public var status: Int?
    /// How long it took.
    public var duration: Duration
    /// Bytes on the wire.
    public var receivedBytes: Int
}

/// Carries out what it takes to obtain credentials, and tells about it. One for each source, for as long as the source
/// lives: what obtains credentials is kept over a reload that changes how connections are made.
public final class CredentialExchanges: Sendable {
    private struct Means {
        var transport: any HTTPTransport
        var direct: any HTTPTransport
        var timeout: Duration
    }

    private let means: Mutex<Means>
    private let counts = Mutex((successes: UInt64(0), failures: UInt64(0)))
    let clock: any ExporterClock
    private let record: @Sendable (CredentialExchange) -> Void

    /// - Parameters:
    ///   - transport: reaches IAM.
    ///   - direct: never uses a proxy; reaches the metadata service.
    ///   - timeout: of one exchange.
    ///   - record: is told about every exchange.
    public init(
        transport: any HTTPTransport, direct: any HTTPTransport, timeout: Duration, clock: any ExporterClock,
        record: @escaping @Sendable (CredentialExchange) -> Void
    ) {
        means = Mutex(Means(transport: transport, direct: direct, timeout: timeout))
        self.clock = clock
        self.record = record
    }

    /// Goes on with other means.
    public func reconfigure(transport: any HTTPTransport, direct: any HTTPTransport, timeout: Duration) {
        means.withLock { $0 = Means(transport: transport, direct: direct, timeout: timeout) }
    }

    /// Credentials obtained, and attempts that gave none, since the source began.
    var outcomes: (successes: UInt64, failures: UInt64) { counts.withLock { $0 } }

    /// Counts an attempt to obtain a credential, which may take several exchanges.
    func count(isSuccess: Bool) {
        counts.withLock { if isSuccess { $0.successes += 1 } else { $0.failures += 1 } }
    }

    /// Sends a request; whatever status comes back is the caller's to judge.
    func send(
        _ operation: CredentialExchange.Operation, _ method: HTTPRequest.Method = .get, _ url: String,
        headers: [HTTPHeader] = [], body: [UInt8]? = nil, to name: String,
        authorize: (inout HTTPRequest) -> Void = { _ in }
    ) async throws(IssueFailure) -> HTTPResponse {
        let means = means.withLock { $0 }
        let isDirect = operation == .metadata
        var request = HTTPRequest(
            method: method, url: url, headers: headers, body: body,
            timeout: isDirect ? min(means.timeout, .seconds(3)) : means.timeout, maxBodyBytes: 1 << 20)
        authorize(&request)
        let begin = clock.now
        do {
            let response = try await (isDirect ? means.direct : means.transport).send(request)
            record(
                CredentialExchange(
                    operation: operation, status: response.status, duration: clock.now - begin,
                    receivedBytes: response.receivedBytes))
            return response
        } catch {
            record(
                CredentialExchange(
                    operation: operation, status: error.status, duration: clock.now - begin,
                    receivedBytes: error.receivedBytes))
            throw IssueFailure("\(name) gave no answer: \(error.message)", isRefusal: false)
        }
    }
}
