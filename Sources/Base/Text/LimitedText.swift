// SPDX-License-Identifier: Apache-2.0

extension String {
    /// Returns the longest beginning of the string that has at most `limit` bytes in UTF-8 and ends between two Unicode
    /// scalars. Limits on texts from outside count bytes: one `Character` can have any number of combining marks.
    public func prefix(bytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var end = utf8.index(startIndex, offsetBy: max(0, limit))
        while utf8[end] & 0xC0 == 0x80 { end = utf8.index(before: end) }
        return String(self[..<end])
    }
}
