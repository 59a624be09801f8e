// SPDX-License-Identifier: Apache-2.0

/// A workspace of the demo.
struct DemoWorkspace: Sendable {
    let name: String
    let endpoints: [DemoEndpoint]
    var activity = LifeCycle.Activity.updates
    var isForbidden = false
}

/// The workspaces of the demo, and the names that its situations need.
enum DemoWorkspaces {
    private static let minute = 60
    private static let hour = 3600
    private static let day = 86_400

    // The API documents no error code for an exceeded quota; this one has the same form.
    static let quotaExceeded = DemoEndpoint.Failure(
        code: "dataartsfabric.00010037",
        message: "The DPU quota is exceeded: 64 requested, 48 left of 320. Request a higher quota or delete endpoints.")
    static let specMissing = DemoEndpoint.Failure(
        code: "dataartsfabric.00010011", message: "The spec code mu.large is not available in this region.")
    static let busy = DemoEndpoint.Failure(
        code: "dataartsfabric.00000001", message: "The service is busy. Try again later.")
    static let agencyBroken = DemoEndpoint.Failure(
        code: "dataartsfabric.00010024", message: "The service agency is abnormal. Authorize it again in the console.")

    /// The workspaces of the source with most of the situations.
    static let main = [
        DemoWorkspace(
            name: "analytics",
            endpoints: [
                .sql("sales-report-sql", reserved: 32, max: 64), .sql("inventory-sql", reserved: 16, max: 32),
                .sql("customer-360-sql", reserved: 48, max: 96), .sql("marketing-sql", reserved: 16, max: 32),
                .sql("pricing-sql", reserved: 24, max: 48), .sql("logistics-sql", reserved: 32, max: 64),
                .sql("dashboards-sql", reserved: 64, max: 128), .sql("ad-hoc-sql", reserved: 16, max: 64),
                .job("daily-etl-job", reserved: 8), .job("orders-etl-job", reserved: 4),
                .job("returns-etl-job", reserved: 4), .job("export-job", reserved: 2), .job("cleanup-job", reserved: 2),
                .ray("forecast-ray", apu: 0, dpu: 8),
                .sql("quarterly-close-sql", reserved: 64, max: 128)
                    .has("CREATE_FAILED", for: 40 * minute, quotaExceeded),
                .job("legacy-import-job", reserved: 4).has("DELETE_FAILED", for: 3 * day, busy),
            ]),
        DemoWorkspace(
            name: "recommendation",
            endpoints: [
                .ray("feature-pipeline-ray", apu: 0, dpu: 16), .ray("candidate-ranking-ray", apu: 2, dpu: 8),
                .ray("click-features-ray", apu: 0, dpu: 8), .ray("user-embedding-ray", apu: 2, dpu: 4),
                .ray("item-embedding-ray", apu: 2, dpu: 4), .ray("two-tower-ray", apu: 4, dpu: 8),
                .ray("session-model-ray", apu: 1, dpu: 4), .ray("ab-test-ray", apu: 0, dpu: 4),
                .ray("retrieval-serve", apu: 2, dpu: 4, serves: true),
                .ray("ranking-serve", apu: 4, dpu: 8, serves: true),
                .ray("rerank-serve", apu: 2, dpu: 4, serves: true),
                .ray("similar-items-serve", apu: 1, dpu: 4, serves: true),
                .job("trending-job", reserved: 4), .job("backfill-job", reserved: 8),
                .sql("experiments-sql", reserved: 16, max: 32),
                .ray("embedding-refresh-ray", apu: 4, dpu: 8).has("CREATING", for: 3 * hour),
            ]),
        DemoWorkspace(
            name: "assistant",
            endpoints: [
                .inference("qwen-chat", max: 16), .inference("qwen-coder-chat", max: 8),
                .inference("glm-chat", max: 4), .inference("summary-chat", max: 4),
                .inference("bge-embedding", max: 2), .inference("qwen-embedding", max: 2),
                .inference("intent-model", max: 1), .inference("moderation-model", max: 2),
                .inference("speech-model", max: 4), .inference("ocr-model", max: 2),
                .job("evaluation-job", reserved: 4),
                .inference("deepseek-chat", max: 32).has("CREATING", for: 31 * minute),
                .inference("translation-chat", max: 8).then(at: 90, "UPDATING")
                    .then(at: 120, "UPDATE_FAILED", specMissing).then(at: 360, "UPDATING").then(at: 400, "RUNNING"),
                .inference("public-qwen-chat", max: 64).ofOtherTenant(),
                .inference("public-glm-chat", max: 64).ofOtherTenant(),
                .inference("public-bge-embedding", max: 16).has("INACTIVE", for: nil).ofOtherTenant(),
                .inference("public-ocr-model", max: 16).has("CREATE_FAILED", for: 2 * hour, agencyBroken)
                    .ofOtherTenant(),
            ]),
        DemoWorkspace(
            name: "数据平台",
            endpoints: [
                .sql("离线数仓-sql", reserved: 32, max: 64), .sql("实时指标-sql", reserved: 16, max: 32),
                .sql("元数据-sql", reserved: 16, max: 16), .ray("标签加工-ray", apu: 0, dpu: 8),
                .ray("特征计算-ray", apu: 1, dpu: 4), .job("日志清洗-job", reserved: 4),
                .job("数据同步-job", reserved: 4), .job("报表导出-job", reserved: 2),
                .inference("通义千问-chat", max: 8),
            ]),
        DemoWorkspace(
            name: "sandbox",
            endpoints: [.sql("playground-sql", reserved: 16, max: 16), .ray("tutorial-ray", apu: 1, dpu: 2)],
            activity: .experiments),
        DemoWorkspace(name: forbidden, endpoints: [.sql("ledger-sql", reserved: 32, max: 32)], isForbidden: true),
    ]

    /// The workspace of the source whose account is frozen.
    static let frozen = DemoWorkspace(
        name: "ad-ranking",
        endpoints: [
            .sql("ad-report-sql", reserved: 16, max: 32).has("FROZEN", for: 2 * day),
            .ray("bid-ranking-ray", apu: 2, dpu: 4).has("FROZEN", for: 2 * day),
            .ray("ad-ctr-serve", apu: 1, dpu: 2, serves: true).has("FROZEN", for: 2 * day),
            .inference("creative-chat", max: 4).has("FROZEN", for: 2 * day),
        ], activity: .none)

    /// The workspace of the source that is throttled.
    static let throttled = DemoWorkspace(
        name: "clickstream",
        endpoints: [
            .sql("raw-events-sql", reserved: 32, max: 64), .job("sessions-job", reserved: 8),
            .job("web-events-job", reserved: 4), .job("app-events-job", reserved: 4),
            .ray("bot-detection-ray", apu: 0, dpu: 8),
        ])

    /// The workspace of the source whose token has expired.
    static let lockedOut = DemoWorkspace(
        name: "risk-west",
        endpoints: [.ray("fraud-scoring-serve", apu: 2, dpu: 4, serves: true), .sql("risk-sql", reserved: 16, max: 32)])

    /// The workspace without permission.
    static let forbidden = "finance"
    /// A configured workspace that does not exist.
    static let missing = "retired"
}
