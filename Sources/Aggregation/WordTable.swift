// SPDX-License-Identifier: Apache-2.0
internal import FabricModel

/// The words of a listing, numbered. There are a few dozen of them and several in each row, so that a row is counted by
/// numbers, which are compared and hashed in one step.
struct WordTable: Sendable {
    /// Stands for the word that is not there.
    static let none: UInt32 = 0

    private let seed = HashSeed.ofProcess
    /// The words by their numbers; the first is no word.
    private(set) var words: [Word] = [Word("")]
    /// Short words by their numbers; nothing where the word is long.
    private var spellings: [Spelling?] = [nil]
    /// The number of a short word at a place that its spelling says or after it; 0 where there is none.
    private var places = [UInt32](repeating: 0, count: 64)
    private var longWords: [[UInt8]: UInt32] = [:]

    /// The number of `text`, or of `fallback` where there is none.
    @inline(__always)
    mutating func number(of text: PageText, or fallback: UInt32 = none) -> UInt32 {
        if text.isEmpty { return fallback }
        guard let spelling = Spelling(text.bytes) else { return number(ofLong: Array(text.bytes)) }
        return number(of: spelling)
    }

    /// The number of `word`.
    mutating func number(of word: Word) -> UInt32 {
        if word == words[0] { return Self.none }
        guard let spelling = word.spelling else { return number(ofLong: Array(word.text.utf8)) }
        return number(of: spelling)
    }

    @inline(__always)
    private mutating func number(of spelling: Spelling) -> UInt32 {
        let place = find(spelling)
        return places[place] != 0 ? places[place] : add(spelling, at: place)
    }

    @inline(__always)
    private func find(_ spelling: Spelling) -> Int {
        let mask = places.count - 1
        var place = Int(truncatingIfNeeded: spelling.hash(seed)) & mask
        while places[place] != 0, spellings[Int(places[place])] != spelling { place = (place + 1) & mask }
        return place
    }

    private mutating func add(_ spelling: Spelling, at place: Int) -> UInt32 {
        let number = UInt32(words.count)
        words.append(Word(spelling))
        spellings.append(spelling)
        places[place] = number
        if words.count * 2 > places.count {
            places = [UInt32](repeating: 0, count: places.count * 2)
            for (number, spelling) in spellings.enumerated() {
                if let spelling { places[find(spelling)] = UInt32(number) }
            }
        }
        return number
    }

    private mutating func number(ofLong bytes: [UInt8]) -> UInt32 {
        if let number = longWords[bytes] { return number }
        let number = UInt32(words.count)
        words.append(bytes.withUnsafeBufferPointer { Word(utf8: $0) })
        spellings.append(nil)
        longWords[bytes] = number
        return number
    }
}
