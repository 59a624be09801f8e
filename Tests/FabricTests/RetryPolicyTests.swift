// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Fabric

@Suite("Retries")
struct RetryPolicyTests {
    @Test(
        "The maximum delay doubles up to the cap",
        arguments: [
            (1, .milliseconds(500)), (2, .seconds(1)), (3, .seconds(2)), (4, .seconds(4)), (5, .seconds(8)),
            (6, .seconds(15)), (7, .seconds(15)), (20, .seconds(15)), (21, .seconds(15)), (100, .seconds(15)),
        ] as [(Int, Duration)]
    )
    func spans(_ attempt: Int, _ span: Duration) {
        let policy = RetryPolicy(retries: 100)
        #expect(policy.delay(beforeRetry: attempt, random: 0) == .zero)
        #expect(policy.delay(beforeRetry: attempt, random: 0.5) == span / 2)
        #expect(policy.delay(beforeRetry: attempt, random: 0.75) == span * 3 / 4)
    }

    @Test("There are at most the configured retries", arguments: [0, 1, 3])
    func limit(_ retries: Int) {
        let policy = RetryPolicy(retries: retries)
        #expect((1...5).map { policy.delay(beforeRetry: $0, random: 0) != nil } == (1...5).map { $0 <= retries })
    }

    @Test("A budget starts half full and earns a fifth of a retry with each request")
    func budget() {
        var budget = RetryBudget()
        #expect((0..<12).map { _ in budget.take() } == [Bool](repeating: true, count: 10) + [false, false])
        for _ in 0..<4 { budget.deposit() }
        #expect(budget.take() == false)
        for _ in 0..<2 { budget.deposit() }
        #expect(budget.take() == true)
        #expect(budget.take() == false)
    }

    @Test("A budget is capped at twenty retries")
    func fullBudget() {
        var budget = RetryBudget()
        for _ in 0..<10_000 { budget.deposit() }
        #expect((0..<30).filter { _ in budget.take() }.count == 20)
    }
}
