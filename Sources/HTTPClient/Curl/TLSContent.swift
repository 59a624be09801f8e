// SPDX-License-Identifier: Apache-2.0
import Base
import COpenSSL

/// What the TLS files of a transport held when they were read: a complete set that OpenSSL understands.
final class TLSContent: Sendable {
    /// Paths of the files; those that are not configured are nil.
    struct Paths: Hashable, Sendable {
        var authorities: String?
        var certificate: String?
        var key: String?

        var all: [String] { [authorities, certificate, key].compactMap { $0 } }
    }

    /// Larger for content that was read later.
    let version: UInt64
    let authorities: [UInt8]?
    let certificate: [UInt8]?
    let key: [UInt8]?

    /// The usual bundle of all authorities has a quarter of a million bytes.
    private static let maximumBytes = 4_194_304

    /// Reads the files and checks that they belong together. May block.
    /// - Parameter willRead: is told each file before it is opened.
    /// - Throws: ``TransportFailure/Kind/tls`` if a file gives no usable content; the message names it.
    init(reading paths: Paths, version: UInt64, willRead: (String) -> Void) throws(TransportFailure) {
        func read(_ path: String?) throws(TransportFailure) -> [UInt8]? {
            guard let path else { return nil }
            willRead(path)
            let bytes: [UInt8]?
            do throws(OpenFile.Failure) { bytes = try OpenFile(path).read(limit: Self.maximumBytes) } catch {
                throw TransportFailure(.tls, "cannot read \(path): \(error.reason)")
            }
            guard let bytes else {
                throw TransportFailure(.tls, "cannot read \(path): it has more than \(Self.maximumBytes) bytes")
            }
            guard !bytes.isEmpty else { throw TransportFailure(.tls, "cannot read \(path): it is empty") }
            return bytes
        }
        self.version = version
        authorities = try read(paths.authorities)
        certificate = try read(paths.certificate)
        key = try read(paths.key)
        try check(paths)
    }

    /// Whether both hold the same bytes.
    func isEqual(to other: TLSContent) -> Bool {
        authorities == other.authorities && certificate == other.certificate && key == other.key
    }

    /// Refuses files that are half written, and a certificate and a key of which only one has been replaced yet.
    private func check(_ paths: Paths) throws(TransportFailure) {
        if let authorities, let path = paths.authorities, !copenssl_has_certificates(authorities, authorities.count) {
            throw TransportFailure(.tls, "\(path) does not hold PEM certificates, or is incomplete")
        }
        guard let certificate, let path = paths.certificate else { return }
        // A file may hold both.
        let (key, keyPath) = (key ?? certificate, paths.key ?? path)
        switch copenssl_check_pair(certificate, certificate.count, key, key.count) {
        case COPENSSL_PAIR_OK: break
        case COPENSSL_PAIR_NO_CERTIFICATE:
            throw TransportFailure(.tls, "\(path) does not hold a PEM certificate, or is incomplete")
        case COPENSSL_PAIR_NO_KEY:
            throw TransportFailure(.tls, "\(keyPath) does not hold a PEM key without a passphrase, or is incomplete")
        default: throw TransportFailure(.tls, "the key in \(keyPath) does not belong to the certificate in \(path)")
        }
    }
}
