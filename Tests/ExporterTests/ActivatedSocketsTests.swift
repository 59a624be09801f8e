// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Exporter

@Suite("Sockets that the service manager hands over")
struct ActivatedSocketsTests {
    @Test("They begin at 3, as many as are told")
    func descriptors() throws {
        #expect(try ActivatedSockets.descriptors(pid: "7", count: "2", own: 7) == [3, 4])
    }

    @Test(
        "None for this process is an error",
        arguments: [(nil, "1"), ("7", nil), ("8", "1"), ("7", "0"), ("7", "-1"), ("7", "x"), ("7", "65"), ("", "")]
            as [(String?, String?)])
    func none(pid: String?, count: String?) {
        #expect(throws: ExporterError.self) { try ActivatedSockets.descriptors(pid: pid, count: count, own: 7) }
    }
}
