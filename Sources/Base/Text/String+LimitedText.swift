// SPDX-License-Identifier: Apache-2.0

extension String {
    /// Returns the longest prefix of up to `limit` UTF-8 bytes that ends at a boundary of Unicode scalars. Limits on
    /// external texts count bytes, because one `Character` can have any number of combining marks.
    public func prefix(bytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var end = utf8.index(startIndex, offsetBy: max(0, limit))
        while utf8[end] & 0xC0 == 0x80 { end = utf8.index(before: end) }
        return String(self[..<end])
    }
}
