// SPDX-License-Identifier: Apache-2.0
import Base
import CCurl

// Maps libcurl's codes to kinds of failures.
extension TransportFailure.Kind {
    /// CURLE_TOO_LARGE, which libcurl's headers before 8.6 don't define.
    private static let tooLargeCode = CURLcode(rawValue: 100)

    /// Creates the kind for a transfer that ended with `code`.
    /// - Parameters:
    ///   - detail: libcurl's message, the only way to distinguish some causes.
    ///   - tunnelStatus: the proxy's response status to CONNECT.
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
            // The URL's scheme is already checked, so an unsupported protocol is that of the response. A write error
            // that isn't caused by a limit comes from a decoder.
            case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING, CURLE_WRITE_ERROR:
                .malformed
            // A header line beyond libcurl's own limit, which older versions report as CURLE_OUT_OF_MEMORY.
            case CURLE_OUT_OF_MEMORY, CURLE_FILESIZE_EXCEEDED, Self.tooLargeCode:
                .tooLarge
            case CURLE_ABORTED_BY_CALLBACK:
                .canceled
            case CURLE_URL_MALFORMAT, CURLE_NOT_BUILT_IN, CURLE_BAD_FUNCTION_ARGUMENT, CURLE_UNKNOWN_OPTION,
                CURLE_SETOPT_OPTION_SYNTAX, CURLE_FAILED_INIT:
                .invalidRequest
            default:
                .interrupted
            }
    }

    /// Returns the kind for errors in sending and receiving, which libcurl reports with one code for several causes.
    private static func brokenConnection(_ detail: String, _ tunnelStatus: Int?) -> Self {
        if let tunnelStatus, tunnelStatus >= 300 { return .connect }
        // With TLS 1.3, a server rejects a client certificate after the handshake, when libcurl is already receiving.
        if detail.contains("SSL routines"), detail.contains("alert") { return .tls }
        if detail.contains("chunked-encoding") { return .malformed }
        return .interrupted
    }
}

extension TransportFailure {
    /// The maximum size of a message, in bytes.
    private static let maximumBytes = 1_000

    /// Returns a message for logs: libcurl's `detail`, or its text for `code`, with `secrets` replaced.
    static func message(_ code: CURLcode, detail: String, secrets: [String]) -> String {
        var text = detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
        for secret in secrets where !secret.isEmpty { text = text.replacing(secret, with: "***") }
        // Redacted before it is truncated: part of a secret would not be found.
        text = KnownSecrets.shared.redacting(text)
        // Limited, and on one line: the server may control part of it.
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
