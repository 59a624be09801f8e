// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// A child process of a test.
public struct ChildProcess: Sendable {
    /// The process ID.
    public let pid: Int32
    private let output: Int32

    /// Returns the path of `tool` in the standard directories, or `tool` itself if it is a path; nil if not installed.
    public static func path(of tool: String) -> String? {
        if tool.contains("/") { return access(tool, X_OK) == 0 ? tool : nil }
        return ["/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/local/bin"].map { "\($0)/\(tool)" }
            .first { access($0, X_OK) == 0 }
    }

    /// Starts `tool` and captures its standard output and error.
    public init(_ tool: String, _ arguments: [String]) throws {
        // One start at a time: between `pipe` and `fcntl`, another child would inherit this pipe and keep it open.
        self = try Self.starting.withLock { _ in try ChildProcess(starting: tool, arguments) }
    }

    private static let starting = Mutex(())

    private init(starting tool: String, _ arguments: [String]) throws {
        guard let path = Self.path(of: tool) else { throw SystemFailure("no program \(tool)", ENOENT) }
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SystemFailure("pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
        // Threads of Swift's pool block signals; a child that inherits the mask could not be terminated.
        var attributes = posix_spawnattr_t()
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_init(&attributes)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        defer { posix_spawnattr_destroy(&attributes) }
        var strings = ([path] + arguments).map { strdup($0) } + [nil]
        defer { for string in strings { free(string) } }
        var pid = pid_t()
        let code = posix_spawn(&pid, path, &actions, &attributes, &strings, environ)
        posix_spawn_file_actions_destroy(&actions)
        close(ends[1])
        guard code == 0 else {
            close(ends[0])
            throw SystemFailure("posix_spawn \(path)", code)
        }
        self.pid = pid
        output = ends[0]
    }

    /// Runs `tool` and waits for its end.
    /// - Throws: an error with the output if the status is not 0.
    public static func run(_ tool: String, _ arguments: [String]) throws {
        let child = try ChildProcess(tool, arguments)
        defer { close(child.output) }
        // The output is read only on failure: a daemon started by the tool may keep the pipe open.
        guard child.reap() == 0 else { throw SystemFailure("\(tool) failed, \(child.read(until: nil))", 0) }
    }

    /// Blocks until the program has printed `text`, or until its end for nil; returns the output since the last read.
    @discardableResult
    public func read(until text: String?) -> String {
        var bytes: [UInt8] = []
        while true {
            let chunk = [UInt8](unsafeUninitializedCapacity: 4_096) { space, count in
                count = max(0, Glibc.read(output, space.baseAddress, space.count))
            }
            bytes += chunk
            let printed = String(decoding: bytes, as: UTF8.self)
            if chunk.isEmpty { return printed }
            if let text, printed.contains(text) { return printed }
        }
    }

    /// Suspends until the program has printed `text`; returns the output since the last read.
    @discardableResult
    public func printed(_ text: String) async throws -> String {
        try await onThread { read(until: text) }
    }

    /// The program's peak resident memory in KiB; nil if it has ended.
    public var peakResidentKiB: Int? {
        guard let file = fopen("/proc/\(pid)/status", "r") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let fields = text.split { $0 == " " || $0 == "\t" || $0 == "\n" }
            if fields.count >= 2, fields[0] == "VmHWM:" { return Int(fields[1]) }
        }
        return nil
    }

    /// Terminates the program, waits for its end and closes its output.
    public func stop() {
        kill(pid, SIGTERM)
        _ = reap()
        close(output)
    }

    /// Sends `signal` to the program.
    public func send(_ signal: Int32) { kill(pid, signal) }

    /// Suspends until the program has ended, and closes its output.
    /// - Returns: its status, or the negative number of the signal that terminated it; and its remaining output.
    public func end() async throws -> (status: Int32, output: String) {
        try await onThread {
            let output = read(until: nil)
            return (reapAndClose(), output)
        }
    }

    /// Suspends until the program has ended, without reading its output.
    /// - Returns: its status, or the negative number of the signal that terminated it.
    public func endUnread() async throws -> Int32 { try await onThread { reapAndClose() } }

    /// Runs `body`, which waits for the program, on a thread. If the task is canceled, as by a test's time limit, the
    /// program is killed, so that the wait ends.
    private func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async throws -> Value {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                do { try startThread { continuation.resume(returning: body()) } } catch {
                    continuation.resume(throwing: error)
                }
            }
        } onCancel: {
            send(SIGKILL)
        }
    }

    private func reapAndClose() -> Int32 {
        let status = reap()
        close(output)
        return status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F)
    }

    private func reap() -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return status
    }
}
