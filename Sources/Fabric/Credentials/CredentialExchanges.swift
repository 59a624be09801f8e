// SPDX-License-Identifier: Apache-2.0
public import Base
public import HTTPClient
import Synchronization

/// Carries out what it takes to obtain credentials, and counts it. One for each source, for as long as the source
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
    private let statistics: APIStatistics

    /// - Parameters:
    ///   - transport: reaches IAM.
    ///   - direct: never uses a proxy; reaches the metadata service.
    ///   - timeout: of one exchange.
    ///   - statistics: where every exchange is counted.
    public init(
        transport: any HTTPTransport, direct: any HTTPTransport, timeout: Duration, clock: any ExporterClock,
        statistics: APIStatistics = APIStatistics()
    ) {
        means = Mutex(Means(transport: transport, direct: direct, timeout: timeout))
        self.clock = clock
        self.statistics = statistics
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
        _ operation: APIOperation, _ method: HTTPRequest.Method = .get, _ url: String,
        headers: [HTTPHeader] = [], body: [UInt8]? = nil, to name: String,
        authorize: (inout HTTPRequest) -> Void = { _ in }
    ) async throws(CredentialFailure) -> HTTPResponse {
        let means = means.withLock { $0 }
        let isDirect = operation == .metadata
        var request = HTTPRequest(
            method: method, url: url, headers: headers, body: body,
            timeout: isDirect ? min(means.timeout, .seconds(3)) : means.timeout, maxBodyBytes: 1 << 20)
        authorize(&request)
        do {
            return try await statistics.send(
                request, as: operation, through: isDirect ? means.direct : means.transport, clock: clock)
        } catch {
            throw CredentialFailure("\(name) gave no answer: \(error.message)")
        }
    }
}
