// SPDX-License-Identifier: Apache-2.0
internal import FabricModel

/// The endpoints that are served one by one, ordered by id, in a few bytes each: there may be a hundred thousand in a
/// workspace. Each is written after the one before it, so that they can be read in their order alone.
struct DetailList: Sendable {
    /// One endpoint, with its words as numbers and its texts where they stand in the list.
    struct Item {
        var id: EndpointID
        var type: Int
        var status: Int
        var visibility: Int
        /// 0 where there is none.
        var errorCode: Int
        var since: Timestamp
    }

    private enum Texts {
        static let name: UInt8 = 1
        static let message: UInt8 = 2
    }

    private var packed: [UInt8] = []
    /// How many endpoints there are.
    private(set) var count = 0
    private var lastName: [UInt8] = []
    private var lastMessage: [UInt8] = []
    private var lastSince = Timestamp(microseconds: 0)

    mutating func append(_ item: Item, name: String?, message: String?) {
        item.id.pack(into: &packed)
        for word in [item.type, item.status, item.visibility, item.errorCode] { packed.appendNumber(UInt64(word)) }
        packed.appendSigned(item.since.microseconds &- lastSince.microseconds)
        lastSince = item.since
        packed.append((name == nil ? 0 : Texts.name) | (message == nil ? 0 : Texts.message))
        if let name { Self.append(name, after: &lastName, to: &packed) }
        if let message { Self.append(message, after: &lastMessage, to: &packed) }
        count += 1
    }

    /// Gives back what was reserved for more.
    mutating func close() {
        packed = packed.withUnsafeBufferPointer { Array($0) }
        (lastName, lastMessage) = ([], [])
    }

    /// Names of one workspace mostly begin alike, so that what a text has in common with the one before is left out.
    private static func append(_ text: String, after last: inout [UInt8], to packed: inout [UInt8]) {
        var text = text
        text.withUTF8 { bytes in
            var shared = 0
            while shared < min(bytes.count, last.count), bytes[shared] == last[shared] { shared += 1 }
            packed.appendNumber(UInt64(shared))
            packed.appendNumber(UInt64(bytes.count - shared))
            packed += bytes[shared...]
            last.replaceSubrange(shared..., with: bytes[shared...])
        }
    }

    /// Reads all, in their order.
    /// - Parameter body: handed each with its name and message, empty where there is none, which are gone when it returns.
    func forEach(_ body: (Item, _ name: UnsafeBufferPointer<UInt8>, _ message: UnsafeBufferPointer<UInt8>) -> Void) {
        packed.withUnsafeBufferPointer { packed in
            var reader = PackedReader(packed)
            var (name, message): ([UInt8], [UInt8]) = ([], [])
            var since: Int64 = 0
            func read(_ text: inout [UInt8]) {
                let shared = Int(reader.number())
                text.replaceSubrange(shared..., with: reader.bytes(Int(reader.number())))
            }
            let nothing = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
            while !reader.isAtEnd {
                var item = Item(
                    id: EndpointID(unpacking: &reader), type: Int(reader.number()), status: Int(reader.number()),
                    visibility: Int(reader.number()), errorCode: Int(reader.number()),
                    since: Timestamp(microseconds: 0))
                since &+= reader.signed()
                item.since = Timestamp(microseconds: since)
                let texts = reader.byte()
                if texts & Texts.name != 0 { read(&name) }
                if texts & Texts.message != 0 { read(&message) }
                name.withUnsafeBufferPointer { name in
                    message.withUnsafeBufferPointer { message in
                        body(
                            item, texts & Texts.name != 0 ? name : nothing,
                            texts & Texts.message != 0 ? message : nothing)
                    }
                }
            }
        }
    }
}
