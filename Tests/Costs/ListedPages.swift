// SPDX-License-Identifier: Apache-2.0
internal import HTTPClient

/// Serves seeded pages of endpoints in the API's format from memory, to measure polling without a network.
struct ListedPages: HTTPTransport {
    private let pages: [Int: [UInt8]]

    /// Pages of 100 rows; each begins with the last row of the previous one.
    init(endpoints: Int, seed: UInt64 = 1) {
        var random = SplitMix(state: seed)
        let rows = (0..<endpoints).map { Array(Self.row($0, &random).utf8) }
        let offsets = stride(from: 0, to: max(1, endpoints - 1), by: 99)
        pages = Dictionary(uniqueKeysWithValues: offsets.map { ($0, Self.page(rows, from: $0)) })
    }

    func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse {
        guard let body = pages[Self.parameter("offset", of: request.url)] else {
            throw TransportFailure(.interrupted, "unknown page")
        }
        return HTTPResponse(status: 200, headers: [], body: body, receivedBytes: body.count)
    }

    private static func page(_ rows: [[UInt8]], from offset: Int) -> [UInt8] {
        let page = rows[min(offset, rows.count)..<min(offset + 100, rows.count)]
        var body: [UInt8] = []
        body.reserveCapacity(page.reduce(128) { $0 + $1.count + 1 })
        body += "{\"total\":\(rows.count),\"endpoints\":[".utf8
        for row in page {
            if body.last != UInt8(ascii: "[") { body.append(UInt8(ascii: ",")) }
            body += row
        }
        body += "]}".utf8
        return body
    }

    private static func parameter(_ name: String, of url: String) -> Int {
        let query = url.split(separator: "?").last ?? ""
        let pair = query.split(separator: "&").first { $0.hasPrefix(name + "=") }
        return pair.flatMap { Int($0.dropFirst(name.count + 1)) } ?? 0
    }

    private static func row(_ index: Int, _ random: inout SplitMix) -> String {
        let statuses = ["RUNNING", "RUNNING", "RUNNING", "RUNNING", "INACTIVE", "CREATING", "CREATE_FAILED", "FROZEN"]
        let status = statuses[random.below(statuses.count)]
        let type = ["inference", "ray", "sql", "job", "service"][random.below(5)]
        let minute = 10 + random.below(50)
        var text = """
            {"id":"\(random.uuid())","name":"endpoint-of-team-\(index % 97)-number-\(index)","type":"\(type)",\
            "status":"\(status)","visibility":"PRIVATE","description":"serves what team \(index % 97) has built",\
            "create_time":"2026-05-30T12:\(minute):30.401Z","update_time":"2026-06-02T08:\(minute):11.002Z",\
            "owner":{"domain_name":"platform","domain_id":"\(random.hex(32))","user_name":"team-\(index % 97)",\
            "user_id":"\(random.hex(32))"},"reserved_resource":{\
            "apu":{"spec_code":"fabric.ray.apu.ascend910b","warm_up_num":\(random.below(9)),"max_num":\(random.below(90))},\
            "dpu":{"spec_code":"fabric.ray.dpu.d2x","warm_up_num":1,"max_num":4,"use_public_resource":false}}
            """
        if status == "CREATE_FAILED" {
            text += """
                ,"error_code":"dataartsfabric.000100\(10 + random.below(15))","error_msg":"The agency of the workspace has \
                no permission to create the resources that this endpoint asks for."
                """
        }
        return text + "}"
    }
}

/// The SplitMix64 generator: the same numbers on every machine.
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    mutating func hex(_ digits: Int) -> String {
        String((0..<digits).map { _ in Array("0123456789abcdef")[below(16)] })
    }

    mutating func uuid() -> String { [8, 4, 4, 4, 12].map { hex($0) }.joined(separator: "-") }
}
