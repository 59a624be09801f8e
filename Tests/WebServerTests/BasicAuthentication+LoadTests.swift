// SPDX-License-Identifier: Apache-2.0
import Base
import Dispatch
import HTTPServer
import Synchronization
import Testing

@testable import WebServer

@Suite("Authentication under load", .timeLimit(.minutes(5)))
struct BasicAuthenticationLoadTests {
    /// Checks passwords, each when the test permits; a password matches the hash `hash of <password>`.
    private final class SlowCheck: Sendable {
        private let permits = DispatchSemaphore(value: 0)
        private let begun = Mutex<[String]>([])

        /// The passwords whose check has started.
        var passwords: [String] { begun.withLock { $0 } }

        func matches(_ password: Secret, _ hash: Secret) -> Bool {
            let (password, hash) = (password.withExposedValue { $0 }, hash.withExposedValue { $0 })
            begun.withLock { $0.append(password) }
            permits.wait()
            return hash == "hash of \(password)"
        }

        /// Permits `number` checks to finish.
        func finish(_ number: Int = 1) { for _ in 0..<number { permits.signal() } }

        /// Waits until `number` checks have started.
        func begun(_ number: Int) async { while passwords.count < number { await Task.yield() } }
    }

    private let check = SlowCheck()
    private let authentication: BasicAuthentication

    init() {
        authentication = BasicAuthentication(
            users: ["prometheus": Secret("hash of right"), "bob": Secret("hash of bob's")], matches: check.matches)
    }

    private func send(
        _ pair: String, from peer: String = "192.0.2.1:1"
    ) -> Task<BasicAuthentication.Result, Never> {
        Task { [authentication] in
            await authentication.check(BasicAuthenticationTests.header(pair), from: peer)
        }
    }

    /// Sends wrong passwords, of which one is checked and the others wait.
    private func guess(
        _ number: Int, from peer: String = "192.0.2.1:1"
    ) async -> [Task<BasicAuthentication.Result, Never>] {
        let before = check.passwords.count
        var tasks: [Task<BasicAuthentication.Result, Never>] = []
        for index in 0..<number { tasks.append(send("prometheus:guess \(index)", from: peer)) }
        while authentication.waitingRequests < number { await Task.yield() }
        // The check runs on a low-priority thread, which may be slow.
        await check.begun(before + 1)
        return tasks
    }

