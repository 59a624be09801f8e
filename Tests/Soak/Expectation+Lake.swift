// SPDX-License-Identifier: Apache-2.0
import Simulator

extension Expectation {
    /// The statuses with zero series in version 2.
    private static let documentedInLake = [
        "RUNNING", "CREATING", "CREATE_FAILED", "UPDATING", "UPDATE_FAILED", "DELETING", "DELETE_FAILED", "DELETED",
        "FROZEN", "TRIAL_ENDED", "ON_DEMAND_FROZEN", "ABNORMAL",
    ]

    /// Computes the expected series of endpoints of API v2.
    /// - Parameter now: the time of the listing.
    init(lake endpoints: [SimulatedEndpointV2], now: Int64 = WallTime.now) {
        var counts = Counts()
        for endpoint in endpoints {
            var fields = FieldReader()
            let id = fields.text(endpoint.id)
            let row = Row(id ?? "", endpoint, &fields, now: now)
            var capacities: [String: Int] = [:]
            Self.addCapacities(of: endpoint, row, &fields, to: &capacities)
            // Malformed fields of a record without an id count too.
            counts.malformed += fields.malformed
            guard id != nil else {
                counts.skipped += 1
                continue
            }
            add(row, zeroStatuses: Self.documentedInLake, to: &counts)
            counts.sums.merge(capacities) { $0 + $1 }
        }
        set(counts)
    }

    private static func addCapacities(
        of endpoint: SimulatedEndpointV2, _ row: Row, _ fields: inout FieldReader, to sums: inout [String: Int]
    ) {
        let mode = fields.text(endpoint.resourceType)?.lowercasedASCII
        for item in fields.array(endpoint.capacity) {
            guard let resource = fields.object(item) else { continue }
            let labels = [
                ("endpoint_type", row.type), ("status", row.status),
                ("resource", fields.text(resource["type"])?.lowercasedASCII ?? "unknown"), ("resource_mode", mode),
                ("spec_code", fields.text(resource["spec_code"])),
            ]
            let minimum = fields.integer(resource["minimum_capacity"]) ?? 0
            let maximum = fields.integer(resource["maximum_capacity"]) ?? minimum
            sums[SeriesKey.text(prefix + "endpoint_capacity_min", labels), default: 0] += minimum
            sums[SeriesKey.text(prefix + "endpoint_capacity_max", labels), default: 0] += maximum
        }
    }
}

extension Expectation.Row {
    fileprivate init(_ id: String, _ endpoint: SimulatedEndpointV2, _ fields: inout FieldReader, now: Int64) {
        let (displayName, name) = (fields.text(endpoint.displayName), fields.text(endpoint.name))
        let (engine, creator) = (fields.object(endpoint.engine), fields.object(endpoint.creator))
        let error = fields.object(endpoint.error)
        let status = fields.text(endpoint.status) ?? "UNKNOWN"
        // Neither is exported, but their types count.
        _ = (fields.text(endpoint.description), fields.text(error?["error_msg"]))
        let (created, updated) = (fields.time(endpoint.createTime, now), fields.time(endpoint.updateTime, now))
        self.init(
            id: id, name: displayName ?? name, type: fields.text(engine?["type"]) ?? "unknown", status: status,
            visibility: nil, errorCode: fields.text(error?["error_code"]),
            told: Self.told(status, created: created, updated: updated),
            info: [
                ("owner", fields.text(creator?["user_name"])), ("owner_id", fields.text(creator?["user_id"])),
                ("pool_id", fields.text(endpoint.computeID)),
            ])
    }
}

/// Reads the fields of a row by the contract: an absent field, `null` and an empty text are the same, and a field of a
/// wrong type counts as malformed and as absent.
struct FieldReader {
    private(set) var malformed = 0

    mutating func text(_ field: JSONValue?) -> String? {
        guard let text = read(field, \.string) else { return nil }
        return text.isEmpty ? nil : text
    }

    mutating func object(_ field: JSONValue?) -> JSONValue? {
        read(field) { if case .object = $0 { $0 } else { nil } }
    }

    mutating func array(_ field: JSONValue?) -> [JSONValue] {
        read(field) { if case .array(let elements) = $0 { elements } else { nil } } ?? []
    }

    /// Reads an integer, which may be written with a fraction of zero.
    mutating func integer(_ field: JSONValue?) -> Int? {
        read(field) { value in
            if case .raw(let text) = value { Double(text).flatMap(Int.init(exactly:)) } else { value.number }
        }
    }

    mutating func time(_ field: JSONValue?, _ now: Int64) -> RowTime {
        let time = RowTime(text(field).map { .string($0) }, now: now)
        if time == .implausible { malformed += 1 }
        return time
    }

    private mutating func read<Value>(_ field: JSONValue?, _ value: (JSONValue) -> Value?) -> Value? {
        guard let field, field != .null else { return nil }
        let read = value(field)
        if read == nil { malformed += 1 }
        return read
    }
}

extension String {
    /// The text with ASCII letters in lower case.
    fileprivate var lowercasedASCII: String {
        let upperCase = UInt8(ascii: "A")...UInt8(ascii: "Z")
        return String(decoding: utf8.map { upperCase.contains($0) ? $0 + 32 : $0 }, as: UTF8.self)
    }
}
