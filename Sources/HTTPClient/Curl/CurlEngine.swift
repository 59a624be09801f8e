// SPDX-License-Identifier: Apache-2.0
private import Base
import CCurl
import Synchronization

/// libcurl's multi interface on one thread of its own. Each transport it makes has connections, DNS answers and TLS
/// sessions of its own.
///
/// Dropped without ``shutdown()``, it ends its exchanges as cancelled and its thread ends in its own time.
public final class CurlEngine: Sendable {
    /// Idle connections kept of one transport; the least recently used are closed first.
    private static let connectionCacheSize = 64

    /// libcurl asks for one global call before any other; Swift runs this initialiser once.
    private static let globalInit: CURLcode = ccurl_global_init()

    let mailbox: Mailbox
    private let thread: OwnedThread
    private let transports = Atomic<UInt64>(0)
    /// What is known of TLS files, as long as a transport uses them.
    private let files = Mutex<[TLSContent.Paths: WeakFiles]>([:])

    private struct WeakFiles: Sendable {
        weak let files: TLSFiles?
    }

    private let tlsFreshness: Duration

    /// Starts the thread.
    /// - Throws: ``TransportFailure`` when libcurl or the system refuses.
    public convenience init() throws(TransportFailure) { try self.init(tlsFreshness: TLSFiles.usualFreshness) }

    /// - Parameter tlsFreshness: how long requests rely on a look at the TLS files.
    init(tlsFreshness: Duration) throws(TransportFailure) {
        self.tlsFreshness = tlsFreshness
        guard Self.globalInit == CURLE_OK, let pointer = curl_multi_init() else {
            throw TransportFailure(.invalidRequest, "libcurl cannot be initialised")
        }
        guard
            ccurl_multi_set_long(pointer, CURLMOPT_MAXCONNECTS, Self.connectionCacheSize) == CURLM_OK,
            ccurl_multi_set_long(pointer, CURLMOPT_PIPELINING, ccurl_pipe_multiplex()) == CURLM_OK
        else {
            curl_multi_cleanup(pointer)
            throw TransportFailure(.invalidRequest, "libcurl refuses an option of its multi handle")
        }
        let multi = MultiHandle(pointer: pointer)
        let mailbox = Mailbox(multi)
        // The thread holds the mailbox and not the engine, so that the engine's end can stop the thread. Whoever asks
        // for what was fetched goes first: an answer that waits for a few milliseconds harms nobody.
        let started = OwnedThread(isLowPriority: true) {
            ccurl_name_this_thread("curl")
            var loop = TransferLoop(multi, mailbox)
            loop.run()
        }
        guard let thread = started else {
            curl_multi_cleanup(pointer)
            throw TransportFailure(.invalidRequest, "the curl thread cannot be started")
        }
        self.mailbox = mailbox
        self.thread = thread
    }

    /// A transport whose connections are made as `options` say. It uses no connection that another transport made.
    public func transport(_ options: ConnectionOptions) -> CurlTransport {
        let id = transports.add(1, ordering: .relaxed).newValue
        return CurlTransport(self, id: id, options: options, files: files(of: options))
    }

    /// Files that another transport uses too are read once for both, and a transport that replaces another one can go
    /// on with the content that was good before.
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

    /// Ends every exchange with ``TransportFailure/Kind/cancelled``, closes every connection and ends the thread.
    ///
    /// Later exchanges fail at once. May be called more than once.
    public func shutdown() async {
        mailbox.post { $0.stop = true }
        await mailbox.waitForEnd()
        // The thread has nothing left to do but return: this blocks for microseconds.
        thread.join()
    }

    deinit { mailbox.post { $0.stop = true } }

    /// The version of the libcurl in use, such as `7.88.1`.
    public static var libcurlVersion: String {
        guard let version = ccurl_version() else { return "unknown" }
        return String(cString: version)
    }
}
