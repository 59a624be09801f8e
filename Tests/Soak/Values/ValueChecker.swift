// SPDX-License-Identifier: Apache-2.0

/// Compares a page of hostile values with the expected counts and the limits of the metric contract.
struct ValueChecker {
    /// `metrics.max_label_values` and the contract's other limits.
    static let maximumValues = 200
    static let maximumBytes = 256
    static let maximumDetails = 1_000

    /// Labels with a limited number of values, with the values that are not counted.
    private static let limited: [String: Set<String>] = [
        "endpoint_type": Set(
            ValueTruth.types + ValueTruth.lakeTypes + ["container_job", "notebook", "unknown", "other"]),
        "resource": ["cpu", "gpu", "npu", "unknown", "other"],
        "resource_mode": ["reserved", "ondemand", "hybrid", "other"],
        "status": Set(ValueTruth.statuses + ["ABNORMAL", "ON_DEMAND_FROZEN", "UNKNOWN", "other"]),
        "visibility": Set(ValueTruth.visibilities + ["other"]),
        "spec_code": ["other"], "error_code": ["other"],
    ]
    private static let prefix = "dataarts_fabric_"
    private static let capacities = [
        "apu_reserved", "apu_max", "dpu_reserved", "dpu_max", "mu_reserved", "mu_max", "ray_heads", "ray_workers_min",
        "ray_workers_max", "endpoint_capacity_min", "endpoint_capacity_max",
    ]

    /// Workspaces with truncated values.
    private(set) var haveCut: Set<String> = []
    /// Verified listings by workspace.
    private(set) var proven: [String: Int64] = [:]

    /// Returns the problems of the series of one workspace.
    /// - Parameter truths: the served listings, oldest first.
    mutating func problems(of id: String, _ samples: [PageSample], _ truths: [ValueTruth]) -> [String] {
        var problems = limitProblems(samples)
        func value(_ name: String) -> String? {
            samples.first { $0.name == Self.prefix + name && $0.label("listing") == "endpoints" }?.value
        }
        guard let success = value("workspace_last_success_timestamp_seconds").flatMap(WallTime.microseconds(ofSample:))
        else { return problems }
        guard let truth = truths.last(where: { !$0.isRefused && $0.begun <= success }) else {
            return problems + ["no listing was served at \(success)"]
        }
        proven[id] = success
        problems += differences(from: truth, samples)
        for (name, wanted) in [
            ("workspace_listed_records", truth.endpoints), ("workspace_skipped_records", truth.skipped),
            ("workspace_malformed_fields", truth.malformed),
        ] {
            let found = value(name)
            if found != String(wanted) { problems.append("\(name) is \(found ?? "absent"), not \(wanted)") }
        }
        if let cut = value("workspace_cut_values") {
            if cut != "0" { haveCut.insert(id) }
        } else {
            problems.append("workspace_cut_values is absent")
        }
        return problems
    }

    /// Compares the sums over all series, and the series with known values.
    private func differences(from truth: ValueTruth, _ samples: [PageSample]) -> [String] {
        var problems: [String] = []
        func sum(_ family: String) -> Int128? {
            var sum: Int128 = 0
            for sample in samples where sample.name == Self.prefix + family {
                guard let number = Int64(sample.value) else { return nil }
                sum += Int128(number)
            }
            return sum
        }
        var wanted: [(family: String, sum: Int128)] = [
            ("endpoints", Int128(truth.endpoints)), ("endpoints_with_error", Int128(truth.errors)),
        ]
        for family in Self.capacities {
            wanted.append((family, Int128(Int64(clamping: truth.capacities[family] ?? 0))))
        }
        for (family, wanted) in wanted where sum(family) != wanted {
            problems.append("\(family) add up to \(sum(family).map { "\($0)" } ?? "no number"), not \(wanted)")
        }
        var counts: [ValueTruth.Documented: String] = [:]
        for sample in samples where sample.name == Self.prefix + "endpoints" {
            let kind = ValueTruth.Documented(
                type: sample.label("endpoint_type") ?? "", status: sample.label("status") ?? "",
                visibility: sample.label("visibility") ?? "")
            counts[kind] = sample.value
        }
        for (kind, wanted) in truth.documented where counts[kind] != String(wanted) {
            problems.append("\(kind) is \(counts[kind] ?? "absent"), not \(wanted)")
        }
        return problems
    }

    /// Returns the exceeded limits.
    private func limitProblems(_ samples: [PageSample]) -> [String] {
        var problems: Set<String> = []
        var values: [String: Set<String>] = [:]
        var details: [String: Int] = [:]
        for sample in samples {
            for label in sample.labels {
                if label.value.utf8.count > Self.maximumBytes {
                    problems.insert("a value of \(label.name) with more than \(Self.maximumBytes) bytes")
                }
                if let free = Self.limited[label.name], !free.contains(label.value) {
                    values[label.name, default: []].insert(label.value)
                }
            }
            if sample.label("endpoint_id") != nil { details[sample.name, default: 0] += 1 }
        }
        for (name, values) in values where values.count > Self.maximumValues {
            problems.insert("\(values.count) values of \(name)")
        }
        for (name, count) in details where count > Self.maximumDetails { problems.insert("\(count) series of \(name)") }
        return problems.sorted()
    }
}

/// Checks the limits of the log.
struct LogChecker {
    /// The size of a line with all fields at their maximum and all bytes escaped.
    static let maximumLine = 16 << 10
    private static let maximumErrors = 60
    /// Slightly less than a minute, because a line is written shortly after it was permitted.
    private static let window: Int64 = 59_500_000

    private var rest = ""
    private var errors: [String: [Int64]] = [:]
    private(set) var lines = 0

    /// Returns the problems of the complete lines in `text`. Uses the times in the lines, because they may be read late
    /// on a busy machine.
    mutating func problems(_ text: String) -> [String] {
        var problems: [String] = []
        var pieces = (rest + text).split(separator: "\n", omittingEmptySubsequences: false)
        rest = pieces.popLast().map(String.init) ?? ""
        lines += pieces.count
        for line in pieces {
            let bytes = line.utf8.count
            if bytes > Self.maximumLine { problems.append("a line of \(bytes) bytes: \(line.prefix(100))") }
            // Only lines about endpoint errors have this field.
            guard line.contains(" endpoint_id=") else { continue }
            let fields = line.split(separator: " ")
            guard let id = fields.last(where: { $0.hasPrefix("workspace_id=") }), let first = fields.first,
                first.hasPrefix("ts="), let time = WallTime.microseconds(ofText: String(first.dropFirst(3)))
            else {
                problems.append("an endpoint error without time or workspace: \(line.prefix(100))")
                continue
            }
            let recent = (errors[String(id)] ?? []).filter { time - $0 < Self.window } + [time]
            errors[String(id)] = recent
            guard recent.count > Self.maximumErrors else { continue }
            problems.append("\(recent.count) endpoint errors within a minute, \(id)")
            errors[String(id)] = []
        }
        return problems
    }
}
