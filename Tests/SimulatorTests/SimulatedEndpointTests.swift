// SPDX-License-Identifier: Apache-2.0
import Simulator
import Testing

@Suite("SimulatedEndpoint")
struct SimulatedEndpointTests {
    /// The row of the API documentation.
    static let documented = SimulatedEndpoint(
        visibility: "PRIVATE",
        id: "0b5633ba2b904511ad514346f4dxxxxx",
        name: "endpoint1",
        type: "job",
        status: "CREATING",
        description: "description",
        createTime: "2023-05-30T12:24:30.401Z",
        updateTime: "2023-05-30T12:24:30.401Z",
        owner: [
            "domain_name": "string", "domain_id": "0b5633ba2b904511ad514346f4dxxxxx", "user_name": "string",
            "user_id": "0b5633ba2b904511ad514346f4xxxxx",
        ],
        cap: ["cap_id": "0b5633ba2b904511ad514346f4xxxxx", "version_id": "0b5633ba2b904511ad514346f4xxxxx"],
        reservedResource: [
            "apu": ["spec_code": "a1x", "warm_up_num": 1, "max_num": 100],
            "dpu": ["spec_code": "d1x", "warm_up_num": 1, "max_num": 100, "use_public_resource": false],
            "mu": ["spec_code": "mu", "min": 0, "max": 1],
        ],
        rayResource: [
            "head_group_spec": ["spec_code": "string"],
            "worker_group_spec": [
                ["name": "string", "spec_code": "string", "min_replicas": 10000, "max_replicas": 10000]
            ],
        ],
        caches: [["mnt_path": "string", "cache_ins_id": "string"]],
        errorCode: "string",
        errorMsg: "string"
    )

    /// The same row as compact JSON.
    static let documentedJSON =
        #"{"visibility":"PRIVATE","id":"0b5633ba2b904511ad514346f4dxxxxx","name":"endpoint1","type":"job","#
        + #""status":"CREATING","description":"description","create_time":"2023-05-30T12:24:30.401Z","#
        + #""update_time":"2023-05-30T12:24:30.401Z","owner":{"domain_name":"string","#
        + #""domain_id":"0b5633ba2b904511ad514346f4dxxxxx","user_name":"string","#
        + #""user_id":"0b5633ba2b904511ad514346f4xxxxx"},"cap":{"cap_id":"0b5633ba2b904511ad514346f4xxxxx","#
        + #""version_id":"0b5633ba2b904511ad514346f4xxxxx"},"reserved_resource":{"apu":{"spec_code":"a1x","#
        + #""warm_up_num":1,"max_num":100},"dpu":{"spec_code":"d1x","warm_up_num":1,"max_num":100,"#
        + #""use_public_resource":false},"mu":{"spec_code":"mu","min":0,"max":1}},"ray_resource":{"#
        + #""head_group_spec":{"spec_code":"string"},"worker_group_spec":[{"name":"string","spec_code":"string","#
        + #""min_replicas":10000,"max_replicas":10000}]},"caches":[{"mnt_path":"string","cache_ins_id":"string"}],"#
        + #""error_code":"string","error_msg":"string"}"#

    @Test("The documented row has its fields in the documented order")
    func documentedRow() {
        #expect(Self.documented.json.text == Self.documentedJSON)
    }

    @Test("Fields can be missing, null or of a wrong type")
    func oddFields() {
        var endpoint = SimulatedEndpoint(
            id: "a",
            name: .null,
            status: "RUNNING",
            reservedResource: ["apu": .null, "dpu": nil]
        )
        #expect(endpoint.json.text == #"{"id":"a","name":null,"status":"RUNNING","reserved_resource":{"apu":null}}"#)
        endpoint.rawOverrides = [
            ("status", "42"), ("reserved_resource.apu.warm_up_num", "1e400"), ("owner", "[]"), ("cap.cap_id", "false"),
        ]
        #expect(
            endpoint.json.text
                == #"{"id":"a","name":null,"status":42,"reserved_resource":{"apu":{"warm_up_num":1e400}},"#
                + #""owner":[],"cap":{"cap_id":false}}"#
        )
    }

    @Test("Only characters that require it are escaped")
    func escapes() {
        #expect(
            JSONValue.string("\"\\/\n\r\t\u{0}\u{1F}\u{7F}数\u{1F680}").text
                == "\"\\\"\\\\/\\n\\r\\t\\u0000\\u001f\u{7F}数\u{1F680}\""
        )
    }
}
