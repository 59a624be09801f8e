// SPDX-License-Identifier: Apache-2.0
import Base
import Dispatch
import HTTPServer
import Synchronization
import Testing

@testable import WebServer

@Suite("Clients that guess passwords", .timeLimit(.minutes(1)))
struct BasicAuthenticationGuessingTests {
    /// Checks passwords one at a time, each when the test lets it; a password is right if the hash is `hash of` it.
    private final class SlowCheck: Sendable {
        private let permits = DispatchSemaphore(value: 0)
        private let begun = Mutex<[String]>([])

        /// The passwords whose check has begun.
        var passwords: [String] { begun.withLock { $0 } }

        func matches(_ password: Secret, _ hash: Secret) -> Bool {
            let (password, hash) = (password.withExposedValue { $0 }, hash.withExposedValue { $0 })
            begun.withLock { $0.append(password) }
            permits.wait()
            return hash == "hash of \(password)"
        }

        /// Lets that many checks end.
        func finish(_ number: Int = 1) { for _ in 0..<number { permits.signal() } }

        /// Waits until the check of that many passwords has begun.
        func begun(_ number: Int) async { while passwords.count < number { await Task.yield() } }
    }

    private let check = SlowCheck()
    private let authentication: BasicAuthentication

    init() {
        authentication = BasicAuthentication(
            users: ["prometheus": Secret("hash of right"), "bob": Secret("hash of bob's")], matches: check.matches)
    }

    private func ask(
        _ pair: String, from peer: String = "192.0.2.1:1"
    ) -> Task<BasicAuthentication.Answer, Never> {
        Task { [authentication] in
            await authentication.check(BasicAuthenticationTests.header(pair), from: peer)
        }
    }

    /// Sends guesses, of which one is checked and the others wait.
    private func guess(
        _ number: Int, from peer: String = "192.0.2.1:1"
    ) async -> [Task<BasicAuthentication.Answer, Never>] {
        let before = check.passwords.count
        var tasks: [Task<BasicAuthentication.Answer, Never>] = []
        for index in 0..<number { tasks.append(ask("prometheus:guess \(index)", from: peer)) }
        while authentication.waitingRequests < number { await Task.yield() }
        // On a thread of low priority, which may take its time.
        await check.begun(before + 1)
        return tasks
    }

    private func end(_ tasks: [Task<BasicAuthentication.Answer, Never>]) async {
        check.finish(1_000)
        for task in tasks { #expect(await task.value != .allowed) }
    }

    @Test("A remembered pair waits for no guess")
    func remembered() async {
        check.finish()
        #expect(await ask("prometheus:right").value == .allowed)
        let guesses = await guess(60)
        // None of the guesses can end meanwhile.
        for _ in 0..<40 { #expect(await ask("prometheus:right").value == .allowed) }
        #expect(check.passwords.count == 2)
        await end(guesses)
    }

    @Test("Requests that wait for their password to be checked do not count against the limit of requests")
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
        "A right pair that is not remembered is checked next, although others wait",
        arguments: ["192.0.2.1:2", "192.0.2.2:1"])
    func right(peer: String) async {
        let guesses = await guess(60)
        // Of the guessers' own address the next turn is the oldest one's.
        check.finish()
        await check.begun(2)
        let right = ask("prometheus:right", from: peer)
        while authentication.waitingRequests < 60 { await Task.yield() }
        check.finish(2)
        #expect(await right.value == .allowed)
        await end(guesses)
    }

    @Test("The same pair is checked once for all requests that sent it")
    func samePair() async {
        let tasks = (0..<500).map { _ in ask("prometheus:right") }
        while authentication.waitingRequests < 500 { await Task.yield() }
        check.finish()
        for task in tasks { #expect(await task.value == .allowed) }
        #expect(check.passwords == ["right"])
    }

    @Test("A pair beyond those that may wait is turned away at once, with 429 and Retry-After")
    func crowd() async {
        let web = Web(access: AccessRules(authentication: authentication))
        let check = check
        await withTaskGroup(of: ListenerResponse.self) { group in
            func send(_ number: Int) {
                let header = ("Authorization", BasicAuthenticationTests.header("bob:\(number)"))
                group.addTask { await web.get("/metrics", [header]) }
            }
            send(0)
            // While one is being checked the others wait, and one is too many.
            await check.begun(1)
            for number in 0...GuessQueue.limit { send(number + 1) }
            let first = await group.next()
            #expect(first?.status == 429)
            #expect(first?.headerLines.contains("Retry-After: 1") == true)
            check.finish(GuessQueue.limit + 1)
            for await response in group { #expect(response.status == 401) }
        }
    }

    @Test("A pair that was given up is not checked")
    func gone() async {
        let first = ask("bob:first")
        await check.begun(1)
        let gone = ask("bob:gone")
        while authentication.waitingRequests < 2 { await Task.yield() }
        gone.cancel()
        #expect(await gone.value == .refused)
        check.finish(2)
        #expect(await first.value == .refused)
        #expect(await ask("bob:next").value == .refused)
        #expect(check.passwords == ["first", "next"])
    }

    @Test("Other users' changes leave a user remembered; a changed hash does not")
    func update() async {
        check.finish(2)
        #expect(await ask("prometheus:right").value == .allowed)
        #expect(await ask("bob:bob's").value == .allowed)
        authentication.update(users: ["prometheus": Secret("hash of right"), "bob": Secret("hash of new")])
        #expect(await ask("prometheus:right").value == .allowed)
        #expect(check.passwords == ["right", "bob's"])
        check.finish(2)
        #expect(await ask("bob:bob's").value == .refused)
        #expect(await ask("bob:new").value == .allowed)
        authentication.update(users: ["bob": Secret("hash of new")])
        check.finish()
        #expect(await ask("prometheus:right").value == .refused)
    }

    @Test("After a change of its hash, a pair that was right is checked before all guesses")
    func changedHash() async {
        check.finish()
        #expect(await ask("bob:bob's").value == .allowed)
        let guesses = await guess(60)
        authentication.update(users: ["prometheus": Secret("hash of right"), "bob": Secret("hash of bob's ")])
        authentication.update(users: ["prometheus": Secret("hash of right"), "bob": Secret("hash of bob's")])
        let right = ask("bob:bob's")
        while authentication.waitingRequests < 61 { await Task.yield() }
        check.finish(2)
        #expect(await right.value == .allowed)
        #expect(check.passwords.prefix(3).last == "bob's")
        await end(guesses)
    }

    @Test("A password whose hash is replaced while it is checked is refused")
    func replacedMeanwhile() async {
        let old = ask("bob:bob's")
        await check.begun(1)
        authentication.update(users: ["bob": Secret("hash of new")])
        check.finish()
        #expect(await old.value == .refused)
    }

    @Test("An unknown user is checked too, against a hash that no password has")
    func unknown() async {
        check.finish()
        #expect(await ask("mallory:right").value == .refused)
        #expect(check.passwords == ["right"])
    }
}
