// SPDX-License-Identifier: Apache-2.0
public import Base
internal import HTTPClient
internal import WebServer

/// `status`: the status page of a running exporter as text.
public struct RemoteStatus: Sendable {
    /// The user for basic authentication.
    public struct User: Sendable {
        /// The name; without a colon.
        public var name: String
        /// The path of the file with the password.
        public var passwordFile: String

        /// Creates a user.
        public init(name: String, passwordFile: String) {
            self.name = name
            self.passwordFile = passwordFile
        }
    }

    /// The time within which the whole response must arrive.
    private static let timeout = Duration.seconds(10)
    /// The maximum size of the response: about 1 KB per workspace, and as much per endpoint that needs attention.
    private static let maximumBytes = 64 << 20

    private let address: String
    private let connection: ConnectionOptions
    /// The value of the header `Authorization`; nil without a user.
    private let authorization: Secret?

    /// Creates a request without sending it.
    /// - Parameters:
    ///   - url: the address of the exporter, with the path prefix of a proxy in front of it.
    ///   - caFile: the path of the trusted CA certificates; nil for the system's.
    /// - Throws: ``ExporterError`` for an invalid URL or user, or if the password cannot be read.
    public init(url: String, user: User? = nil, caFile: String? = nil) async throws(ExporterError) {
        guard let address = ExternalURL(url), !url.contains(where: { "?#".contains($0) }),
            url.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            // A URL with a user may contain a password.
            let shown = url.contains("@") ? "URL" : "URL \(url)"
            throw ExporterError(
                "\(shown): must be an http or https address of an exporter, without user, query and fragment")
        }
        self.address = address.text
        // As in other clients, loopback addresses need no proxy.
        connection = ConnectionOptions(caFile: caFile, proxy: address.isLoopback ? .none : .environment)
        guard let user else {
            authorization = nil
            return
        }
        guard !user.name.contains(":") else { throw ExporterError("--username: must not contain a colon") }
        let password: Secret
        do { password = try await SecretFile(path: user.passwordFile).read() } catch {
            throw ExporterError("--password-file: \(error.description)")
        }
        authorization = password.withExposedValue { Secret("Basic \(Base64.encode("\(user.name):\($0)"))") }
    }

    /// Gets the status.
    /// - Parameter columns: the width of the terminal, at least 40; nil if lines may have any length.
    /// - Returns: the lines to print.
    /// - Throws: ``ExporterError`` if there is no response, or it is not the status of an exporter.
    public func lines(_ language: Language, columns: Int?) async throws(ExporterError) -> [String] {
        let engine: CurlEngine
        do { engine = try CurlEngine() } catch { throw ExporterError("cannot start libcurl: \(error)") }
        let response: Result<HTTPResponse, TransportFailure>
        do throws(TransportFailure) {
            response = .success(try await engine.transport(connection).send(request))
        } catch {
            response = .failure(error)
        }
        await engine.shutdown()
        let body = try body(of: response)
        do throws(StatusTextError) {
            return try StatusText(json: body, language: language, columns: columns).lines
        } catch {
            throw ExporterError("the response of \(address) \(error)")
        }
    }

    private var request: HTTPRequest {
        var headers = [HTTPHeader("Accept", "application/json")]
        authorization?.withExposedValue { headers.append(HTTPHeader("Authorization", $0)) }
        return HTTPRequest(
            url: "\(address)/api/v1/status", headers: headers, timeout: Self.timeout, maxBodyBytes: Self.maximumBytes)
    }

    private func body(of response: Result<HTTPResponse, TransportFailure>) throws(ExporterError) -> [UInt8] {
        let received: HTTPResponse
        do { received = try response.get() } catch {
            switch error.kind {
            case .timeout:
                throw ExporterError("no complete response from \(address) within \(Self.timeout.components.seconds) s")
            case .tooLarge: throw ExporterError("the response of \(address) exceeds \(Self.maximumBytes >> 20) MiB")
            default: throw ExporterError("cannot get the status from \(address): \(error.message)")
            }
        }
        if received.status == 200 { return received.body }
        throw ExporterError("\(address) responded with HTTP \(received.status): \(advice(for: received))")
    }

    /// Returns what an error status means and what to do.
    private func advice(for response: HTTPResponse) -> String {
        switch response.status {
        case 300..<400:
            "it redirects to \((response.header("Location") ?? "another address").prefix(bytes: 200)); use that address"
        case 401 where authorization == nil: "it requires a user; set --username and --password-file"
        case 401: "it rejected the user or the password; check --username and --password-file"
        case 404: "there is no exporter; check the address and its path"
        case 429, 503: "it is busy; try again later"
        default: "it did not return its status; see its log"
        }
    }
}
