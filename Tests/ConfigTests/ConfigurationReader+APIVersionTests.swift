// SPDX-License-Identifier: Apache-2.0

import Fabric
import Testing

@testable import Config

@Suite("ConfigurationReader: versions of the API")
struct ConfigurationReaderAPIVersionTests {
    private static func source(_ text: String) throws -> SourceSettings {
        try #require(
            try Reading.read(Reading.sourceOf(text + "\nauth: {token: t}\nworkspaces: [{id: w1}]")).sources.first)
    }

    @Test("The default is v1")
    func absent() throws {
        #expect(try Self.source("region: cn-north-4").api == .v1)
        #expect(try Self.source("region: cn-north-4\napi: v1") == Self.source("region: cn-north-4"))
    }

    @Test(
        "The default address depends on version and region",
        arguments: [
            ("v1", "cn-north-4", "fabric"), ("v1", "cn-east-4", "fabric"), ("v1", "cn-southwest-2", "fabric"),
            ("v2", "cn-north-4", "fabric"), ("v2", "cn-north-2", "fabric"), ("v2", "ap-southeast-1", "fabric"),
            ("v2", "cn-east-4", "fabric-serverless"), ("v2", "cn-southwest-2", "fabric-serverless"),
        ])
    func address(_ api: String, _ region: String, _ host: String) throws {
        let source = try Self.source("region: \(region)\napi: \(api)")
        #expect(source.api.rawValue == api)
        #expect(source.baseURL == "https://\(host).\(region).myhuaweicloud.com")
        let own = try Self.source("region: \(region)\napi: \(api)\nbase_url: https://x.example.com")
        #expect(own.baseURL == "https://x.example.com")
    }

    @Test("Filters of v2 are read, of workspaces and of discovery")
    func filters() throws {
        let file = Reading.sourceOf(
            """
            region: r
            api: v2
            auth: {token: t}
            workspaces: [{id: w1, filter: {name: n, engine_types: [SparkSql, AuraJob], compute_id: c}}]
            discovery: {filter: {engine_types: ['RayJob']}}
            """)
        let source = try Reading.read(file).sources[0]
        #expect(
            source.workspaces[0].filter
                == EndpointFilter(name: "n", engineTypes: ["SparkSql", "AuraJob"], computeID: "c"))
        #expect(source.discovery?.filter == EndpointFilter(engineTypes: ["RayJob"]))
        #expect(try Reading.read(file).warnings == [])
    }

    @Test("An undocumented engine type is a warning, and a type of v1 is none of v2")
    func undocumented() throws {
        let file = Reading.sourceOf(
            "region: r\napi: v2\nauth: {token: t}\nworkspaces: [{id: w1, filter: {engine_types: [RayJob, sql]}}]")
        #expect(
            try Reading.read(file).warnings == [
                "config.yaml:5:57: sources[0].workspaces[0].filter.engine_types[1]: undocumented endpoint type \"sql\", sent "
                    + "unchanged; documented types: AuraJob, AuraJobV2, SparkSql, SparkJob, FlinkJob, RayCluster, RayJob, "
                    + "RayService"
            ])
        #expect(try Reading.read(file).sources[0].workspaces[0].filter.engineTypes == ["RayJob", "sql"])
    }

    @Test("Quotas are allowed with v2")
    func quotas() throws {
        let source = try Self.source("region: cn-east-4\napi: v2\ncollect: {quotas: {project_id: p}}")
        #expect(source.collect.quotas?.projectID == "p" && source.servicesURL == nil)
    }

    @Test("Pools are collected with v2, by default every five minutes, and less often if endpoints are")
    func pools() throws {
        let source = try Self.source("region: r\napi: v2\ncollect: {pools: {}}")
        #expect(source.collect.pools == .init(interval: .seconds(300)))
        #expect(source.collect.workspaceListings == ["pools": .init(interval: .seconds(300))])
        #expect(source.servicesURL == nil)
        let often = try Self.source("region: r\napi: v2\ncollect: {pools: {interval: 1m}}")
        #expect(often.collect.pools == .init(interval: .seconds(60)))
    }

    @Test("Pools with v1 are an error", arguments: ["", "api: v1\n"])
    func poolsOfV1(_ api: String) {
        let file = Reading.sourceOf("region: r\n\(api)auth: {token: t}\nworkspaces: [{id: w1}]\ncollect: {pools: {}}")
        #expect(
            Reading.problems(file).map { String($0.drop { $0 != " " }) } == [
                " sources[0].collect.pools: only available with api: v2; remove it, or set api: v2"
            ])
    }
}
