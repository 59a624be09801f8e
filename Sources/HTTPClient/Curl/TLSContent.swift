// SPDX-License-Identifier: Apache-2.0
import Base
import COpenSSL

/// The content of a transport's TLS files: a complete set that OpenSSL accepts.
final class TLSContent: Sendable {
    /// The paths of the files; nil for those that are not configured.
    struct Paths: Hashable, Sendable {
        var authorities: String?
        var certificate: String?
        var key: String?

        var all: [String] { [authorities, certificate, key].compactMap { $0 } }
    }

    /// A number that increases with each read.
    let version: UInt64
    let authorities: [UInt8]?
    let certificate: [UInt8]?
    let key: [UInt8]?

    /// The maximum size of a file, in bytes. The system's bundle of authorities has about 250,000.
    private static let maximumBytes = 4_194_304

    /// Reads the files and checks that they match. May block.
    /// - Parameter willRead: called with the path of each file before it is opened.
    /// - Throws: ``TransportFailure/Kind/tls`` if a file is unusable; the message names it.
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

    /// Whether the bytes of all files are equal.
    func isEqual(to other: TLSContent) -> Bool {
        authorities == other.authorities && certificate == other.certificate && key == other.key
    }

    /// Rejects incomplete files, and a certificate and key that don't match because only one has been replaced.
    private func check(_ paths: Paths) throws(TransportFailure) {
        if let authorities, let path = paths.authorities, !copenssl_has_certificates(authorities, authorities.count) {
            throw TransportFailure(.tls, "\(path) contains no PEM certificate or is incomplete")
        }
        guard let certificate, let path = paths.certificate else { return }
        // One file may contain both.
        let (key, keyPath) = (key ?? certificate, paths.key ?? path)
        switch copenssl_check_pair(certificate, certificate.count, key, key.count) {
        case COPENSSL_PAIR_OK: break
        case COPENSSL_PAIR_NO_CERTIFICATE:
            throw TransportFailure(.tls, "\(path) contains no PEM certificate or is incomplete")
        case COPENSSL_PAIR_NO_KEY:
            throw TransportFailure(.tls, "\(keyPath) contains no complete PEM key, or the key has a passphrase")
        default: throw TransportFailure(.tls, "the key in \(keyPath) does not match the certificate in \(path)")
        }
    }
}
