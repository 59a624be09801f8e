// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import WebServer

@Suite("The queue of password checks")
struct PasswordCheckQueueTests {
    /// A reference type, because `#expect` cannot call mutating methods.
    private final class Queue {
        private var queue = PasswordCheckQueue()

        init(_ entries: [(UInt8, String)] = []) {
            for (digest, address) in entries { #expect(add([digest], from: address) == nil) }
        }

        var rest: [UInt8] {
            var order: [UInt8] = []
            while let next = queue.next() { order += next }
            return order
        }

        func add(_ digest: [UInt8], from address: String) -> [UInt8]? { queue.add(digest, from: address) }
        func remove(_ digest: [UInt8]) -> Bool { queue.remove(digest) }
        func next() -> [UInt8]? { queue.next() }
    }

    @Test("Within an address, the newest and the oldest credential alternate")
    func oneAddress() {
        let queue = Queue([(1, "a"), (2, "a"), (3, "a"), (4, "a")])
        #expect(queue.rest == [4, 1, 3, 2])
    }

    @Test("A new credential is checked at least every second time before those that wait")
    func arrival() {
        let queue = Queue((1...60).map { ($0, "a") })
        _ = queue.next()
        _ = queue.next()
        _ = queue.add([200], from: "a")
        #expect(queue.next() == [200])
    }

    @Test("Addresses take turns, the longest waiting first")
    func addresses() {
        let queue = Queue([(1, "a"), (2, "a"), (3, "a"), (11, "b"), (12, "b")])
        #expect(queue.next() == [12])
        #expect(queue.next() == [3])
        #expect(queue.next() == [11])
        _ = queue.add([21], from: "c")
        #expect(queue.rest == [21, 1, 2])
    }

    @Test("A full queue removes the oldest credential of the address with the most")
    func full() {
        let queue = Queue()
        #expect(queue.add([0], from: "b") == nil)
        for number in 1..<PasswordCheckQueue.limit { #expect(queue.add([UInt8(number)], from: "a") == nil) }
        #expect(queue.add([200], from: "c") == [1])
        #expect(queue.add([201], from: "a") == [2])
    }

    @Test("Prioritized credentials are checked first and can be removed")
    func first() {
        var queue = PasswordCheckQueue()
        for number in 1...3 { _ = queue.add([UInt8(number)], from: "a") }
        for number in 10...12 { _ = queue.add([UInt8(number)], from: "a", isFirst: true) }
        let isRemoved = queue.remove([11])
        #expect(isRemoved)
        var order: [[UInt8]] = []
        while let next = queue.next() { order.append(next) }
        #expect(order == [[10], [12], [3], [1], [2]])
    }

    @Test("A removed credential is not checked")
    func removed() {
        let queue = Queue([(1, "a"), (2, "a")])
        #expect(queue.remove([2]))
        #expect(!queue.remove([2]))
        #expect(queue.rest == [1])
    }

    @Test("Credentials are checked even if there are more addresses than stored turns")
    func manyAddresses() {
        let queue = Queue()
        for number in 0..<3_000 {
            #expect(queue.add([1], from: "\(number)") == nil)
            #expect(queue.next() == [1])
        }
        #expect(queue.next() == nil)
    }

    @Test(
        "Peers are grouped by address without port, IPv6 peers by network",
        arguments: [
            ("192.0.2.1:80", "192.0.2.1:81", true), ("192.0.2.1:80", "192.0.2.2:80", false),
            ("[2001:db8::1]:80", "[2001:db8:0:0:ffff::2]:80", true),
            ("[2001:db8::1]:80", "[2001:db8:0:1::1]:80", false),
            ("[::1]:1", "127.0.0.1:1", false), ("[fe80::1%x]:1", "[fe80::1%x]:2", true),
        ])
    func address(one: String, other: String, isSame: Bool) {
        #expect((PasswordCheckQueue.address(of: one) == PasswordCheckQueue.address(of: other)) == isSame)
    }
}
