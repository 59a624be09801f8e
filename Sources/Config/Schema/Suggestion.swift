// SPDX-License-Identifier: Apache-2.0

/// Suggests a correction for a misspelled word.
enum Suggestion {
    /// Returns the candidate with the smallest edit distance to `word`, the first of equals; nil if the distance
    /// exceeds a third of the word's length.
    static func nearest(to word: String, among candidates: [String]) -> String? {
        // Longer than any key, and the distance takes quadratic time.
        guard word.utf8.count <= 64 else { return nil }
        let limit = max(1, word.count / 3)
        var best: (candidate: String, distance: Int)?
        let letters = Array(word.lowercased())
        for candidate in candidates {
            // The difference in length is a lower bound of the distance.
            guard abs(candidate.utf8.count - letters.count) <= limit else { continue }
            let distance = distance(letters, Array(candidate))
            if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.candidate
    }

    /// Returns the number of insertions, deletions, replacements and swaps of neighbors between two words; `-` for `_`
    /// is free.
    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        let left = left.map { $0 == "-" ? "_" : $0 }
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for (row, letter) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                var cost = min(last[column + 1], current[column]) + 1
                cost = min(cost, last[column] + (letter == other ? 0 : 1))
                if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                current.append(cost)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
