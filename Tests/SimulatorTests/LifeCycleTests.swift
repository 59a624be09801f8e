// SPDX-License-Identifier: Apache-2.0
import Simulator
import Testing

@Suite("Life cycles")
struct LifeCycleTests {
    private static let start: Int64 = 1_750_000_000

    private static func text(_ life: LifeCycle) -> String { JSONValue.array(life.endpoints.map(\.json)).text }

    private static func endpoint(_ life: LifeCycle, _ name: String) -> SimulatedEndpoint? {
        life.endpoints.first { $0.name?.string == name }
    }

    @Test("It comes out the same in one leap or second by second, and differs by seed")
    func determinism() {
        var leaping = LifeCycle(seed: 4, startSeconds: Self.start, population: 30)
        var stepping = leaping
        leaping.advance(to: 1500)
        for second in 0...1500 { stepping.advance(to: second) }
        #expect(Self.text(leaping) == Self.text(stepping))
        var other = LifeCycle(seed: 5, startSeconds: Self.start, population: 30)
        other.advance(to: 1500)
        #expect(Self.text(leaping) != Self.text(other))
        leaping.advance(to: 10)
        #expect(leaping.second == 1500)
    }

    @Test("From the first moment there is an endpoint in every status, failures with their codes")
    func beginning() {
        let life = LifeCycle(seed: 1, startSeconds: Self.start, population: 13)
        #expect(Set(life.endpoints.compactMap(\.status?.string)) == Set(SeededData.statuses))
        for endpoint in life.endpoints {
            #expect((endpoint.errorCode?.string != nil) == (endpoint.status?.string?.hasSuffix("_FAILED") == true))
        }
        let many = LifeCycle(seed: 1, startSeconds: Self.start, population: 200).endpoints
        #expect(many.allSatisfy { ($0.cap != nil) == ($0.type?.string?.hasPrefix("ray") == true) })
        #expect((1...60).contains(many.count { $0.visibility == "PUBLIC" }))
        #expect(
            Self.endpoint(life, "stuck-since-before")?.createTime?.string?.hasPrefix("2025-06-15T13:06:40.") == true)
    }

    @Test("The script runs: creation, a stuck one, a failure, an update, a deletion, a freeze", arguments: 1...20)
    func script(seed: Int) throws {
        var life = LifeCycle(seed: seed, startSeconds: Self.start, population: 20)
        life.advance(to: 4)
        #expect(Self.endpoint(life, "nightly-report") == nil)
        life.advance(to: 5)
        #expect(Self.endpoint(life, "nightly-report")?.status == "CREATING")
        #expect(Self.endpoint(life, "nightly-report")?.updateTime == "2025-06-15T15:06:45.000Z")
        life.advance(to: 20)
        #expect(Self.endpoint(life, "stuck-in-creation")?.status == "CREATING")
        life.advance(to: 41)
        #expect(life.endpoints.filter { $0.status == "UPDATING" }.count == 2)
        life.advance(to: 50)
        #expect(Self.endpoint(life, "nightly-report")?.status != "CREATING")
        life.advance(to: 79)
        let failed = try #require(Self.endpoint(life, "wrong-spec"))
        #expect(failed.status == "CREATE_FAILED")
        #expect(
            SeededData.failures.contains {
                failed.errorCode == .string($0.code) && failed.errorMsg == .string($0.message)
            })
        #expect(Self.endpoint(life, "rolling-update")?.status != "UPDATING")
        #expect(Self.endpoint(life, "on-its-way-out") == nil)
        #expect(life.endpoints.filter { $0.status == "FROZEN" }.count >= 2)
        life.advance(to: 5000)
        #expect(Self.endpoint(life, "stuck-in-creation")?.status == "CREATING")
        #expect(Self.endpoint(life, "stuck-since-before")?.status == "CREATING")
        #expect(Self.endpoint(life, "wrong-spec") == nil)
    }

    @Test("A calm life has no failures, and the number of endpoints stays near where it began")
    func calm() {
        var life = LifeCycle(seed: 9, startSeconds: Self.start, population: 30, isTroubled: false)
        var statuses: Set<String> = []
        for second in 0...20_000 {
            life.advance(to: second)
            statuses.formUnion(life.endpoints.compactMap(\.status?.string))
            #expect((24...36).contains(life.endpoints.count))
        }
        #expect(statuses == ["RUNNING", "CREATING", "UPDATING", "DELETING"])
    }
}
