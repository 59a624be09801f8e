// SPDX-License-Identifier: Apache-2.0
internal import Base
import CCurl

extension EasyHandle {
    /// Sets the options of the connection: those in `options`, and those that are the same for all connections.
    func configure(_ options: ConnectionOptions, _ tls: TLSContent?, _ url: RequestURL) throws(TransportFailure) {
        // libcurl's signals could be delivered to any thread.
        try set(CURLOPT_NOSIGNAL, true)
        try set(CURLOPT_QUICK_EXIT, true)
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_FOLLOWLOCATION, false)
        try set(CURLOPT_TCP_KEEPALIVE, true)
        try set(CURLOPT_TCP_KEEPIDLE, 30)
        try set(CURLOPT_TCP_KEEPINTVL, 15)
        try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, true)
        // Larger than the default of 16 KiB: a page of a list then takes one or two reads instead of four.
        try set(CURLOPT_BUFFERSIZE, 65_536)
        try attach()
        try configureVersion(url)
        try configureTLS(options, tls)
        try configureProxy(options.proxy)
    }

    /// Sets the options of the request: URL, timeout, headers and body.
    func configure(
        _ request: HTTPRequest, _ url: RequestURL, _ options: ConnectionOptions, remaining: Duration
    ) throws(TransportFailure) {
        var host: String?
        if url.isTLS, let serverName = options.serverName {
            // The name replaces the host in the URL, from which libcurl takes SNI and the name to verify. CONNECT_TO
            // and the Host header keep the original host.
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
        // Otherwise libcurl would normalize "/../" and invalidate the signature of a signed path.
        try set(CURLOPT_PATH_AS_IS, true)
        // 0 would mean no timeout.
        let milliseconds = max(1, remaining.roundedUpMilliseconds)
        try set(CURLOPT_TIMEOUT_MS, milliseconds)
        try set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds)
        // All encodings that libcurl supports.
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
            // Concurrent requests to a new host wait for the first handshake and share the connection if it supports
            // HTTP/2, instead of opening one each.
            try set(CURLOPT_PIPEWAIT, true)
        } else {
            // Without TLS, HTTP/2 is not negotiated: waiting would serialize requests behind the first response.
            try set(CURLOPT_HTTP_VERSION, ccurl_http_version_1_1())
        }
    }

    private func configureTLS(_ options: ConnectionOptions, _ tls: TLSContent?) throws(TransportFailure) {
        // Passed as bytes: libcurl would read a path on this thread and cache the file for a day.
        if let authorities = tls?.authorities {
            try set(CURLOPT_CAINFO_BLOB, blob: authorities)
            // Otherwise the system's authorities would be trusted too.
            try clear(CURLOPT_CAINFO)
            try clear(CURLOPT_CAPATH)
        }
        if let certificate = tls?.certificate {
            try set(CURLOPT_SSLCERT_BLOB, blob: certificate)
            try set(CURLOPT_SSLKEY_BLOB, blob: tls?.key ?? certificate)
        }
        // Cache the system's authorities no longer than connections live.
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
            // Otherwise no_proxy in the environment could bypass the proxy.
            try set(CURLOPT_NOPROXY, "")
        case .none:
            // An empty string disables proxies from the environment too.
            try set(CURLOPT_PROXY, "")
        }
    }
}

extension Duration {
    /// The duration in milliseconds, rounded up.
    var roundedUpMilliseconds: Int { Int((self / .milliseconds(1)).rounded(.up)) }
}
