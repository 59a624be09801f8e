// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import WebServer

@Suite("The queue of passwords to check")
struct GuessQueueTests {
    /// A queue whose changes the macro can look at.
    private final class Queue {
        private var queue = GuessQueue()

        init(_ guesses: [(UInt8, String)] = []) {
            for (digest, address) in guesses { #expect(add([digest], from: address) == nil) }
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

    @Test("Of one address the newest and the oldest take turns")
    func oneAddress() {
        let queue = Queue([(1, "a"), (2, "a"), (3, "a"), (4, "a")])
        #expect(queue.rest == [4, 1, 3, 2])
    }

    @Test("A pair that has just come is checked before those that wait, every second time at least")
    func arrival() {
        let queue = Queue((1...60).map { ($0, "a") })
        _ = queue.next()
        _ = queue.next()
        _ = queue.add([200], from: "a")
        #expect(queue.next() == [200])
    }

    @Test("Addresses take turns, and one that has not been checked for longest is next")
    func addresses() {
        let queue = Queue([(1, "a"), (2, "a"), (3, "a"), (11, "b"), (12, "b")])
        #expect(queue.next() == [12])
        #expect(queue.next() == [3])
        #expect(queue.next() == [11])
        _ = queue.add([21], from: "c")
        #expect(queue.rest == [21, 1, 2])
    }

    @Test("A full queue turns away the oldest pair from the address that has most of them")
    func full() {
        let queue = Queue()
        #expect(queue.add([0], from: "b") == nil)
        for number in 1..<GuessQueue.limit { #expect(queue.add([UInt8(number)], from: "a") == nil) }
        #expect(queue.add([200], from: "c") == [1])
        #expect(queue.add([201], from: "a") == [2])
    }

    @Test("A pair that was right before is checked before all others, and can be removed")
    func first() {
        var queue = GuessQueue()
        for number in 1...3 { _ = queue.add([UInt8(number)], from: "a") }
        for number in 10...12 { _ = queue.add([UInt8(number)], from: "a", isFirst: true) }
        let isRemoved = queue.remove([11])
        #expect(isRemoved)
        var order: [[UInt8]] = []
        while let next = queue.next() { order.append(next) }
        #expect(order == [[10], [12], [3], [1], [2]])
    }

    @Test("A pair that was removed is not checked")
    func removed() {
        let queue = Queue([(1, "a"), (2, "a")])
        #expect(queue.remove([2]))
        #expect(!queue.remove([2]))
        #expect(queue.rest == [1])
    }

    @Test("Turns of more addresses than are remembered do not keep a pair from being checked")
    func manyAddresses() {
        let queue = Queue()
        for number in 0..<3_000 {
            #expect(queue.add([1], from: "\(number)") == nil)
            #expect(queue.next() == [1])
        }
        #expect(queue.next() == nil)
    }

    @Test(
        "An address is the peer without its port, and the network of an IPv6 peer",
        arguments: [
            ("192.0.2.1:80", "192.0.2.1:81", true), ("192.0.2.1:80", "192.0.2.2:80", false),
            ("[2001:db8::1]:80", "[2001:db8:0:0:ffff::2]:80", true),
            ("[2001:db8::1]:80", "[2001:db8:0:1::1]:80", false),
            ("[::1]:1", "127.0.0.1:1", false), ("[fe80::1%x]:1", "[fe80::1%x]:2", true),
        ])
    func address(one: String, other: String, isSame: Bool) {
        #expect((GuessQueue.address(of: one) == GuessQueue.address(of: other)) == isSame)
    }
}
