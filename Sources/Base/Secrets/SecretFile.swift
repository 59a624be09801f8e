// SPDX-License-Identifier: Apache-2.0

/// A secret in a file that another program may rotate. ``read()`` checks the file's ``FileStamp`` and reads the content
/// only if the stamp has changed, and once more a second later: two changes within a few milliseconds can have the same
/// stamp.
public actor SecretFile: Equatable {
    private struct Cached: Sendable {
        var stamp: FileStamp
        var secret: Secret
        /// When the file was first read with this stamp.
        var firstRead: ContinuousClock.Instant
        /// Whether the content was read again after the settling time.
        var isSettled: Bool
    }

    private nonisolated let path: String
    private let settlingTime: Duration
    private let work = BlockingWork(label: "secret-file")
    private var cached: Cached?

    /// Creates a secret in the file at `path`, which need not exist yet.
    public init(path: String) { self.init(path: path, settlingTime: .seconds(1)) }

    /// - Parameter settlingTime: the time after a change at which the content is read again.
    init(path: String, settlingTime: Duration) {
        self.path = path
        self.settlingTime = settlingTime
    }

    /// Compares the paths.
    public static func == (left: SecretFile, right: SecretFile) -> Bool { left.path == right.path }

    /// Returns the file's content without its trailing newline.
    /// - Throws: ``SecretFileError`` if the file cannot be read or is empty.
    public func read() async throws(SecretFileError) -> Secret {
        let (path, cached, settlingTime) = (path, cached, settlingTime)
        let result: Result<Cached, SecretFileError>
        do throws(BlockingWork.Failure) {
            result = try await work.run { Self.load(path: path, cached: cached, settlingTime: settlingTime) }
        } catch {
            let seconds = BlockingWork.defaultTimeout.components.seconds
            throw SecretFileError(
                path: path,
                problem: error == .timedOut ? "the file did not respond within \(seconds) s" : "the read was canceled")
        }
        self.cached = try result.get()
        guard let secret = self.cached?.secret else { throw SecretFileError(path: path, problem: "it is empty") }
        return secret
    }

    private static func load(
        path: String, cached: Cached?, settlingTime: Duration
    ) -> Result<Cached, SecretFileError> {
        func failure(_ problem: String) -> Result<Cached, SecretFileError> {
            .failure(SecretFileError(path: path, problem: problem))
        }
        let stamp: FileStamp
        let now = ContinuousClock.now
        let same: Cached?
        var bytes: [UInt8]
        do throws(OpenFile.Failure) {
            let file = try OpenFile(path)
            stamp = FileStamp(file.status)
            same = cached.flatMap { $0.stamp == stamp ? $0 : nil }
            if let same, same.isSettled || now < same.firstRead + settlingTime { return .success(same) }
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
        return .success(
            Cached(stamp: stamp, secret: Secret(text), firstRead: same?.firstRead ?? now, isSettled: same != nil))
    }

    private static let maximumBytes = 1 << 20
}

/// The error of a secret file that cannot be used.
public struct SecretFileError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The path of the file.
    public let path: String
    /// The reason, such as the system's error message.
    public let problem: String

    /// A message with the path and the reason.
    public var description: String { "cannot read \(path): \(problem)" }
}
