// SPDX-License-Identifier: Apache-2.0
internal import Files
private import Glibc

/// A secret kept in a file that something else rotates. Each ``read()`` looks at the file again; its content is read
/// only when its identity (inode, size, times) has changed.
public actor SecretFile {
    private let path: String
    private let work = BlockingWork(label: "secret-file")
    private var known: (stamp: FileStamp, secret: Secret)?

    /// A secret in the file at `path`, which need not exist yet.
    public init(path: String) { self.path = path }

    /// The file's content without its trailing newline.
    /// - Throws: ``SecretFileError`` when it cannot be read or is empty.
    public func read() async throws(SecretFileError) -> Secret {
        let (path, known) = (path, known)
        let result: Result<(stamp: FileStamp, secret: Secret), SecretFileError>
        do throws(BlockingWork.Failure) {
            result = try await work.run { Self.load(path: path, known: known) }
        } catch {
            let seconds = BlockingWork.usualLimit.components.seconds
            throw SecretFileError(
                path: path,
                problem: error == .timedOut ? "the file did not respond within \(seconds) s" : "the read was canceled")
        }
        self.known = try result.get()
        guard let secret = self.known?.secret else { throw SecretFileError(path: path, problem: "it is empty") }
        return secret
    }

    private static func load(
        path: String, known: (stamp: FileStamp, secret: Secret)?
    ) -> Result<(stamp: FileStamp, secret: Secret), SecretFileError> {
        func failure(_ problem: String) -> Result<(stamp: FileStamp, secret: Secret), SecretFileError> {
            .failure(SecretFileError(path: path, problem: problem))
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return failure(String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return failure(String(cString: strerror(errno))) }
        let stamp = FileStamp(status)
        if let known, known.stamp == stamp { return .success(known) }
        guard status.st_size <= maximumBytes else { return failure("it has more than \(maximumBytes) bytes") }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while bytes.count <= maximumBytes {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return failure(String(cString: strerror(errno))) }
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        guard !bytes.isEmpty else { return failure("it is empty") }
        guard let text = String(validating: bytes, as: UTF8.self) else { return failure("it is not UTF-8") }
        return .success((stamp, Secret(text)))
    }

    private static let maximumBytes = 1 << 20
}

/// Why a secret's file gave none.
public struct SecretFileError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file.
    public let path: String
    /// What is wrong with it, as the system says it.
    public let problem: String

    /// File and problem in one sentence.
    public var description: String { "cannot read \(path): \(problem)" }
}
