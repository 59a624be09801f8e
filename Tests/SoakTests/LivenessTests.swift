// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import fabric_soak

@Suite("Liveness")
struct LivenessTests {
    @Test("A regularly polled workspace is not reported")
    func alive() {
        var liveness = Liveness("polling", limit: 11)
        for now in stride(from: Int64(100), to: 200, by: 10) {
            #expect(liveness.problems(["a": now - 5, "b": now], at: now) == [])
        }
    }

    @Test("A workspace whose last poll exceeds the limit is reported once, and again after recovery")
    func stopped() {
        var liveness = Liveness("polling", limit: 11_000_000)
        func look(_ last: Int64?, _ second: Int64) -> [String] {
            liveness.problems(["a": last.map { $0 * 1_000_000 }, "b": second * 1_000_000], at: second * 1_000_000)
        }
        #expect(look(100, 100) == [])
        #expect(look(100, 111) == [])
        #expect(look(100, 112) == ["polling of a has stopped 12 s ago"])
        #expect(look(100, 120) == [])
        #expect(look(125, 126) == [])
        #expect(look(125, 140) == ["polling of a has stopped 15 s ago"])
    }

    @Test("The limit of an unpolled workspace starts at its first check")
    func new() {
        var liveness = Liveness("polling", limit: 10)
        #expect(liveness.problems(["a": nil], at: 50) == [])
        #expect(liveness.problems(["a": nil], at: 60) == [])
        #expect(liveness.problems(["a": nil], at: 61).count == 1)
        // A workspace that was removed and returns is new.
        #expect(liveness.problems([:], at: 62) == [])
        #expect(liveness.problems(["a": nil], at: 70) == [])
    }

    @Test("The limit of an excused workspace starts at the end of its excuse")
    func excused() {
        var liveness = Liveness("success", limit: 10)
        #expect(liveness.problems(["a": 100], at: 100) == [])
        liveness.excuse("a", until: 200)
        #expect(liveness.problems(["a": 100], at: 199) == [])
        #expect(liveness.problems(["a": 100], at: 205) == [])
        #expect(liveness.problems(["a": 100], at: 210).count == 1)
    }
}

@Suite("Order of faults")
struct FaultQueueTests {
    private final class Stage {
        var lines: [String] = []
    }

    @Test("Faults run one at a time in order, and are undone at their end")
    func turns() throws {
        let stage = Stage()
        func fault(_ name: String) -> TimedFault {
            TimedFault(name, lasts: 3...3) { _ in
                stage.lines.append("begin \(name)")
                return { stage.lines.append("end \(name)") }
            }
        }
        var queue = FaultQueue([fault("a"), fault("b")], firstPause: 1...1, laterPause: 5...5)
        var random = SoakRandom(seed: 1)
        var happened: [Int64: [String]] = [:]
        for now in stride(from: Int64(0), through: 20_000, by: 1_000) {
            try queue.step(now, &random)
            if !stage.lines.isEmpty { happened[now / 1_000] = stage.lines }
            stage.lines = []
        }
        #expect(
            happened == [
                1: ["begin a"], 4: ["end a"], 5: ["begin b"], 8: ["end b"], 13: ["begin a"], 16: ["end a"],
            ])
        #expect(queue.counts == ["a": 2, "b": 1])
        try queue.step(21_000, &random)
        try queue.finish()
        try queue.finish()
        #expect(stage.lines == ["begin b", "end b"])
    }
}
