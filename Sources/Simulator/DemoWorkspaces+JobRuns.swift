// SPDX-License-Identifier: Apache-2.0

extension DemoWorkspaces {
    private static let jobRunPeriod: Int64 = 120

    /// Returns the job runs of a workspace, `second` seconds after the start of the demo at the Unix time
    /// `startSeconds`. A run starts every two minutes; each fifth one fails.
    static func jobRuns(of workspace: String, startSeconds: Int64, second: Int) -> [SimulatedJobRun] {
        switch workspace {
        case "analytics":
            let now = startSeconds + Int64(second)
            // The runs of the last day.
            return (0..<720).map { (number: Int64) in
                let index = Int64(second) / jobRunPeriod - number
                let created = startSeconds + index * jobRunPeriod
                return jobRun("etl-run", number: index, created: created, age: now - created)
            }
        case "recommendation":
            let waiting: [(minutes: Int64, status: String)] = [
                (47, "PENDING"), (22, "PENDING"), (6, "CREATING"), (180, "RUNNING"), (1_500, "SUCCEEDED"),
            ]
            return waiting.enumerated().map { index, plan in
                let created = startSeconds - plan.minutes * 60
                return jobRun(
                    index == 0 ? "特征回填" : "embedding-run", number: Int64(index), created: created, updated: created,
                    status: plan.status)
            }
        default: return []
        }
    }

    /// Returns a run that was created `age` seconds ago: it waits, runs for a minute and a half, and ends.
    private static func jobRun(_ name: String, number: Int64, created: Int64, age: Int64) -> SimulatedJobRun {
        let end = number % 5 == 0 ? "FAILED" : number % 17 == 0 ? "STOPPED" : "SUCCEEDED"
        let steps: [(after: Int64, status: String)] = [(0, "PENDING"), (15, "CREATING"), (30, "RUNNING"), (120, end)]
        let step = steps.last { $0.after <= age } ?? steps[0]
        return jobRun(name, number: number, created: created, updated: created + step.after, status: step.status)
    }

    private static func jobRun(
        _ name: String, number: Int64, created: Int64, updated: Int64, status: String
    ) -> SimulatedJobRun {
        SimulatedJobRun(
            id: .string(SeededGenerator.hexID(of: Int(created) + Int(number))),
            name: .string("\(name)-\(number.magnitude)"),
            type: "SPARK_JOB", status: .string(status), endpointID: .string(SeededGenerator.hexID(of: 300)),
            createdSeconds: created, createTime: .string(Timestamp.zulu(created)),
            updateTime: .string(Timestamp.zulu(updated)))
    }
}
