// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Base

@Suite("HTTP dates")
struct HTTPDateTests {
    @Test(
        "All three formats of RFC 9110 are parsed",
        arguments: [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
            ("Sun Nov  6 08:49:37 1994", 784_111_777), ("Sun Nov 16 08:49:37 1994", 784_975_777),
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Thursday, 01-Jan-70 00:00:00 GMT", 0),
            ("Thursday, 21-Jan-27 00:00:00 GMT", 1_800_489_600), ("Tue, 29 Feb 2028 00:00:00 GMT", 1_835_395_200),
        ] as [(String, Int64)])
    func valid(text: String, seconds: Int64) {
        #expect(HTTPDate.parse(text) == Timestamp(microseconds: seconds * 1_000_000))
    }

    @Test(
        "Any other text is rejected",
        arguments: [
            "", "now", "784111777", "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 06 Nov 94 08:49:37 GMT", "Sonntag, 06-Nov-94 08:49:37 GMT", "Sunday, 06-Nov-1994 08:49:37 GMT",
            "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT", "Sun Nov 6 08:49:37 1994",
            "Sun Nov  16 08:49:37 1994", "Sun Nov  6 08:49:37 1994 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
            "Sun,  06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 8:49:37 GMT", "Sunday, 06-Nov--4 08:49:37 GMT",
            "Xyz, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT ",
        ])
    func invalid(text: String) { #expect(HTTPDate.parse(text) == nil) }
}
