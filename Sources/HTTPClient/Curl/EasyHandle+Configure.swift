// SPDX-License-Identifier: Apache-2.0
internal import Base
import CCurl

extension EasyHandle {
    /// Sets what `options` say about connections, and what holds for every connection of this program.
    func configure(_ options: ConnectionOptions, _ tls: TLSContent?, _ url: RequestURL) throws(TransportFailure) {
        // No signals: libcurl's would go to whichever thread the system picks.
        try set(CURLOPT_NOSIGNAL, true)
        try set(CURLOPT_QUICK_EXIT, true)
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_FOLLOWLOCATION, false)
        try set(CURLOPT_TCP_KEEPALIVE, true)
        try set(CURLOPT_TCP_KEEPIDLE, 30)
        try set(CURLOPT_TCP_KEEPINTVL, 15)
        try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, true)
        // A page of a list in one or two pieces, rather than in four.
        try set(CURLOPT_BUFFERSIZE, 65_536)
        try join()
        try configureVersion(url)
        try configureTLS(options, tls)
        try configureProxy(options.proxy)
    }

    /// Sets what is to be sent, and how long it may take.
    func configure(
        _ request: HTTPRequest, _ url: RequestURL, _ options: ConnectionOptions, remaining: Duration
    ) throws(TransportFailure) {
        var host: String?
        if url.isTLS, let serverName = options.serverName {
            // The name takes the host's place in the URL, where both SNI and verification read it; the connection
            // and the Host header stay what they were.
            let isName = serverName.utf8.allSatisfy { $0.isLetterOrDigit || "-._".utf8.contains($0) }
            guard !serverName.isEmpty, isName else {
                throw TransportFailure(.invalidRequest, "the server name is not a host name")
            }
            let port = url.effectivePort
            try set(CURLOPT_URL, url.text(withHost: serverName))
            try set(CURLOPT_CONNECT_TO, ["\(serverName):\(port):\(url.host):\(port)"])
            host = url.authority
        } else {
            try set(CURLOPT_URL, request.url)
        }
        // Without this libcurl folds "/../" away, and a signed path no longer fits its signature.
        try set(CURLOPT_PATH_AS_IS, true)
        // At least one: zero means "no limit" to libcurl.
        let milliseconds = max(1, remaining.roundedUpMilliseconds)
        try set(CURLOPT_TIMEOUT_MS, milliseconds)
        try set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds)
        // Every encoding libcurl was built with.
        try set(CURLOPT_ACCEPT_ENCODING, "")
        let hasBody = request.method != .get
        if hasBody {
            try set(CURLOPT_POST, true)
            if request.method != .post { try set(CURLOPT_CUSTOMREQUEST, request.method.rawValue) }
            try setBody(request.body ?? [])
        }
        try set(CURLOPT_HTTPHEADER, try HTTPHeader.lines(for: request.headers, hasBody: hasBody, host: host))
    }

    private func configureVersion(_ url: RequestURL) throws(TransportFailure) {
        if url.isTLS {
            try set(CURLOPT_HTTP_VERSION, ccurl_http_version_2_tls())
            // Many requests to a new host wait for the first handshake, rather than open a connection each, and
            // share it where it speaks HTTP/2.
            try set(CURLOPT_PIPEWAIT, true)
        } else {
            // Without TLS nothing is negotiated: waiting would hold everybody up behind the first response.
            try set(CURLOPT_HTTP_VERSION, ccurl_http_version_1_1())
        }
    }

    private func configureTLS(_ options: ConnectionOptions, _ tls: TLSContent?) throws(TransportFailure) {
        // As bytes: given a path, libcurl would read the file on this thread and remember it for a day.
        if let authorities = tls?.authorities {
            try set(CURLOPT_CAINFO_BLOB, blob: authorities)
            // Or else the system's authorities would be trusted too.
            try clear(CURLOPT_CAINFO)
            try clear(CURLOPT_CAPATH)
        }
        if let certificate = tls?.certificate {
            try set(CURLOPT_SSLCERT_BLOB, blob: certificate)
            try set(CURLOPT_SSLKEY_BLOB, blob: tls?.key ?? certificate)
        }
        // The system's authorities are remembered no longer than connections live.
        try set(CURLOPT_CA_CACHE_TIMEOUT, max(1, options.maximumAge.roundedUpMilliseconds / 1000))
        switch options.minimumTLSVersion {
        case .tls12: try set(CURLOPT_SSLVERSION, ccurl_tls_1_2())
        case .tls13: try set(CURLOPT_SSLVERSION, ccurl_tls_1_3())
        }
        try set(CURLOPT_SSL_VERIFYPEER, !options.skipsVerification)
        try set(CURLOPT_SSL_VERIFYHOST, options.skipsVerification ? 0 : 2)
    }

    private func configureProxy(_ proxy: ConnectionOptions.Proxy) throws(TransportFailure) {
        switch proxy {
        case .environment:
            break
        case .url(let url):
            try set(CURLOPT_PROXY, url)
            // Or else the environment's no_proxy could still go around it.
            try set(CURLOPT_NOPROXY, "")
        case .none:
            // An empty string, unlike none at all, also keeps the environment out.
            try set(CURLOPT_PROXY, "")
        }
    }
}

extension Duration {
    /// Whole milliseconds, never less than the duration.
    var roundedUpMilliseconds: Int { Int((self / .milliseconds(1)).rounded(.up)) }
}
