// SPDX-License-Identifier: Apache-2.0

/// Successive listings of a workspace, generated from a fuzzer's bytes: valid JSON with values of any kind, and the
/// expected counts.
struct FoldInput {
    /// A series with documented type, status and visibility, which limits don't replace.
    struct Known: Hashable {
        var type: String
        var status: String
        /// Empty in version 2 of the API.
        var visibility: String
        /// The value of `public_resource` or `resource`; empty for series without them.
        var resource = ""
    }

    struct Amount {
        var family: String
        var kind: Known?
        var number: Int64
    }

    /// The sum of a capacity family. Only known series have values near the limits of Int64: for others, it is unknown
    /// which amounts were added before the sum was clamped.
    struct Capacity {
        private var known: [Known: Int128] = [:]
        private var rest: Int128 = 0
        /// The number of amounts, which is the maximum number of series.
        private(set) var amounts = 0

        mutating func add(_ amount: Amount) {
            amounts += 1
            if let kind = amount.kind {
                known[kind, default: 0] += Int128(amount.number)
            } else {
                rest += Int128(amount.number)
            }
        }

        /// The sum of all series.
        var sum: Int128 { known.values.reduce(rest) { $0 + Int128(Int64(clamping: $1)) } }
    }

    struct Listing {
        var pages: [(body: [UInt8], rows: Int)] = []
        /// The valid ids.
        var ids: Set<[UInt8]> = []
        var skipped = 0
        var errors = 0
        var known: [Known: Int] = [:]
        var families: [String: Capacity] = [:]
    }

    static let types = ["service", "ray", "inference", "job", "ray_service", "sql", "container_job", "notebook"]
    static let statuses = [
        "CREATING", "RUNNING", "CREATE_FAILED", "DELETING", "DELETED", "UPDATING", "UPDATE_FAILED", "DELETE_FAILED",
        "FROZEN", "INACTIVE", "TRIAL_ENDED",
    ]
    static let visibilities = ["PRIVATE", "PUBLIC"]
    /// Those of version 2 of the API.
    static let lakeTypes = [
        "AuraJob", "AuraJobV2", "FlinkJob", "RayCluster", "RayJob", "RayService", "SparkJob", "SparkSql",
    ]
    static let lakeStatuses = statuses.filter { $0 != "INACTIVE" } + ["ABNORMAL", "ON_DEMAND_FROZEN"]

    private(set) var listings: [Listing] = []
    private var rest: Slice<UnsafeBufferPointer<UInt8>>
    private var listing = Listing()
    private var rows: [String] = []
    /// The number of the current row within a repetition.
    private var number = 0
    private let isLake: Bool
    private let longestID: Int
    /// The number of characters left for long texts.
    private var longTexts = 8_192

    /// - Parameters:
    ///   - isLake: whether the rows are those of version 2 of the API.
    ///   - longestID: the maximum length of a valid id, in bytes.
    init(_ input: UnsafeBufferPointer<UInt8>, isLake: Bool, longestID: Int) {
        rest = input[...]
        self.isLake = isLake
        self.longestID = longestID
        while !rest.isEmpty, listings.count < 4 {
            switch byte() % 8 {
            case 0: endListing()
            case 1: endPage()
            case 2:
                // Repeats the same choices with numbers, to exceed the limits on values.
                let count = Int(byte()) + 1
                let choices = rest
                for _ in 0..<count {
                    rest = choices
                    number += 1
                    addRow()
                }
            default: addRow()
            }
        }
        endListing()
    }

