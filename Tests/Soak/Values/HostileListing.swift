// SPDX-License-Identifier: Apache-2.0

/// A listing of unique values as JSON rows, with its expected counts.
struct HostileListing {
    /// A defect of the whole listing.
    enum Flaw {
        case none
        /// One page exceeds the exporter's maximum.
        case largePage
        /// `total` is larger than the number of records by one.
        case wrongTotal
        /// A page is an array of numbers.
        case numbersAlone
        /// The first page has the maximum number of JSON numbers in addition to its rows.
        case numbersBeside
    }

    static let maximumBody = 4 << 20

    /// The rows; only the functions that add rows change it and ``truth``.
    var rows: [[UInt8]] = []
    var truth = ValueTruth()
    let flaw: Flaw

    /// - Parameters:
    ///   - hasEdges: whether capacities are near the limits of 64 bits. All rows then share one series of each capacity
    ///     family, because the expected value of a clamped sum is only known for one series.
    ///   - isLake: whether the rows are those of API v2.
    init(rows count: Int, hasEdges: Bool, isLake: Bool = false, flaw: Flaw, text: inout HostileText) {
        self.flaw = flaw
        text.budget = flaw == .none ? 5 << 19 : 0
        truth.isRefused = [.largePage, .wrongTotal, .numbersAlone].contains(flaw)
        for index in 0..<count {
            if isLake { addLakeRow(index, hasEdges: hasEdges, &text) } else { addRow(index, hasEdges: hasEdges, &text) }
        }
    }

    /// Adds an id to a row.
    /// - Returns: whether the exporter can use it.
    static func addID(to row: inout JSONObject, _ text: inout HostileText) -> Bool {
        switch text.random.number(0...199) {
        case 0: return false
        case 1:
            row.add("id", text.text(bytes: 300))
            return false
        case 2:
            row.add("id", text.text(bytes: 256))
            return true
        default:
            let id = text.next()
            row.add("id", id)
            return id.length <= 256
        }
    }

    /// Adds texts to the first row that make its page larger than the exporter's maximum, if that is the flaw.
    func addFiller(to row: inout JSONObject, _ index: Int, _ text: inout HostileText) {
        guard flaw == .largePage, index == 0 else { return }
        for field in ["description", "note", "remark", "comment", "error_hint"] {
            row.add(field, text.text(bytes: 1 << 20))
        }
    }

    /// Returns a number of a capacity.
    static func number(hasEdges: Bool, _ text: inout HostileText) -> Int64 {
        hasEdges
            ? text.random.pick([.max, .max - 1, 1, 0, -1, .min + 1, .min, .max / 2])
            : Int64(text.random.number(0...1_000_000_000))
    }

    private mutating func addRow(_ index: Int, hasEdges: Bool, _ text: inout HostileText) {
        var row = JSONObject()
        let isUsable = Self.addID(to: &row, &text)
        let isShort = hasEdges || text.random.chance(50)
        let kind = ValueTruth.Documented(
            type: hasEdges ? "sql" : text.random.pick(ValueTruth.types),
            status: hasEdges ? "RUNNING" : text.random.pick(ValueTruth.statuses),
            visibility: hasEdges ? "PRIVATE" : text.random.pick(ValueTruth.visibilities))
        if isShort {
            row.add("type", kind.type)
            row.add("status", kind.status)
            if kind.visibility == "PUBLIC" || text.random.chance(50) { row.add("visibility", kind.visibility) }
        } else {
            // Each of the three is documented or new.
            let odd = text.random.number(1...7)
            for (bit, field) in [
                (1, ("type", kind.type)), (2, ("status", kind.status)), (4, ("visibility", kind.visibility)),
            ] {
                if odd & bit == 0 { row.add(field.0, field.1) } else { row.add(field.0, text.next()) }
            }
        }
        let hasError = text.random.chance(30)
        if hasError {
            row.add("error_code", text.next())
            row.add("error_msg", text.next())
        }
        let isMalformed = text.random.chance(2)
        if isMalformed { row.add("name", number: 7) } else { row.add("name", text.next()) }
        if text.random.chance(50) {
            var owner = JSONObject()
            owner.add("user_name", text.next())
            owner.add("user_id", text.next())
            row.add("owner", owner)
        }
        addFiller(to: &row, index, &text)
        // Malformed fields of a record without a usable id count; its numbers do not.
        if isMalformed { truth.malformed += 1 }
        var counted = truth
        addResources(to: &row, hasEdges: hasEdges, &counted, &text)
        rows.append(row.bytes)
        guard isUsable else {
            truth.skipped += 1
            return
        }
        truth = counted
        truth.count(isShort ? kind : nil, hasError: hasError)
    }

