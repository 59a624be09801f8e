// SPDX-License-Identifier: Apache-2.0

import Fabric
import Testing

@testable import Config

@Suite struct CollectSettingsTests {
    /// Reads a source that accepts every listing of `collect`, even those that no section accepts yet.
    private func read(_ text: String, _ poll: PollSettings = PollSettings()) throws -> (SourceSettings, [String]) {
        var walker = SchemaWalker(
            environment: Reading.environment, files: Reading.access, folder: "", log: ProblemLog(file: "config.yaml"))
        let everything = CollectSettings.section(keys: [
            CollectSettings.serviceInstancesKey, CollectSettings.jobRunsKey, CollectSettings.quotasKey,
        ])
        let keys = SourceSettings.section.keys.filter { !["collect", "services_url"].contains($0.name) }
        let section = Section(
            "sources", of: SourceSettings.initial,
            keys: keys + [SourceSettings.collectKey(everything), SourceSettings.servicesURLKey])
        let root = try #require(YAMLDocument(Array(text.utf8)).root)
        var source = walker.section(root, section, "", into: section.initial) ?? section.initial
        walker.finish(&source, at: "", poll)
        return (source, walker.log.failure.problems.map(\.description))
    }

    private let token = "region: cn-north-4\nauth: {token: t}\nworkspaces: [{id: w1}]\n"

    @Test func `Nothing is collected by default`() throws {
        let (source, problems) = try read(token)
        #expect(problems == [])
        #expect(source.collect == CollectSettings())
        #expect(source.servicesURL == nil)
    }

    @Test func `Intervals follow the poll interval by default`() throws {
        var poll = PollSettings()
        poll.interval = .seconds(30)
        let (short, problems) = try read(token + "collect: {service_instances: {}, job_runs: {}}", poll)
        #expect(problems == [])
        #expect(short.collect.serviceInstances == .init(interval: .seconds(30)))
        #expect(short.collect.jobRuns == .init(interval: .seconds(300)))
        #expect(short.collect.quotas == nil)
        #expect(short.servicesURL == "https://fabric-ep.cn-north-4.myhuaweicloud.com")
        poll.interval = .seconds(600)
        let (long, _) = try read(token + "collect: {service_instances: {}, job_runs: {}}", poll)
        #expect(long.collect.serviceInstances == .init(interval: .seconds(600)))
        #expect(long.collect.jobRuns == .init(interval: .seconds(600)))
    }

    @Test func `Every key is read`() throws {
        let (source, problems) = try read(
            token + """
                services_url: https://services.example.com/
                collect:
                  service_instances: {interval: 2m}
                  job_runs: {interval: 10m}
                  quotas: {interval: 2h, project_id: 0605767f}
                """)
        #expect(problems == [])
        #expect(source.servicesURL == "https://services.example.com")
        #expect(source.collect.serviceInstances == .init(interval: .seconds(120)))
        #expect(source.collect.jobRuns == .init(interval: .seconds(600)))
        #expect(source.collect.quotas == .init(interval: .seconds(7_200), projectID: "0605767f"))
    }

    @Test func `Job runs are accepted by the configuration`() throws {
        let text = "sources:\n- region: r\n  auth: {token: t}\n  workspaces: [{id: w1}]\n  collect: {job_runs: {}}\n"
        let source = try #require(try Reading.read(text).sources.first)
        #expect(source.collect.jobRuns == .init(interval: .seconds(300)))
        #expect(source.servicesURL == "https://fabric-ep.r.myhuaweicloud.com")
    }

    @Test func `Quotas are read every hour by default`() throws {
        let (source, _) = try read(token + "collect: {quotas: {project_id: p}}")
        #expect(source.collect.quotas == .init(interval: .seconds(3_600), projectID: "p"))
    }

