// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric

/// The changes of status of a workspace's endpoints since the start of the exporter. A counter must never go backwards,
/// so no series ever ends; the label values have tables of their own, so that old series take no place from the values
/// of other families.
struct TransitionCounts: Sendable {
    /// The key of a series. Its numbers are those of ``types`` and ``statuses``.
    struct Key: Hashable, Sendable {
        var type: UInt32
        var from: UInt32
        var to: UInt32
    }

    private(set) var types: StringTable
    private(set) var statuses: StringTable
    private(set) var counts: [Key: UInt64] = [:]
    /// The total length of label values in the series, in bytes.
    private var labelBytes = 0

    init(types: StringTable, statuses: StringTable) {
        self.types = types
        self.statuses = statuses
    }

    /// Adds `number` changes of status; 0 only makes sure that the series exists.
    /// - Parameter cutValues: incremented for each value that became `other`.
    mutating func add(
        _ number: UInt64, type: String, from: String, to: String, _ settings: ListingSettings, cutValues: inout Int
    ) {
        func intern(_ text: String, _ table: inout StringTable) -> UInt32 {
            var text = text
            return text.withUTF8 {
                table.number(of: BorrowedText($0), limit: settings.maximumLabelValues, cutValues: &cutValues)
            }
        }
        var key = Key(type: intern(type, &types), from: intern(from, &statuses), to: intern(to, &statuses))
        if counts[key] == nil {
            if labelBytes >= settings.maximumLabelBytes { limit(&key, &cutValues) }
            labelBytes += types[key.type].utf8.count + statuses[key.from].utf8.count + statuses[key.to].utf8.count
        }
        counts[key, default: 0] += number
    }

    /// Replaces the undocumented values of a new series' key by `other`.
    private func limit(_ key: inout Key, _ cutValues: inout Int) {
        func limit(_ number: inout UInt32, _ table: StringTable) {
            if table.isDocumented(number) { return }
            cutValues += 1
            number = StringTable.other
        }
        limit(&key.type, types)
        limit(&key.from, statuses)
        limit(&key.to, statuses)
    }

    /// Returns the series in the order of the page.
    mutating func sorted() -> [(key: Key, count: UInt64)] {
        if counts.isEmpty { return [] }
        let (types, statuses) = (types.ranks(), statuses.ranks())
        func rank(_ key: Key) -> (Int, Int, Int) {
            (types[Int(key.type)], statuses[Int(key.from)], statuses[Int(key.to)])
        }
        return counts.map { (key: $0.key, count: $0.value) }.sorted { rank($0.key) < rank($1.key) }
    }
}
