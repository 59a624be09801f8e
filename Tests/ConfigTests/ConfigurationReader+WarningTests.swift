// SPDX-License-Identifier: Apache-2.0

import Fabric
import Testing

@testable import Config

@Suite("ConfigurationReader: warnings")
struct ConfigurationReaderWarningTests {
    private func warnings(_ text: String) throws -> [String] {
        try Reading.read(text).warnings
    }

    @Test("An undocumented type is a warning")
    func type() throws {
        let text = Reading.sourceOf("region: r\nauth: {token: t}\nworkspaces: [{id: w1, filter: {type: gpu}}]")
        #expect(
            try warnings(text) == [
                "config.yaml:4:40: sources[0].workspaces[0].filter.type: undocumented endpoint type \"gpu\", sent unchanged; documented "
                    + "types: service, ray, inference, job, ray_service, sql, container_job, notebook"
            ]
        )
        #expect(try Reading.read(text).sources[0].workspaces[0].filter.type == "gpu")
    }

    @Test("Documented types cause no warning", arguments: EndpointType.documented)
    func documentedType(_ type: String) throws {
        let text = Reading.sourceOf("region: r\nauth: {token: t}\nworkspaces: [{id: w1, filter: {type: \(type)}}]")
        #expect(try warnings(text) == [])
    }

    @Test(
        "A credential over http is a warning",
        arguments: ["10.0.0.1", "fabric.example.com", "128.0.0.1", "[::2]"])
    func plainHTTP(_ host: String) throws {
        #expect(
            try warnings(Reading.sourceWith("base_url: http://\(host):80/")) == [
                "config.yaml:5:13: sources[0].base_url: the credential is sent unencrypted (http) to another host; use https"
            ]
        )
    }

    @Test(
        "Loopback and https addresses cause no warning",
        arguments: [
            "http://localhost:1", "http://127.0.0.1", "http://127.1.2.3:8", "http://[::1]:8080", "https://example.com",
        ]
    )
    func quiet(_ url: String) throws {
        #expect(try warnings(Reading.sourceWith("base_url: '\(url)'")) == [])
        #expect(try warnings(Reading.sourceWith("base_url: '\(url)'\nproxy_url: http://localhost:3128")) == [])
    }

    @Test("A remote proxy for an http loopback address is a warning")
    func proxy() throws {
        #expect(
            try warnings(Reading.sourceWith("base_url: http://localhost\nproxy_url: http://proxy:3128")) == [
                "config.yaml:5:13: sources[0].base_url: the credential is sent unencrypted (http) to another host; use https"
            ]
        )
        #expect(try warnings(Reading.sourceWith("proxy_url: http://proxy:3128")) == [])
    }

    @Test("IAM over http is a warning")
    func iam() throws {
        let text = Reading.authOf("password: {iam_url: 'http://iam.example.com', domain: a, user: u, password: p}")
        #expect(
            try warnings(text) == [
                "config.yaml:5:25: sources[0].auth.password.iam_url: the credential is sent unencrypted (http) to "
                    + "another host; use https"
            ]
        )
    }

    @Test("An http address of IAM from the environment is a warning")
    func iamFromEnvironment() throws {
        let text = Reading.authOf("access_key: {id: a, secret: s}")
        let environment = ["HUAWEICLOUD_SDK_IAM_ENDPOINT": "http://iam.example.com"]
        #expect(
            try Reading.read(text, environment: environment).warnings == [
                "config.yaml:5:17: sources[0].auth.access_key.iam_url: the credential is sent unencrypted (http) to "
                    + "another host; use https"
            ]
        )
    }

    @Test("More workspaces than the rate limit allows are a warning")
    func rate() throws {
        func text(_ count: Int, _ rate: String) -> String {
            let workspaces = (1...count).map { "{id: w\($0)}" }.joined(separator: ", ")
            return "poll: {interval: 1s, requests_per_second: \(rate)}\n"
                + Reading.sourceOf("region: r\nauth: {token: t}\nworkspaces: [\(workspaces)]")
        }
        #expect(try warnings(text(3, "3")) == [])
        #expect(try warnings(text(300, "0")) == [])
        #expect(
            try warnings(text(4, "3")) == [
                "config.yaml:5:15: sources[0].workspaces: 4 workspaces polled every 1s need at least 240 requests per "
                    + "minute, but poll.requests_per_second allows 180; raise it or poll.interval"
            ]
        )
    }
}
