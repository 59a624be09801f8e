// SPDX-License-Identifier: Apache-2.0

import Base
import Fabric
import Testing

@testable import Config

@Suite("Authentication and discovery")
struct ConfigurationReaderAuthAndDiscoveryTests {
    private func source(_ text: String, _ environment: [String: String] = Reading.environment) throws -> SourceSettings
    {
        try Reading.read(text, environment: environment).sources[0]
    }

    @Test("password: iam_url and project default to those of the region")
    func password() throws {
        let source = try source(Reading.authOf("password: {domain: acme, user: exporter, password: '$${x}$1'}"))
        let expected = PasswordSettings(
            iamURL: "https://iam.cn-north-4.myhuaweicloud.com", domain: "acme", user: "exporter",
            password: .value(Secret("${x}$1")), project: .name("cn-north-4")
        )
        #expect(source.auth == .password(expected))
    }

    @Test("password: iam_url takes precedence over HUAWEICLOUD_SDK_IAM_ENDPOINT and the region")
    func iamURL() throws {
        let environment = ["HUAWEICLOUD_SDK_IAM_ENDPOINT": "https://iam.example.com/"]
        for (key, url) in [("", "https://iam.example.com"), (", iam_url: 'https://iam.other'", "https://iam.other")] {
            let auth = "password: {domain: a, user: u, password_file: /run/secrets/password, project_id: p\(key)}"
            let expected = PasswordSettings(
                iamURL: url, domain: "a", user: "u", password: .file(path: "/run/secrets/password"), project: .id("p")
            )
            #expect(try source(Reading.authOf(auth), environment).auth == .password(expected))
        }
    }

    @Test("access_key, metadata, assume_agency: HUAWEICLOUD_SDK_IAM_ENDPOINT takes precedence over the region")
    func iamURLOfOthers() throws {
        let environment = ["HUAWEICLOUD_SDK_IAM_ENDPOINT": "https://iam.example.com/v3/"]
        let agency = "\nassume_agency: {agency: a, domain: d}"
        for auth in [
            "access_key: {id: a, secret: s3cret}", "access_key: {id: a, secret: s3cret, project_id: p}\(agency)",
            "password: {domain: d, user: u, password: p}\(agency)", "metadata: {}",
        ] {
            let iamURL: String? =
                switch try source(Reading.authOf(auth), environment).auth {
                case .accessKey(let key): key.iamURL
                case .password(let password): password.iamURL
                case .metadata(let metadata): metadata.iamURL
                case .token, .environment: nil
                }
            #expect(iamURL == "https://iam.example.com/v3")
        }
    }

    @Test("password: the error for a malformed HUAWEICLOUD_SDK_IAM_ENDPOINT does not contain its value")
    func badEndpoint() {
        let text = Reading.authOf("password: {domain: a, user: u, password: hunter2hunter2}")
        let environment = ["HUAWEICLOUD_SDK_IAM_ENDPOINT": "https://u:hunter2hunter2@iam.example.com"]
        #expect(
            Reading.problems(Array(text.utf8), environment: environment) == [
                "config.yaml:5:15: sources[0].auth.password.iam_url: default from environment variable "
                    + "HUAWEICLOUD_SDK_IAM_ENDPOINT: the URL must not contain a user or password"
            ]
        )
    }

    @Test("access_key and assume_agency can be combined")
    func accessKey() throws {
        let source = try source(
            Reading.authOf(
                """
                access_key: {id: AK, secret: "${SK}", security_token_file: /run/secrets/token, project_id: p}
                assume_agency: {agency: monitoring, domain_id: d, duration: 15m}
                """
            )
        )
        let key = AccessKeySettings(
            id: "AK", secret: .value(Secret("sk-0123456789")), securityToken: .file(path: "/run/secrets/token"),
            projectID: "p",
            iamURL: "https://iam.cn-north-4.myhuaweicloud.com"
        )
        #expect(source.auth == .accessKey(key))
        var agency = Agency(name: "monitoring", account: .id("d"))
        agency.duration = .seconds(900)
        #expect(source.assumeAgency == agency)
    }

    @Test("access_key: iam_url is required if a request to IAM is needed")
    func accessKeyWithoutRegion() throws {
        let head = "name: a\nbase_url: https://fabric.example.com\nworkspaces: [{id: w1}]\nauth:\n"
        let key = "  access_key: {id: AK, secret: s"
        #expect(try source(Reading.sourceOf(head + key + ", project_id: p}")).region == nil)
        let agency = "\n  assume_agency: {agency: a, domain: d}"
        let missing = ["iam_url", "project_id"].map {
            "config.yaml:6:17: sources[0].auth.access_key.\($0): required if region is not set"
        }
        #expect(Reading.problems(Reading.sourceOf(head + key + "}")) == missing)
        let withAgency = Reading.problems(Reading.sourceOf(head + key + ", project_id: p}" + agency))
        #expect(withAgency == [missing[0]])
    }

    @Test("metadata and environment have defaults for empty mappings")
    func metadata() throws {
        var metadata = MetadataSettings()
        metadata.iamURL = "https://iam.cn-north-4.myhuaweicloud.com"
        #expect(try source(Reading.authOf("metadata: {}")).auth == .metadata(metadata))
        metadata.url = "http://127.0.0.1:1"
        metadata.projectID = "p"
        let written = "metadata: {url: 'http://127.0.0.1:1/', project_id: p}"
        #expect(try source(Reading.authOf(written)).auth == .metadata(metadata))
        #expect(try source(Reading.authOf("environment: {}")).auth == .environment)
    }

    @Test("discovery makes workspaces optional")
    func discovery() throws {
        let head = "region: cn-north-4\nauth: {token: t}\n"
        let empty = try source(Reading.sourceOf(head + "discovery: {}"))
        #expect(empty.discovery == DiscoverySettings() && empty.workspaces.isEmpty)
        let full = try source(
            Reading.sourceOf(
                head
                    + #"""
                    discovery:
                      interval: 1m
                      name: prod-
                      enterprise_project_id: '0'
                      include: ^prod-\d+
                      exclude: '-scratch$'
                      filter: {type: job}
                    """#
            )
        )
        var expected = DiscoverySettings()
        expected.interval = .seconds(60)
        expected.name = "prod-"
        expected.enterpriseProjectID = "0"
        expected.include = NamePattern(#"^prod-\d+"#)
        expected.exclude = NamePattern("-scratch$")
        expected.filter = EndpointFilter(type: "job")
        #expect(full.discovery == expected)
    }

    @Test("A pattern matches anywhere unless it has anchors")
    func pattern() {
        #expect(NamePattern("^prod-")?.matches("prod-a") == true)
        #expect(NamePattern("^prod-")?.matches("a-prod-") == false)
        #expect(NamePattern("-scratch$")?.matches("prod-scratch") == true)
        #expect(NamePattern("o")?.matches("prod") == true)
        #expect(NamePattern("(") == nil)
    }
}
