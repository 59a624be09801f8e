// SPDX-License-Identifier: Apache-2.0
import Base
import CCurl

// libcurl's codes in the words of the transport contract.
extension TransportFailure.Kind {
    /// CURLE_TOO_LARGE, which headers before 8.6 do not name.
    private static let largerThanAllowed = CURLcode(rawValue: 100)

    /// The kind of a transfer that ended with `code`.
    /// - Parameters:
    ///   - detail: libcurl's sentence, which alone tells some causes apart.
    ///   - tunnelStatus: a proxy's answer to CONNECT.
    init(_ code: CURLcode, detail: String, tunnelStatus: Int?) {
        self =
            switch code {
            case CURLE_COULDNT_RESOLVE_HOST:
                .resolve
            case CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT, CURLE_PROXY, CURLE_INTERFACE_FAILED,
                CURLE_NO_CONNECTION_AVAILABLE:
                .connect
            case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ENGINE_NOTFOUND,
                CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
                CURLE_USE_SSL_FAILED, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_SHUTDOWN_FAILED, CURLE_SSL_CRL_BADFILE,
                CURLE_SSL_ISSUER_ERROR, CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_INVALIDCERTSTATUS,
                CURLE_SSL_CLIENTCERT:
                .tls
            case CURLE_OPERATION_TIMEDOUT:
                .timeout
            case CURLE_RECV_ERROR, CURLE_SEND_ERROR:
                Self.brokenConnection(detail, tunnelStatus)
            case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_HTTP2, CURLE_HTTP2_STREAM, CURLE_SEND_FAIL_REWIND:
                .interrupted
            // The URL's scheme was checked before, so an unsupported protocol is what the server speaks. A write error
            // without a limit of ours is a decoder's.
            case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING, CURLE_WRITE_ERROR:
                .malformed
            // A header line beyond libcurl's own limit, which older versions report as memory they will not give.
            case CURLE_OUT_OF_MEMORY, CURLE_FILESIZE_EXCEEDED, Self.largerThanAllowed:
                .tooLarge
            case CURLE_ABORTED_BY_CALLBACK:
                .cancelled
            case CURLE_URL_MALFORMAT, CURLE_NOT_BUILT_IN, CURLE_BAD_FUNCTION_ARGUMENT, CURLE_UNKNOWN_OPTION,
                CURLE_SETOPT_OPTION_SYNTAX, CURLE_FAILED_INIT:
                .invalidRequest
            default:
                .interrupted
            }
    }

    /// Sending and receiving fail under one code for causes that call for different answers.
    private static func brokenConnection(_ detail: String, _ tunnelStatus: Int?) -> Self {
        if let tunnelStatus, tunnelStatus >= 300 { return .connect }
        // TLS 1.3 servers refuse a client certificate after the handshake, when libcurl already receives.
        if detail.contains("SSL routines"), detail.contains("alert") { return .tls }
        if detail.contains("chunked-encoding") { return .malformed }
        return .interrupted
    }
}

extension TransportFailure {
    /// The most bytes of a message.
    private static let maximumBytes = 1_000

    /// Returns libcurl's message for logs, without `secrets`: its detail, which names the general error, or else the
    /// general error alone.
    static func message(_ code: CURLcode, detail: String, secrets: [String]) -> String {
        var text = detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
        for secret in secrets where !secret.isEmpty { text = text.replacing(secret, with: "***") }
        // Redacted before it is cut: half a secret would not be found.
        text = KnownSecrets.shared.redacting(text)
        // Bounded, and on one line: part of it may be the server's words.
        var line = String.UnicodeScalarView()
        var bytes = 0
        for scalar in text.unicodeScalars {
            bytes += UTF8.width(scalar)
            if bytes > maximumBytes { break }
            line.append(scalar.value < 0x20 || scalar.value == 0x7F ? " " : scalar)
        }
        return String(line)
    }
}
