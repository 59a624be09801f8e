// SPDX-License-Identifier: Apache-2.0
internal import FabricModel

/// The endpoints that are served one by one, ordered by id, in a few bytes each: there may be a hundred thousand in a
/// workspace. Each is written after the one before it, so that they can be read in their order alone.
struct DetailList: Sendable {
    /// One endpoint, with its words as numbers.
    struct Item {
        var id: EndpointID
        var words: Words
        var since: Timestamp
    }

    /// The words of an endpoint. Many endpoints have the same four.
    struct Words: Hashable, Sendable {
        var type: UInt32
        var status: UInt32
        var visibility: UInt32
        /// ``WordTable/none`` where there is none.
        var errorCode: UInt32
    }

    private enum Flags {
        static let name: UInt8 = 1
        static let message: UInt8 = 2
        /// Whether all that is known of the time are milliseconds, which is all that the service writes.
        static let milliseconds: UInt8 = 4
    }

    private var packed: [UInt8] = []
    /// How many endpoints there are.
    private(set) var count = 0
    private var words: [Words] = []
    private var numbers: [Words: Int] = [:]
    private var lastName: [UInt8] = []
    private var lastMessage: [UInt8] = []
    private var lastSince: Int64 = 0

    mutating func append(_ item: Item, name: String?, message: String?) {
        let (since, isMilliseconds) = item.since.microseconds.quotientAndRemainder(dividingBy: 1_000)
        let time = isMilliseconds == 0 ? since : item.since.microseconds
        item.id.pack(
            (name == nil ? 0 : Flags.name) | (message == nil ? 0 : Flags.message)
                | (isMilliseconds == 0 ? Flags.milliseconds : 0), into: &packed)
        packed.appendNumber(UInt64(number(of: item.words)))
        packed.appendSigned(time &- lastSince)
        lastSince = time
        if let name { Self.append(name, after: &lastName, to: &packed) }
        if let message { Self.append(message, after: &lastMessage, to: &packed) }
        count += 1
    }

    private mutating func number(of words: Words) -> Int {
        if let number = numbers[words] { return number }
        numbers[words] = self.words.count
        self.words.append(words)
        return self.words.count - 1
    }

    /// Gives back what was reserved for more.
    mutating func close() {
        packed = packed.withUnsafeBufferPointer { Array($0) }
        (lastName, lastMessage, numbers) = ([], [], [:])
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
            var time: Int64 = 0
            func read(_ text: inout [UInt8]) {
                let shared = Int(reader.number())
                text.replaceSubrange(shared..., with: reader.bytes(Int(reader.number())))
            }
            let nothing = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
            while !reader.isAtEnd {
                var flags: UInt8 = 0
                let id = EndpointID(unpacking: &reader, &flags)
                let words = words[Int(reader.number())]
                time &+= reader.signed()
                let since = Timestamp(microseconds: flags & Flags.milliseconds != 0 ? time * 1_000 : time)
                if flags & Flags.name != 0 { read(&name) }
                if flags & Flags.message != 0 { read(&message) }
                name.withUnsafeBufferPointer { name in
                    message.withUnsafeBufferPointer { message in
                        body(
                            Item(id: id, words: words, since: since), flags & Flags.name != 0 ? name : nothing,
                            flags & Flags.message != 0 ? message : nothing)
                    }
                }
            }
        }
    }

    /// The same without messages, which no page shows.
    var withoutMessages: DetailList {
        var list = DetailList()
        forEach { item, name, _ in list.append(item, name: PageText(name).string, message: nil) }
        list.close()
        return list
    }
}
