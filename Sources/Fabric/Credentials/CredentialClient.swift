// SPDX-License-Identifier: Apache-2.0
public import Base
public import HTTPClient
import Synchronization

/// Sends the requests that obtain a source's credentials, and counts them. A source keeps its client across reloads, so
/// that a provider survives a change of proxy, TLS or timeout settings.
public final class CredentialClient: Sendable {
    private struct Connections {
        var transport: any HTTPTransport
        var direct: any HTTPTransport
        var timeout: Duration
    }

    private let connections: Mutex<Connections>
    private let counts = Mutex((successes: UInt64(0), failures: UInt64(0)))
    let clock: any ExporterClock
    private let statistics: APIStatistics

    /// - Parameters:
    ///   - transport: the transport to IAM and STS.
    ///   - direct: the transport to the metadata service, without a proxy.
    ///   - timeout: the timeout of one request.
    ///   - statistics: counts the requests.
    public init(
        transport: any HTTPTransport, direct: any HTTPTransport, timeout: Duration, clock: any ExporterClock,
        statistics: APIStatistics = APIStatistics()
    ) {
        connections = Mutex(Connections(transport: transport, direct: direct, timeout: timeout))
        self.clock = clock
        self.statistics = statistics
    }

    /// Replaces the transports and the timeout. Requests that were already sent keep theirs.
    public func reconfigure(transport: any HTTPTransport, direct: any HTTPTransport, timeout: Duration) {
        connections.withLock { $0 = Connections(transport: transport, direct: direct, timeout: timeout) }
    }

    /// The number of obtained credentials and of failed attempts since the source started.
    var outcomes: (successes: UInt64, failures: UInt64) { counts.withLock { $0 } }

    /// Counts an attempt to obtain a credential; one attempt may take several requests.
    func count(isSuccess: Bool) {
        counts.withLock { if isSuccess { $0.successes += 1 } else { $0.failures += 1 } }
    }

    /// Sends a request and returns the response, whatever its status.
    /// - Throws: ``CredentialFailure`` if no complete response arrives.
    func send(
        _ operation: APIOperation, _ method: HTTPRequest.Method = .get, _ url: String,
        headers: [HTTPHeader] = [], body: [UInt8]? = nil, to name: String,
        authorize: (inout HTTPRequest) -> Void = { _ in }
    ) async throws(CredentialFailure) -> HTTPResponse {
        let connections = connections.withLock { $0 }
        let isDirect = operation == .metadata
        var request = HTTPRequest(
            method: method, url: url, headers: headers, body: body,
            timeout: isDirect ? min(connections.timeout, .seconds(3)) : connections.timeout, maxBodyBytes: 1 << 20)
        authorize(&request)
        do {
            return try await statistics.send(
                request, as: operation, through: isDirect ? connections.direct : connections.transport, clock: clock)
        } catch {
            throw CredentialFailure("no response from \(name): \(error.message)")
        }
    }
}