    private func end(_ tasks: [Task<BasicAuthentication.Result, Never>]) async {
        check.finish(1_000)
        for task in tasks { #expect(await task.value != .allowed) }
    }

    @Test("A cached credential does not wait for other checks")
    func cached() async {
        check.finish()
        #expect(await send("prometheus:right").value == .allowed)
        let guesses = await guess(60)
        // No other check can finish meanwhile.
        for _ in 0..<40 { #expect(await send("prometheus:right").value == .allowed) }
        #expect(check.passwords.count == 2)
        await end(guesses)
    }

    @Test("Requests with a pending password check do not count toward the limit of requests")
    func limitOfRequests() async {
        let web = Web(maximumRequests: 1, access: AccessRules(authentication: authentication))
        let header = ("Authorization", BasicAuthenticationTests.header("prometheus:right"))
        check.finish()
        #expect(await web.get("/metrics", [header]).status == 200)
        let guesses = (0..<60).map { number in
            Task {
                await web.get("/metrics", [("Authorization", BasicAuthenticationTests.header("bob:\(number)"))]).status
            }
        }
        while authentication.waitingRequests < 60 { await Task.yield() }
        for _ in 0..<40 { #expect(await web.get("/metrics", [header]).status == 200) }
        check.finish(60)
        for guess in guesses { #expect(await guess.value == 401) }
    }

    @Test(
        "A new valid credential is checked next, although others wait",
        arguments: ["192.0.2.1:2", "192.0.2.2:1"])
    func valid(peer: String) async {
        let guesses = await guess(60)
        // The next turn of the same address is that of its oldest credential.
        check.finish()
        await check.begun(2)
        let right = send("prometheus:right", from: peer)
        while authentication.waitingRequests < 60 { await Task.yield() }
        check.finish(2)
        #expect(await right.value == .allowed)
        await end(guesses)
    }

    @Test("The same credential is checked once for all requests")
    func sameCredential() async {
        let tasks = (0..<500).map { _ in send("prometheus:right") }
        while authentication.waitingRequests < 500 { await Task.yield() }
        check.finish()
        for task in tasks { #expect(await task.value == .allowed) }
        #expect(check.passwords == ["right"])
    }

    @Test("A credential beyond the queue's limit is rejected immediately with 429 and Retry-After")
    func fullQueue() async {
        let web = Web(access: AccessRules(authentication: authentication))
        let check = check
        await withTaskGroup(of: ListenerResponse.self) { group in
            func send(_ number: Int) {
                let header = ("Authorization", BasicAuthenticationTests.header("bob:\(number)"))
                group.addTask { await web.get("/metrics", [header]) }
            }
            send(0)
            // One is being checked, the others wait, and one exceeds the limit.
            await check.begun(1)
            for number in 0...PasswordCheckQueue.limit { send(number + 1) }
            let first = await group.next()
            #expect(first?.status == 429)
            #expect(first?.headerLines.contains("Retry-After: 1") == true)
            check.finish(PasswordCheckQueue.limit + 1)
            for await response in group { #expect(response.status == 401) }
        }
    }

    @Test("The credential of a canceled request is not checked")
    func canceled() async {
        let first = send("bob:first")
        await check.begun(1)
        let canceled = send("bob:canceled")
        while authentication.waitingRequests < 2 { await Task.yield() }
        canceled.cancel()
        #expect(await canceled.value == .rejected)
        check.finish(2)
        #expect(await first.value == .rejected)
        #expect(await send("bob:next").value == .rejected)
        #expect(check.passwords == ["first", "next"])
    }

    @Test("Credentials stay cached when other users change, but not when their hash changes")
    func update() async {
        check.finish(2)
        #expect(await send("prometheus:right").value == .allowed)
        #expect(await send("bob:bob's").value == .allowed)
        authentication.update(users: ["prometheus": Secret("hash of right"), "bob": Secret("hash of new")])
        #expect(await send("prometheus:right").value == .allowed)
        #expect(check.passwords == ["right", "bob's"])
        check.finish(2)
        #expect(await send("bob:bob's").value == .rejected)
        #expect(await send("bob:new").value == .allowed)
        authentication.update(users: ["bob": Secret("hash of new")])
        check.finish()
        #expect(await send("prometheus:right").value == .rejected)
    }

    @Test("After a change of its hash, the last valid credential is checked first")
    func changedHash() async {
        check.finish()
        #expect(await send("bob:bob's").value == .allowed)
        let guesses = await guess(60)
        authentication.update(users: ["prometheus": Secret("hash of right"), "bob": Secret("hash of bob's ")])
        authentication.update(users: ["prometheus": Secret("hash of right"), "bob": Secret("hash of bob's")])
        let right = send("bob:bob's")
        while authentication.waitingRequests < 61 { await Task.yield() }
        check.finish(2)
        #expect(await right.value == .allowed)
        #expect(check.passwords.prefix(3).last == "bob's")
        await end(guesses)
    }

    @Test("A password is rejected if its hash is replaced during the check")
    func replacedDuringCheck() async {
        let old = send("bob:bob's")
        await check.begun(1)
        authentication.update(users: ["bob": Secret("hash of new")])
        check.finish()
        #expect(await old.value == .rejected)
    }

    @Test("The password of an unknown user is checked against a decoy")
    func unknown() async {
        check.finish()
        #expect(await send("mallory:right").value == .rejected)
        #expect(check.passwords == ["right"])
    }
}
