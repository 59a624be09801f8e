// SPDX-License-Identifier: Apache-2.0
private import Base
import CCurl
import Synchronization

/// Runs libcurl's multi interface on a dedicated thread. Each of its transports has its own connections, DNS cache and
/// TLS sessions.
///
/// If released without ``shutdown()``, it cancels its requests, and its thread exits on its own.
public final class CurlEngine: Sendable {
    /// The maximum number of idle connections per transport; the least recently used are closed first.
    private static let connectionCacheSize = 64

    /// The result of libcurl's global initialization, which must precede all other calls; evaluated once.
    private static let globalInit: CURLcode = ccurl_global_init()

    let mailbox: Mailbox
    private let thread: OwnedThread
    private let transports = Atomic<UInt64>(0)
    /// The TLS files that transports use.
    private let files = Mutex<[TLSContent.Paths: WeakFiles]>([:])

    private struct WeakFiles: Sendable {
        weak let files: TLSFiles?
    }

    private let tlsFreshness: Duration

    /// Starts the thread.
    /// - Throws: ``TransportFailure`` if libcurl or the thread cannot be started.
    public convenience init() throws(TransportFailure) { try self.init(tlsFreshness: TLSFiles.defaultFreshness) }

    /// - Parameter tlsFreshness: how long TLS files are not checked again.
    init(tlsFreshness: Duration) throws(TransportFailure) {
        self.tlsFreshness = tlsFreshness
        guard Self.globalInit == CURLE_OK, let pointer = curl_multi_init() else {
            throw TransportFailure(.invalidRequest, "cannot initialize libcurl")
        }
        guard
            ccurl_multi_set_long(pointer, CURLMOPT_MAXCONNECTS, Self.connectionCacheSize) == CURLM_OK,
            ccurl_multi_set_long(pointer, CURLMOPT_PIPELINING, ccurl_pipe_multiplex()) == CURLM_OK
        else {
            curl_multi_cleanup(pointer)
            throw TransportFailure(.invalidRequest, "libcurl rejected an option of its multi handle")
        }
        let multi = MultiHandle(pointer: pointer)
        let mailbox = Mailbox(multi)
        // The thread references the mailbox, not the engine, so that releasing the engine stops it. It has a low
        // priority because scrapes take precedence over polls.
        let started = OwnedThread(isLowPriority: true) {
            ccurl_name_this_thread("curl")
            var loop = TransferLoop(multi, mailbox)
            loop.run()
        }
        guard let thread = started else {
            curl_multi_cleanup(pointer)
            throw TransportFailure(.invalidRequest, "cannot start the curl thread")
        }
        self.mailbox = mailbox
        self.thread = thread
    }

    /// Creates a transport with `options`. It shares no connections with other transports.
    public func transport(_ options: ConnectionOptions) -> CurlTransport {
        let id = transports.add(1, ordering: .relaxed).newValue
        return CurlTransport(self, id: id, options: options, files: files(of: options))
    }

    /// Returns the TLS files of `options`. Transports with the same files share them, so that a new transport
    /// continues with the last usable content of the old one.
    private func files(of options: ConnectionOptions) -> TLSFiles? {
        let paths = TLSContent.Paths(
            authorities: options.skipsVerification ? nil : options.caFile, certificate: options.certificateFile,
            key: options.keyFile)
        guard !paths.all.isEmpty else { return nil }
        return files.withLock { known in
            if let files = known[paths]?.files { return files }
            let files = TLSFiles(paths, freshness: tlsFreshness)
            known = known.filter { $0.value.files != nil }
            known[paths] = WeakFiles(files: files)
            return files
        }
    }

    /// Cancels all requests with ``TransportFailure/Kind/canceled``, closes all connections and stops the thread.
    ///
    /// Later requests fail immediately. May be called more than once.
    public func shutdown() async {
        mailbox.post { $0.stop = true }
        await mailbox.waitForEnd()
        // The thread is about to return: this blocks for microseconds.
        thread.join()
    }

    deinit { mailbox.post { $0.stop = true } }

    /// The version of libcurl, such as `7.88.1`.
    public static var libcurlVersion: String {
        guard let version = ccurl_version() else { return "unknown" }
        return String(cString: version)
    }
}
