// SPDX-License-Identifier: Apache-2.0
private import Glibc

/// A piece of a page's text that is kept as long as it is the same.
protocol PageText {
    /// Tells the text: equal numbers, equal bytes.
    var serial: UInt64 { get }
    /// Its length in bytes.
    var count: Int { get }
    func append(to bytes: inout [UInt8])
}

/// Gives out numbers that are never given twice.
struct Serials {
    private var last: UInt64 = 0

    mutating func next() -> UInt64 {
        last += 1
        return last
    }
}

/// The lines above a family's samples, or those that end a page.
struct HeaderText: PageText {
    let serial: UInt64
    let bytes: [UInt8]

    var count: Int { bytes.count }
    func append(to bytes: inout [UInt8]) { bytes += self.bytes }
}

/// One family's sample lines in one group. They are not copied out of the fragments before they are needed.
struct FamilyRun: PageText {
    var serial: UInt64
    private(set) var count = 0
    private let group: FragmentGroup
    private var parts: [(fragment: Int, range: Range<Int>)] = []

    fileprivate init(of group: FragmentGroup) {
        serial = 0
        self.group = group
    }

    fileprivate mutating func append(_ range: Range<Int>, of fragment: Int) {
        parts.append((fragment, range))
        count += range.count
    }

    func append(to bytes: inout [UInt8]) {
        for part in parts { bytes += group.fragments[part.fragment].bytes[part.range] }
    }

    fileprivate func isSameText(as other: FamilyRun) -> Bool {
        guard count == other.count, parts.count == other.parts.count else { return false }
        return zip(parts, other.parts).allSatisfy { mine, theirs in
            mine.range.count == theirs.range.count
                && group.fragments[mine.fragment].bytes.withUnsafeBytes { first in
                    other.group.fragments[theirs.fragment].bytes.withUnsafeBytes { second in
                        Self.isSame(
                            UnsafeRawBufferPointer(rebasing: first[mine.range]),
                            UnsafeRawBufferPointer(rebasing: second[theirs.range]))
                    }
                }
        }
    }

    private static func isSame(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) -> Bool {
        guard let start = first.baseAddress, let other = second.baseAddress else { return true }
        return start == other || memcmp(start, other, first.count) == 0
    }
}

/// A group's lines, family by family.
struct GroupRuns {
    let group: FragmentGroup
    /// By the family's index in the catalogue.
    private(set) var byFamily: [Int: FamilyRun] = [:]

    /// - Parameters:
    ///   - indices: of the families that are served, by name.
    ///   - previous: what stood in the group's place before; runs whose text is still the same keep their numbers.
    init(_ group: FragmentGroup, indices: [String: Int], previous: GroupRuns?, serials: inout Serials) {
        self.group = group
        for (position, fragment) in group.fragments.enumerated() {
            for section in fragment.sections {
                guard let index = indices[section.family] else { continue }
                byFamily[index, default: FamilyRun(of: group)].append(section.range, of: position)
            }
        }
        for (index, run) in byFamily {
            if let before = previous?.byFamily[index], before.isSameText(as: run) {
                byFamily[index]?.serial = before.serial
            } else {
                byFamily[index]?.serial = serials.next()
            }
        }
    }
}