    private mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    private mutating func endPage() {
        listing.pages.append((Array(#"{"total":0,"endpoints":[\#(rows.joined(separator: ","))]}"#.utf8), rows.count))
        rows = []
    }

    private mutating func endListing() {
        endPage()
        listings.append(listing)
        listing = Listing()
    }

    /// A text field; `value` is nil if the field is absent or not a text.
    private struct Text {
        var value: String?
        /// The JSON of the field; nil if it is absent.
        var json: String?
    }

    private static func quoted(_ text: String) -> String {
        var json = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": json += "\\\(scalar)"
            case "\0"..."\u{1f}":
                let digits = String(scalar.value, radix: 16)
                json += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: json.unicodeScalars.append(scalar)
            }
        }
        return json + "\""
    }

    /// Returns any text.
    private mutating func text() -> Text {
        func of(_ value: String) -> Text { Text(value: value, json: Self.quoted(value)) }
        let units = ["x", "é", "漢", "😀", "\u{301}", "\"", "\\", "\n", "\u{1}", "\u{202e}", "\u{feff}"]
        switch byte() % 8 {
        case 0: return Text()
        case 1: return Text(json: "null")
        case 2: return Text(json: "7")
        case 3: return of("")
        case 4: return of("w\(byte() % 16)")
        case 5: return of("n\(number)")
        case let end:
            let unit = units[Int(byte()) % units.count]
            let count = Int(byte()) * 2
            // Limited, because long texts in every row would slow the fuzzer down.
            guard longTexts >= count else { return of("n\(number)") }
            longTexts -= count
            let long = String(repeating: unit, count: count)
            return of(end == 6 ? "\(long)-\(number)" : "\(number)-\(long)")
        }
    }

    /// Returns one of `documented`, or any text.
    private mutating func choice(of documented: [String]) -> (text: Text, isDocumented: Bool) {
        let choice = byte()
        if choice % 2 == 0 { return (text(), false) }
        let value = documented[Int(choice / 2) % documented.count]
        return (Text(value: value, json: Self.quoted(value)), true)
    }

    private mutating func addRow() {
        if isLake { addLakeRow() } else { addEndpointRow() }
    }

    /// Returns the members of the fields that are not absent.
    private static func members(_ fields: KeyValuePairs<String, Text>) -> [String] {
        fields.compactMap { name, text in text.json.map { "\"\(name)\":\($0)" } }
    }

    private mutating func addEndpointRow() {
        let id = text()
        let (type, typeIsDocumented) = choice(of: Self.types)
        let (status, statusIsDocumented) = choice(of: Self.statuses)
        let (visibility, visibilityIsDocumented) = choice(of: Self.visibilities)
        let (name, message) = (text(), text())
        var code = text()
        // Codes of other types are tested elsewhere.
        if code.value == nil { code = Text() }
        var members = Self.members([
            "id": id, "type": type, "status": status, "visibility": visibility, "name": name, "error_code": code,
            "error_msg": message,
        ])
        // Reuses the texts, so that existing inputs keep their meaning.
        if let json = name.json { members.append("\"owner\":{\"user_name\":\(json),\"user_id\":\(json)}") }
        if let json = message.json { members.append("\"cap\":{\"cap_id\":\(json),\"version_id\":\(json)}") }
        let shown = visibility.value ?? ""
        var kind: Known?
        if typeIsDocumented, statusIsDocumented, visibilityIsDocumented || shown.isEmpty {
            // The documented default.
            kind = Known(
                type: type.value ?? "", status: status.value ?? "", visibility: shown.isEmpty ? "PRIVATE" : shown)
        }
        var amounts: [Amount] = []
        members += resources(of: kind, &amounts)
        add(members, id, kind, code, amounts)
    }

    private mutating func addLakeRow() {
        func object(_ name: String, _ fields: KeyValuePairs<String, Text>) -> String {
            "\"\(name)\":{\(Self.members(fields).joined(separator: ","))}"
        }
        let id = text()
        let (type, typeIsDocumented) = choice(of: Self.lakeTypes)
        let (status, statusIsDocumented) = choice(of: Self.lakeStatuses)
        let (name, displayName, message, pool) = (text(), text(), text(), text())
        var code = text()
        if code.value == nil { code = Text() }
        var members = Self.members([
            "id": id, "status": status, "name": name, "display_name": displayName, "compute_id": pool,
        ])
        members += [
            object("engine", ["type": type]), object("creator", ["user_name": name, "user_id": pool]),
            object("error", ["error_code": code, "error_msg": message]),
        ]
        var kind: Known?
        if typeIsDocumented, statusIsDocumented {
            kind = Known(type: type.value ?? "", status: status.value ?? "", visibility: "")
        }
        var amounts: [Amount] = []
        members += lakeResources(of: kind, &amounts)
        add(members, id, kind, code, amounts)
    }

    /// Adds a row with what is expected of it.
    private mutating func add(_ members: [String], _ id: Text, _ kind: Known?, _ code: Text, _ amounts: [Amount]) {
        rows.append("{\(members.joined(separator: ","))}")
        guard let value = id.value, !value.isEmpty, value.utf8.count <= longestID else {
            listing.skipped += 1
            return
        }
        guard listing.ids.insert(Array(value.utf8)).inserted else { return }
        if !(code.value ?? "").isEmpty { listing.errors += 1 }
        if let kind { listing.known[kind, default: 0] += 1 }
        for amount in amounts { listing.families[amount.family, default: Capacity()].add(amount) }
    }

    private mutating func resources(of kind: Known?, _ amounts: inout [Amount]) -> [String] {
        var members: [String] = []
        let bits = byte()
        var reserved: [String] = []
        for (bit, unit, low, high) in [
            (1, "apu", "warm_up_num", "max_num"), (2, "dpu", "warm_up_num", "max_num"), (4, "mu", "min", "max"),
        ] as [(UInt8, String, String, String)] where bits & bit != 0 {
            let isPublic = unit == "dpu" && bits & 32 != 0
            var kind = kind
            if unit == "dpu" { kind?.resource = isPublic ? "true" : "false" }
            let extra = isPublic ? [#""use_public_resource":true"#] : []
            let object = capacity((low, unit + "_reserved"), (high, unit + "_max"), kind, extra, &amounts)
            reserved.append("\"\(unit)\":\(object)")
        }
        if !reserved.isEmpty { members.append("\"reserved_resource\":{\(reserved.joined(separator: ","))}") }
        guard bits & 8 != 0 else { return members }
        var ray: [String] = []
        if bits & 16 != 0 {
            ray.append(#""head_group_spec":{"spec_code":"head"}"#)
            amounts.append(Amount(family: "ray_heads", kind: nil, number: 1))
        }
        let groups = (0..<byte() % 4).map { _ in
            capacity(
                ("min_replicas", "ray_workers_min"), ("max_replicas", "ray_workers_max"), kind, [], &amounts)
        }
        ray.append("\"worker_group_spec\":[\(groups.joined(separator: ","))]")
        return members + ["\"ray_resource\":{\(ray.joined(separator: ","))}"]
    }

    private mutating func lakeResources(of kind: Known?, _ amounts: inout [Amount]) -> [String] {
        let mode = byte() % 2 == 0 ? Text() : text()
        let hasMode = !(mode.value ?? "").isEmpty
        let capacities = (0..<byte() % 4).map { _ in
            let (resource, isDocumented) = choice(of: ["CPU", "gpu", "Npu"])
            var kind = isDocumented && !hasMode ? kind : nil
            kind?.resource = (resource.value ?? "").lowercased()
            return capacity(
                ("minimum_capacity", "endpoint_capacity_min"), ("maximum_capacity", "endpoint_capacity_max"), kind,
                Self.members(["type": resource]), &amounts)
        }
        return Self.members(["resource_type": mode]) + ["\"capacity\":[\(capacities.joined(separator: ","))]"]
    }

    private mutating func capacity(
        _ low: (member: String, family: String), _ high: (member: String, family: String), _ kind: Known?,
        _ extra: [String], _ amounts: inout [Amount]
    ) -> String {
        var members = extra
        let code = byte() % 2 == 0 ? Text() : text()
        if let json = code.json { members.append("\"spec_code\":\(json)") }
        // A spec code can be replaced with `other`, so only series without one are known.
        let kind = (code.value ?? "").isEmpty ? kind : nil
        var amount: Int64 = 0
        for (member, family) in [low, high] {
            let choice = byte()
            if choice % 4 != 0 {
                let edges: [Int64] = [.max, .min, .max - 1, -1, 0, 1]
                amount = kind != nil && choice % 4 == 1 ? edges[Int(choice / 4) % edges.count] : Int64(choice)
                members.append("\"\(member)\":\(amount)")
            }
            // An absent maximum equals the reserved amount.
            amounts.append(Amount(family: family, kind: kind, number: amount))
        }
        return "{\(members.joined(separator: ","))}"
    }
}