    @Test(arguments: ["token: t", "token_file: /run/secrets/token"])
    func `Quotas need a project id with a token`(_ auth: String) throws {
        let (_, problems) = try read(
            "region: cn-north-4\nauth: {\(auth)}\nworkspaces: [{id: w1}]\ncollect:\n  quotas: {}")
        #expect(
            problems == [
                "config.yaml:5:11: collect.quotas.project_id: required with token or token_file, which do not contain the "
                    + "project's id"
            ])
    }

    @Test func `Quotas need no project id with a credential that has one`() throws {
        let (source, problems) = try read(
            "region: cn-north-4\nauth: {access_key: {id: a, secret: s}}\nworkspaces: [{id: w1}]\ncollect: {quotas: {}}")
        #expect(problems == [])
        #expect(source.collect.quotas == .init())
    }

    @Test func `Services need an address if there is no region`() throws {
        let source = "name: a\nbase_url: https://example.com\nauth: {token: t}\nworkspaces: [{id: w1}]\n"
        let message = "required for collect if region is not set"
        #expect(
            try read(source + "collect: {service_instances: {}}").1 == ["config.yaml:1:1: services_url: \(message)"])
        #expect(try read(source + "collect: {job_runs: {}}").1 == ["config.yaml:1:1: services_url: \(message)"])
        #expect(try read(source + "collect: {quotas: {project_id: p}}").1 == [])
        #expect(try read(source + "services_url: https://a.example\ncollect: {job_runs: {}}").1 == [])
        #expect(try read(source).0.servicesURL == nil)
    }

    @Test func `All errors are reported at once`() throws {
        let (_, problems) = try read(
            token + """
                services_url: ftp://example.com
                collect:
                  service_instance: {}
                  job_runs: {interval: 5, every: 1m}
                  quotas: {interval: 100ms, project_id: a/b}
                  pools: {}
                """)
        #expect(
            problems == [
                "config.yaml:4:15: services_url: must be a URL that starts with http:// or https://",
                "config.yaml:6:3: collect.service_instance: unknown key; did you mean service_instances?",
                "config.yaml:7:24: collect.job_runs.interval: must be a duration with a unit, not 5; write 5s for seconds",
                "config.yaml:7:27: collect.job_runs.every: unknown key; allowed keys: interval",
                "config.yaml:8:22: collect.quotas.interval: must be a duration from 1s to 10y, not 100ms",
                "config.yaml:8:41: collect.quotas.project_id: must be 1 to 64 letters, digits and hyphens, not \"a/b\"",
                "config.yaml:9:3: collect.pools: unknown key; allowed keys: service_instances, job_runs, quotas",
            ])
    }

    @Test func `The warning about the rate counts collected listings`() throws {
        let text = """
            poll: {requests_per_second: 0.1}
            sources:
            - region: r
              auth: {token: t}
              workspaces: [{id: w1}, {id: w2}]
              collect: {service_instances: {interval: 20s}}
            """
        #expect(
            try Reading.read(text).warnings == [
                "config.yaml:5:15: sources[0].workspaces: 2 workspaces polled every 1m, with the listings in collect, need at "
                    + "least 8 requests per minute, but poll.requests_per_second allows 6; raise it or poll.interval"
            ])
        var collect = CollectSettings()
        collect.jobRuns = .init(interval: .seconds(300))
        #expect(collect.requestsPerMinute == 1.6)
    }

    @Test func `The warning about the rate counts quotas once per source`() throws {
        let text = """
            poll: {requests_per_second: 0.1}
            sources:
            - region: r
              auth: {token: t}
              workspaces: [{id: w1}, {id: w2}]
              collect: {quotas: {interval: 12s, project_id: p}}
            """
        #expect(
            try Reading.read(text).warnings == [
                "config.yaml:5:15: sources[0].workspaces: 2 workspaces polled every 1m, with the listings in collect, need at "
                    + "least 7 requests per minute, but poll.requests_per_second allows 6; raise it or poll.interval"
            ])
        #expect(CollectSettings().requestsPerMinuteOfSource == 0)
    }

    @Test func `A listing without a value is an error`() throws {
        let (_, problems) = try read(token + "collect: {service_instances: }")
        #expect(
            problems == [
                "config.yaml:4:30: collect.service_instances: must be a mapping, not null; write {} for an empty one"
            ])
    }

    @Test func `A listing that does not exist is not accepted`() {
        #expect(
            Reading.problems(Reading.sourceWith("collect: {sandcastles: {}}")).first?.contains("unknown key")
                == true)
    }
}