    private func addResources(
        to row: inout JSONObject, hasEdges: Bool, _ truth: inout ValueTruth, _ text: inout HostileText
    ) {
        func number() -> Int64 { Self.number(hasEdges: hasEdges, &text) }
        var reserved = JSONObject()
        for (unit, family, low, high) in [
            ("apu", "apu", "warm_up_num", "max_num"), ("dpu", "dpu", "warm_up_num", "max_num"),
            ("mu", "mu", "min", "max"),
        ] where text.random.chance(30) {
            var object = JSONObject()
            if hasEdges { object.add("spec_code", "edge") } else { object.add("spec_code", text.next()) }
            var amount: Int64 = 0
            if text.random.chance(80) {
                amount = number()
                object.add(low, number: amount)
            }
            truth.add(amount, to: family + "_reserved")
            if text.random.chance(80) {
                amount = number()
                object.add(high, number: amount)
            }
            truth.add(amount, to: family + "_max")
            reserved.add(unit, object)
        }
        row.add("reserved_resource", reserved)
        guard text.random.chance(20) else { return }
        var ray = JSONObject()
        var head = JSONObject()
        head.add("spec_code", "edge")
        ray.add("head_group_spec", head)
        truth.add(1, to: "ray_heads")
        let isHuge = text.budget > 1 << 20 && text.random.chance(5)
        if isHuge { text.budget -= 1 << 20 }
        var groups: [JSONObject] = []
        for _ in 0..<(isHuge ? 10_000 : text.random.number(0...3)) {
            var group = JSONObject()
            // Ten thousand codes in one row would use the budget of the others.
            if hasEdges || isHuge { group.add("spec_code", "edge") } else { group.add("spec_code", text.next()) }
            let (low, high) = (number(), number())
            group.add("min_replicas", number: low)
            group.add("max_replicas", number: high)
            truth.add(low, to: "ray_workers_min")
            truth.add(high, to: "ray_workers_max")
            groups.append(group)
        }
        ray.add("worker_group_spec", groups)
        row.add("ray_resource", ray)
    }

    /// Returns the page of `limit` rows from `offset` on.
    func page(offset: Int, limit: Int) -> [UInt8] {
        if flaw == .numbersAlone {
            return Array("[".utf8) + Self.numbers(bytes: Self.maximumBody - 2) + Array("]".utf8)
        }
        var body = Array(#"{"total":\#(rows.count + (flaw == .wrongTotal ? 1 : 0)),"endpoints":["#.utf8)
        for (index, row) in rows.dropFirst(offset).prefix(limit).enumerated() {
            if index > 0 { body.append(UInt8(ascii: ",")) }
            body += row
        }
        body.append(UInt8(ascii: "]"))
        if flaw == .numbersBeside, offset == 0 {
            body += Array(#","numbers":["#.utf8)
            body += Self.numbers(bytes: Self.maximumBody - body.count - 2)
            body.append(UInt8(ascii: "]"))
        }
        body.append(UInt8(ascii: "}"))
        return body
    }

    /// Returns numbers up to this size in bytes, the most expensive input of a parser.
    private static func numbers(bytes: Int) -> [UInt8] {
        var numbers = [UInt8](repeating: UInt8(ascii: "1"), count: max(1, bytes / 2 * 2 - 1))
        for index in stride(from: 1, to: numbers.count, by: 2) { numbers[index] = UInt8(ascii: ",") }
        return numbers
    }
}

/// Writes a JSON object member by member.
struct JSONObject {
    private var members: [UInt8] = []

    var bytes: [UInt8] { [UInt8(ascii: "{")] + members + [UInt8(ascii: "}")] }

    private mutating func add(_ name: String, _ value: some Sequence<UInt8>) {
        if !members.isEmpty { members.append(UInt8(ascii: ",")) }
        members += Array("\"\(name)\":".utf8)
        members += value
    }

    mutating func add(_ name: String, _ value: HostileText.Literal) { add(name, value.json) }
    /// - Parameter value: a text that needs no escapes.
    mutating func add(_ name: String, _ value: String) { add(name, "\"\(value)\"".utf8) }
    mutating func add(_ name: String, number: Int64) { add(name, "\(number)".utf8) }
    mutating func add(_ name: String, _ value: JSONObject) { add(name, value.bytes) }
    mutating func add(_ name: String, _ values: [JSONObject]) {
        add(
            name, [UInt8(ascii: "[")] + values.map(\.bytes).joined(separator: [UInt8(ascii: ",")]) + [UInt8(ascii: "]")]
        )
    }
}
