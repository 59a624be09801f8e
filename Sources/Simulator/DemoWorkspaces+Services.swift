// SPDX-License-Identifier: Apache-2.0

extension DemoWorkspaces {
    /// Returns the service instances of a workspace of the demo that starts at the Unix time `startSeconds`.
    static func serviceInstances(of workspace: String, startSeconds: Int64) -> [SimulatedServiceInstance] {
        guard workspace == "assistant" else { return [] }
        let plans: [(name: String, status: String, minutes: Int64, code: String?)] = [
            ("chat-large", "RUNNING", 43_200, nil), ("chat-small", "RUNNING", 20_160, nil),
            ("问答模型", "RUNNING", 10_080, nil), ("summarizer", "FAILED", 120, SeededData.failures[2].code),
            ("reranker", "CREATING", 50, nil), ("speech-preview", "STOPPED", 2_880, nil),
        ]
        return plans.enumerated().map { index, plan in
            let since = JSONValue.string(Timestamp.zulu(startSeconds - plan.minutes * 60))
            var instance = SimulatedServiceInstance(
                id: .string(SeededGenerator.hexID(of: 100 + index)), name: .string(plan.name),
                status: .string(plan.status), endpointID: .string(SeededGenerator.hexID(of: 200 + index / 2)),
                createTime: since, updateTime: since)
            if let code = plan.code {
                instance.errorCode = .string(code)
                instance.errorMsg = .string(SeededData.failures[2].message)
            }
            return instance
        }
    }

    /// Returns the quotas of a source's project.
    static func quotas(of source: String) -> [SimulatedQuota] {
        [
            SimulatedQuota(type: "compute", quota: 100, used: source == "cn-north-4" ? 92 : 18),
            SimulatedQuota(type: "endpoint", quota: 200, used: 41),
            SimulatedQuota(type: "workspace", quota: -1, used: 4),
        ]
    }
}
