// SPDX-License-Identifier: Apache-2.0

import Fabric
import Testing

@testable import Config

@Suite("Warnings")
struct ConfigurationReaderWarningTests {
    private func warnings(_ text: String) throws -> [String] {
        try Reading.read(text).warnings
    }

    @Test("An undocumented type is passed on, with a word about it")
    func type() throws {
        let text = Reading.sourceOf("region: r\nauth: {token: t}\nworkspaces: [{id: w1, filter: {type: gpu}}]")
        #expect(
            try warnings(text) == [
                "config.yaml:4:40: sources[0].workspaces[0].filter.type: \"gpu\" is not among the documented types: "
                    + "service, ray, inference, job, ray_service, sql, container_job, notebook"
            ]
        )
        #expect(try Reading.read(text).sources[0].workspaces[0].filter.type == "gpu")
    }

    @Test("Every documented type is quiet", arguments: EndpointType.documented)
    func documentedType(_ type: String) throws {
        let text = Reading.sourceOf("region: r\nauth: {token: t}\nworkspaces: [{id: w1, filter: {type: \(type)}}]")
        #expect(try warnings(text) == [])
    }

    @Test(
        "A credential over plain http is warned about",
        arguments: ["10.0.0.1", "fabric.example.com", "128.0.0.1", "[::2]"])
    func plainHTTP(_ host: String) throws {
        #expect(
            try warnings(Reading.sourceWith("base_url: http://\(host):80/")) == [
                "config.yaml:5:13: sources[0].base_url: the credential travels over plain http to another machine"
            ]
        )
    }

    @Test(
        "Nobody else hears what stays on this machine or is encrypted",
        arguments: [
            "http://localhost:1", "http://127.0.0.1", "http://127.1.2.3:8", "http://[::1]:8080", "https://example.com",
        ]
    )
    func quiet(_ url: String) throws {
        #expect(try warnings(Reading.sourceWith("base_url: '\(url)'")) == [])
        #expect(try warnings(Reading.sourceWith("base_url: '\(url)'\nproxy_url: http://localhost:3128")) == [])
    }

    @Test("A proxy on another machine hears what goes to this one")
    func proxy() throws {
        #expect(
            try warnings(Reading.sourceWith("base_url: http://localhost\nproxy_url: http://proxy:3128")) == [
                "config.yaml:5:13: sources[0].base_url: the credential travels over plain http to another machine"
            ]
        )
        #expect(try warnings(Reading.sourceWith("proxy_url: http://proxy:3128")) == [])
    }

    @Test("IAM over plain http is warned about")
    func iam() throws {
        let text = Reading.authOf("password: {iam_url: 'http://iam.example.com', domain: a, user: u, password: p}")
        #expect(
            try warnings(text) == [
                "config.yaml:5:25: sources[0].auth.password.iam_url: the credential travels over plain http to another "
                    + "machine"
            ]
        )
    }

    @Test("IAM's address from the environment is no better")
    func iamFromEnvironment() throws {
        let text = Reading.authOf("access_key: {id: a, secret: s}")
        let environment = ["HUAWEICLOUD_SDK_IAM_ENDPOINT": "http://iam.example.com"]
        #expect(
            try Reading.read(text, environment: environment).warnings == [
                "config.yaml:5:17: sources[0].auth.access_key.iam_url: the credential travels over plain http to another "
                    + "machine"
            ]
        )
    }

    @Test("More workspaces than the rate allows are warned about, as many as it allows are not")
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
                "config.yaml:5:15: sources[0].workspaces: 4 workspaces every 1s ask for 240 requests a minute or more, "
                    + "poll.requests_per_second allows 180"
            ]
        )
    }
}
