// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// A program that a test runs beside itself.
public struct ChildProcess: Sendable {
    /// The number of its process.
    public let pid: Int32
    private let output: Int32

    /// The full path of `tool` in the usual places, or `tool` itself where it is a path; nil: not installed.
    public static func path(of tool: String) -> String? {
        if tool.contains("/") { return access(tool, X_OK) == 0 ? tool : nil }
        return ["/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/local/bin"].map { "\($0)/\(tool)" }
            .first { access($0, X_OK) == 0 }
    }

    /// Starts `tool`, its standard output and error captured.
    public init(_ tool: String, _ arguments: [String]) throws {
        // One start at a time: between `pipe` and `fcntl` another start would hand this pipe to its own program, which
        // would hold it open.
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
        // Swift's pool blocks signals on its threads; a program that inherited that could not be ended.
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

    /// Runs `tool` to its end.
    /// - Throws: what it printed, when its status is not 0.
    public static func run(_ tool: String, _ arguments: [String]) throws {
        let child = try ChildProcess(tool, arguments)
        defer { close(child.output) }
        // Its output is read only on failure: a daemon that it leaves behind may hold the pipe open.
        guard child.reap() == 0 else { throw SystemFailure("\(tool) failed, \(child.read(until: nil))", 0) }
    }

    /// Blocks until the program has printed `text`; returns what it printed so far.
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

    /// Waits, on a thread of its own, until the program has printed `text`; returns what it printed since the last look.
    @discardableResult
    public func printed(_ text: String) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            do { try startThread { continuation.resume(returning: read(until: text)) } } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    /// The most memory that the program has had resident so far, in KiB; nil: it is gone.
    public var peakResidentKiB: Int? {
        guard let file = fopen("/proc/\(pid)/status", "r") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let words = text.split { $0 == " " || $0 == "\t" || $0 == "\n" }
            if words.count >= 2, words[0] == "VmHWM:" { return Int(words[1]) }
        }
        return nil
    }

    /// Ends the program, waits for its end and frees its output.
    public func stop() {
        kill(pid, SIGTERM)
        _ = reap()
        close(output)
    }

    /// Sends the program `signal`.
    public func send(_ signal: Int32) { kill(pid, signal) }

    /// Waits for the end of the program, on a thread of its own, and frees its output.
    /// - Returns: its status, or the negative number of the signal that ended it; and what it had left to print.
    public func end() async throws -> (status: Int32, output: String) {
        try await withCheckedThrowingContinuation { continuation in
            do {
                try startThread {
                    let output = read(until: nil)
                    let status = reap()
                    close(self.output)
                    let code = status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F)
                    continuation.resume(returning: (code, output))
                }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    /// Waits for the end of the program, on a thread of its own, without reading anything that it prints.
    /// - Returns: its status, or the negative number of the signal that ended it.
    public func endUnread() async throws -> Int32 {
        try await withCheckedThrowingContinuation { continuation in
            do {
                try startThread {
                    let status = reap()
                    close(output)
                    continuation.resume(returning: status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F))
                }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    private func reap() -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return status
    }
}
