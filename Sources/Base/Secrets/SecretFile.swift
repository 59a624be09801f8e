// SPDX-License-Identifier: Apache-2.0

/// A secret kept in a file that something else rotates. Each ``read()`` looks at the file again; its content is read
/// only when its identity (inode, size, times) has changed, and once more a second later: the times of a file need not change with
/// two changes within a few milliseconds.
public actor SecretFile: Equatable {
    private struct Known: Sendable {
        var stamp: FileStamp
        var secret: Secret
        /// When the file was first seen with this stamp.
        var seen: ContinuousClock.Instant
        /// Whether the content was read late enough after that.
        var isSettled: Bool
    }

    private nonisolated let path: String
    private let settling: Duration
    private let work = BlockingWork(label: "secret-file")
    private var known: Known?

    /// A secret in the file at `path`, which need not exist yet.
    public init(path: String) { self.init(path: path, settling: .seconds(1)) }

    /// - Parameter settling: how long after a change the content is read once more.
    init(path: String, settling: Duration) {
        self.path = path
        self.settling = settling
    }

    /// Whether both are the same file by its path.
    public static func == (left: SecretFile, right: SecretFile) -> Bool { left.path == right.path }

    /// The file's content without its trailing newline.
    /// - Throws: ``SecretFileError`` when it cannot be read or is empty.
    public func read() async throws(SecretFileError) -> Secret {
        let (path, known, settling) = (path, known, settling)
        let result: Result<Known, SecretFileError>
        do throws(BlockingWork.Failure) {
            result = try await work.run { Self.load(path: path, known: known, settling: settling) }
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

    private static func load(path: String, known: Known?, settling: Duration) -> Result<Known, SecretFileError> {
        func failure(_ problem: String) -> Result<Known, SecretFileError> {
            .failure(SecretFileError(path: path, problem: problem))
        }
        let stamp: FileStamp
        let now = ContinuousClock.now
        let same: Known?
        var bytes: [UInt8]
        do throws(OpenFile.Failure) {
            let file = try OpenFile(path)
            stamp = FileStamp(file.status)
            same = known.flatMap { $0.stamp == stamp ? $0 : nil }
            if let same, same.isSettled || now < same.seen + settling { return .success(same) }
            guard let content = try file.read(limit: maximumBytes) else {
                return failure("it has more than \(maximumBytes) bytes")
            }
            bytes = content
        } catch {
            return failure(error.reason)
        }
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        guard !bytes.isEmpty else { return failure("it is empty") }
        guard let text = String(validating: bytes, as: UTF8.self) else { return failure("it is not UTF-8") }
        return .success(Known(stamp: stamp, secret: Secret(text), seen: same?.seen ?? now, isSettled: same != nil))
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
