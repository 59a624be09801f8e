// SPDX-License-Identifier: Apache-2.0

// Rows of API v2.
extension HostileListing {
    mutating func addLakeRow(_ index: Int, hasEdges: Bool, _ text: inout HostileText) {
        var row = JSONObject()
        let isUsable = Self.addID(to: &row, &text)
        let isShort = hasEdges || text.random.chance(50)
        let kind = ValueTruth.Documented(
            type: hasEdges ? "SparkSql" : text.random.pick(ValueTruth.lakeTypes),
            status: hasEdges ? "RUNNING" : text.random.pick(ValueTruth.lakeStatuses), visibility: "")
        // Type, status or both are new if the row is not short.
        let odd = isShort ? 0 : text.random.number(1...3)
        var engine = JSONObject()
        if odd & 1 == 0 { engine.add("type", kind.type) } else { engine.add("type", text.next()) }
        row.add("engine", engine)
        if odd & 2 == 0 { row.add("status", kind.status) } else { row.add("status", text.next()) }
        let hasError = text.random.chance(30)
        if hasError {
            var error = JSONObject()
            error.add("error_code", text.next())
            error.add("error_msg", text.next())
            row.add("error", error)
        }
        let isMalformed = text.random.chance(2)
        if isMalformed { row.add("name", number: 7) } else { row.add("name", text.next()) }
        if text.random.chance(50) { row.add("display_name", text.next()) }
        if text.random.chance(80) { row.add("compute_id", text.next()) }
        if text.random.chance(50) {
            var creator = JSONObject()
            creator.add("user_name", text.next())
            creator.add("user_id", text.next())
            row.add("creator", creator)
        }
        addFiller(to: &row, index, &text)
        if isMalformed { truth.malformed += 1 }
        var counted = truth
        addCapacities(to: &row, hasEdges: hasEdges, &counted, &text)
        rows.append(row.bytes)
        guard isUsable else {
            truth.skipped += 1
            return
        }
        truth = counted
        truth.count(isShort ? kind : nil, hasError: hasError)
    }

    private func addCapacities(
        to row: inout JSONObject, hasEdges: Bool, _ truth: inout ValueTruth, _ text: inout HostileText
    ) {
        if hasEdges { row.add("resource_type", "RESERVED") } else { row.add("resource_type", text.next()) }
        let isHuge = text.budget > 1 << 20 && text.random.chance(2)
        if isHuge { text.budget -= 1 << 20 }
        var capacities: [JSONObject] = []
        for _ in 0..<(isHuge ? 10_000 : text.random.number(0...3)) {
            var capacity = JSONObject()
            // Ten thousand new values in one row would use the budget of the others.
            if hasEdges || isHuge {
                capacity.add("type", "CPU")
                capacity.add("spec_code", "edge")
            } else {
                if text.random.chance(50) { capacity.add("type", "npu") } else { capacity.add("type", text.next()) }
                capacity.add("spec_code", text.next())
            }
            var amount: Int64 = 0
            for (member, family) in [
                ("minimum_capacity", "endpoint_capacity_min"), ("maximum_capacity", "endpoint_capacity_max"),
            ] {
                // An absent maximum is the minimum.
                if text.random.chance(80) {
                    amount = Self.number(hasEdges: hasEdges, &text)
                    capacity.add(member, number: amount)
                }
                truth.add(amount, to: family)
            }
            capacities.append(capacity)
        }
        row.add("capacity", capacities)
    }
}
