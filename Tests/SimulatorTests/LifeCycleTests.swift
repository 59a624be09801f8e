// SPDX-License-Identifier: Apache-2.0
import Simulator
import Testing

@Suite("Life cycles")
struct LifeCycleTests {
    private static let start: Int64 = 1_750_000_000

    private static func text(_ lifeCycle: LifeCycle) -> String { JSONValue.array(lifeCycle.endpoints.map(\.json)).text }

    private static func endpoint(_ lifeCycle: LifeCycle, _ name: String) -> SimulatedEndpoint? {
        lifeCycle.endpoints.first { $0.name?.string == name }
    }

    @Test("Advancing at once or second by second gives the same result, which depends on the seed")
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

    @Test("Initially there are endpoints in every status, failed ones with error codes")
    func beginning() {
        let lifeCycle = LifeCycle(seed: 1, startSeconds: Self.start, population: 13)
        #expect(Set(lifeCycle.endpoints.compactMap(\.status?.string)) == Set(SeededData.statuses))
        for endpoint in lifeCycle.endpoints {
            #expect((endpoint.errorCode?.string != nil) == (endpoint.status?.string?.hasSuffix("_FAILED") == true))
        }
        let many = LifeCycle(seed: 1, startSeconds: Self.start, population: 200).endpoints
        #expect(many.allSatisfy { ($0.cap != nil) == ($0.type?.string?.hasPrefix("ray") == true) })
        #expect((1...60).contains(many.count { $0.visibility == "PUBLIC" }))
        #expect(
            Self.endpoint(lifeCycle, "stuck-since-before")?.createTime?.string?.hasPrefix("2025-06-15T13:06:40.")
                == true)
    }

    @Test("The script creates, gets stuck, fails, updates, deletes and suspends endpoints", arguments: 1...20)
    func script(seed: Int) throws {
        var lifeCycle = LifeCycle(seed: seed, startSeconds: Self.start, population: 20)
        lifeCycle.advance(to: 4)
        #expect(Self.endpoint(lifeCycle, "nightly-report") == nil)
        lifeCycle.advance(to: 5)
        #expect(Self.endpoint(lifeCycle, "nightly-report")?.status == "CREATING")
        #expect(Self.endpoint(lifeCycle, "nightly-report")?.updateTime == "2025-06-15T15:06:45.000Z")
        lifeCycle.advance(to: 20)
        #expect(Self.endpoint(lifeCycle, "stuck-in-creation")?.status == "CREATING")
        lifeCycle.advance(to: 41)
        #expect(lifeCycle.endpoints.filter { $0.status == "UPDATING" }.count == 2)
        lifeCycle.advance(to: 50)
        #expect(Self.endpoint(lifeCycle, "nightly-report")?.status != "CREATING")
        lifeCycle.advance(to: 79)
        let failed = try #require(Self.endpoint(lifeCycle, "wrong-spec"))
        #expect(failed.status == "CREATE_FAILED")
        #expect(
            SeededData.failures.contains {
                failed.errorCode == .string($0.code) && failed.errorMsg == .string($0.message)
            })
        #expect(Self.endpoint(lifeCycle, "rolling-update")?.status != "UPDATING")
        #expect(Self.endpoint(lifeCycle, "old-version") == nil)
        #expect(lifeCycle.endpoints.filter { $0.status == "FROZEN" }.count >= 2)
        lifeCycle.advance(to: 5000)
        #expect(Self.endpoint(lifeCycle, "stuck-in-creation")?.status == "CREATING")
        #expect(Self.endpoint(lifeCycle, "stuck-since-before")?.status == "CREATING")
        #expect(Self.endpoint(lifeCycle, "wrong-spec") == nil)
    }

    @Test("Without isTroubled there are no failures, and the number of endpoints stays near the population")
    func calm() {
        var lifeCycle = LifeCycle(seed: 9, startSeconds: Self.start, population: 30, isTroubled: false)
        var statuses: Set<String> = []
        for second in 0...20_000 {
            lifeCycle.advance(to: second)
            statuses.formUnion(lifeCycle.endpoints.compactMap(\.status?.string))
            #expect((24...36).contains(lifeCycle.endpoints.count))
        }
        #expect(statuses == ["RUNNING", "CREATING", "UPDATING", "DELETING"])
    }
}
