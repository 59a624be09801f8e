// SPDX-License-Identifier: Apache-2.0
import FabricModel
import Testing

@testable import Aggregation

@Suite("Details, packed")
struct DetailListTests {
    private struct Read: Equatable {
        var id: String
        var words: [UInt32]
        var since: Int64
        var name: String?
        var message: String?
    }

    private static let written: [Read] = [
        Read(
            id: "0123456789abcdeffedcba9876543210", words: [1, 2, 3, 0], since: 1_800_000_000_000_000,
            name: "endpoint-1"),
        Read(
            id: "11111111-2222-3333-4444-555555555555", words: [1, 200, 70_000, 4], since: -5, name: nil,
            message: "sold out"),
        Read(id: "端点", words: [0, 0, 0, 0], since: .max, name: "endpoint-12", message: "sold out in zone 7"),
        Read(id: "x", words: [1, 1, 1, 1], since: .min, name: "端", message: nil),
        Read(id: "y", words: [1, 1, 1, 1], since: 0, name: "endpoint", message: "s"),
    ]

    @Test("What is read is what was written, in its order", arguments: [false, true])
    func roundTrip(isClosed: Bool) {
        var list = DetailList()
        for one in Self.written {
            list.append(
                DetailList.Item(
                    id: EndpointID(one.id),
                    words: .init(
                        type: one.words[0], status: one.words[1], visibility: one.words[2], errorCode: one.words[3]),
                    since: Timestamp(microseconds: one.since)),
                name: one.name, message: one.message)
        }
        if isClosed { list.close() }
        var read: [Read] = []
        list.forEach { item, name, message in
            read.append(
                Read(
                    id: item.id.text,
                    words: [item.words.type, item.words.status, item.words.visibility, item.words.errorCode],
                    since: item.since.microseconds, name: PageText(name).string, message: PageText(message).string))
        }
        #expect(read == Self.written)
        #expect(list.count == Self.written.count)
        var withoutMessages = 0
        list.withoutMessages.forEach { item, name, message in
            let one = Self.written[withoutMessages]
            withoutMessages += 1
            #expect(item.id.text == one.id && item.since.microseconds == one.since)
            #expect(PageText(name).string == one.name && message.isEmpty)
        }
        #expect(withoutMessages == Self.written.count)
    }
}
