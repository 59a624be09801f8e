// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Exporter

@Suite("ActivatedSockets")
struct ActivatedSocketsTests {
    @Test("Descriptors start at 3")
    func descriptors() throws {
        #expect(try ActivatedSockets.descriptors(pid: "7", count: "2", own: 7) == [3, 4])
    }

    @Test(
        "Missing or invalid variables are an error",
        arguments: [(nil, "1"), ("7", nil), ("8", "1"), ("7", "0"), ("7", "-1"), ("7", "x"), ("7", "65"), ("", "")]
            as [(String?, String?)])
    func none(pid: String?, count: String?) {
        #expect(throws: ExporterError.self) { try ActivatedSockets.descriptors(pid: pid, count: count, own: 7) }
    }
}
