// SPDX-License-Identifier: Apache-2.0

import Base
import Fabric
import HTTPClient
import Testing

@testable import Config

@Suite("ConfigurationReader")
struct ConfigurationReaderTests {
    @Test("A minimal file has all defaults")
    func minimal() throws {
        let expected = ExporterConfiguration(
            sources: [
                SourceSettings(
                    name: "cn-north-4",
                    region: "cn-north-4",
                    baseURL: "https://fabric.cn-north-4.myhuaweicloud.com",
                    auth: .token(.value(Secret("MIIsecretTOKEN"))),
                    workspaces: [WorkspaceSettings(id: "w1")]
                )
            ]
        )
        #expect(try Reading.read(Reading.source) == expected)
    }

    @Test("The defaults are the documented ones")
    func defaults() {
        let poll = PollSettings()
        #expect(poll.interval == .seconds(60) && poll.timeout == .seconds(10) && poll.staleAfter == .seconds(300))
        #expect(poll.concurrency == 16 && poll.requestsPerSecond == 20 && poll.retries == 3 && poll.pageSize == 100)
        #expect(poll.maxEndpoints == 100_000 && poll.maxResponseBytes == 4_194_304)
        #expect(MetricsSettings().endpointDetails == .problems && MetricsSettings().maxEndpointDetails == 1_000)
        #expect(MetricsSettings().maxLabelValues == 200 && MetricsSettings().owner == .name)
        #expect(ConnectionOptions().minimumTLSVersion == .tls12 && !ConnectionOptions().skipsVerification)
        #expect(DiscoverySettings().interval == .seconds(300))
    }

    @Test("Every supported key is read")
    func allKeys() throws {
        let configuration = try Reading.read(
            """
            poll:
              interval: 30s              # how often each workspace is listed
              timeout: 1m30s
              stale_after: 1h
              concurrency: 8
              requests_per_second: 2.5
              retries: 0
              page_size: 50
              connection_max_age: 90s
              max_endpoints: 5000
              max_response_bytes: 0x100000
            metrics:
              endpoint_details: all
              max_endpoint_details: 0
              max_label_values: 50
              owner: id
            prices:
              currency: CNY
              per_hour:
                - {unit: dpu, spec_code: fabric.sql.dcu.std, price: 0.35}
                - {unit: dpu, price: 0}
                - {unit: mu, spec_code: "${NAME}", price: 1e-3}
            sources:                     # at least one; names unique
              - name: ${NAME}
                region: cn-north-4
                base_url: https://fabric.cn-north-4.myhuaweicloud.com/
                auth:
                  token: ${FABRIC_TOKEN}
                workspaces:
                  - id: e935d0ef-f4eb-4b95-aff1-9d33ae9f57a6
                    name: analytics
                    filter:
                      type: inference
                      visibility: ALL
                      name: etl
                      model_id: m-1
                      endpoint_id: 12e4
                tls:
                  ca_file: ca.pem
                  cert_file: /etc/fabric/cert.pem
                  key_file: key.pem
                  server_name: fabric.internal
                  min_version: TLS13
                  insecure_skip_verify: true
                proxy_url: http://user:pw@proxy:3128/
            """,
            fileName: "/etc/fabric/config.yaml",
            environment: Reading.environment
        )
        var poll = PollSettings()
        poll.interval = .seconds(30)
        poll.timeout = .seconds(90)
        poll.staleAfter = .seconds(3_600)
        poll.concurrency = 8
        poll.requestsPerSecond = 2.5
        poll.retries = 0
        poll.pageSize = 50
        poll.connectionMaxAge = .seconds(90)
        poll.maxEndpoints = 5_000
        poll.maxResponseBytes = 1_048_576
        #expect(configuration.poll == poll)
        #expect(configuration.metrics.endpointDetails == .all && configuration.metrics.maxEndpointDetails == 0)
        #expect(configuration.metrics.maxLabelValues == 50 && configuration.metrics.owner == .id)
        #expect(
            configuration.prices
                == PriceSettings(
                    currency: "CNY",
                    perHour: [
                        UnitPrice(.dpu, specCode: "fabric.sql.dcu.std", price: 0.35), UnitPrice(.dpu, price: 0),
                        UnitPrice(.mu, specCode: "prod", price: 0.001),
                    ]))
        var connection = ConnectionOptions(proxy: .url("http://user:pw@proxy:3128"))
        connection.caFile = "/etc/fabric/ca.pem"
        connection.certificateFile = "/etc/fabric/cert.pem"
        connection.keyFile = "/etc/fabric/key.pem"
        connection.serverName = "fabric.internal"
        connection.minimumTLSVersion = .tls13
        connection.skipsVerification = true
        let source = SourceSettings(
            name: "prod",
            region: "cn-north-4",
            baseURL: "https://fabric.cn-north-4.myhuaweicloud.com",
            auth: .token(.value(Secret("MIIsecretTOKEN"))),
            workspaces: [
                WorkspaceSettings(
                    id: "e935d0ef-f4eb-4b95-aff1-9d33ae9f57a6",
                    name: "analytics",
                    filter: EndpointFilter(
                        type: "inference", visibility: "ALL", name: "etl", modelID: "m-1", endpointID: "12e4"
                    )
                )
            ],
            connection: connection
        )
        #expect(configuration.sources == [source])
        // The only warning is about the proxy's password.
        #expect(
            configuration.warnings == [
                "/etc/fabric/config.yaml:45:16: sources[0].proxy_url: the proxy password is sent unencrypted (http) to "
                    + "another host; use https"
            ]
        )
    }

    @Test(
        "stale_after is 5 min or 3 × interval, whichever is longer",
        arguments: [("10s", 300), ("100s", 300), ("101s", 303), ("1h", 10_800)]
    )
    func staleAfter(_ interval: String, _ seconds: Int) throws {
        let configuration = try Reading.read(Reading.withSource("poll: {interval: \(interval)}"))
        #expect(configuration.poll.staleAfter == .seconds(seconds))
    }

    @Test("stale_after may be 2 × interval exactly, and the timeout longer than the interval")
    func bounds() throws {
        let poll = try Reading.read(Reading.withSource("poll: {interval: 3m, stale_after: 6m, timeout: 1h}")).poll
        #expect(poll.staleAfter == .seconds(360) && poll.timeout == .seconds(3_600))
    }

    @Test(
        "A token file's path is relative to the configuration's directory",
        arguments: [
            ("config.yaml", "token", "token"), ("config.yaml", "/run/secrets/token", "/run/secrets/token"),
            ("/run/secrets/config.yaml", "token", "/run/secrets/token"),
            ("/config.yaml", "run/secrets/crlf", "/run/secrets/crlf"),
            ("config.yaml", "${DIR}/token", "/run/secrets/token"),
        ]
    )
    func tokenFile(_ fileName: String, _ written: String, _ path: String) throws {
        let text = Reading.authOf("token_file: \(written)")
        let configuration = try Reading.read(text, fileName: fileName)
        #expect(configuration.sources[0].auth == .token(.file(path: path)))
    }

    @Test("A source without a region has name and base_url")
    func withoutRegion() throws {
        let source = try Reading.read(
            Reading.sourceOf(
                "name: lab\nbase_url: http://127.0.0.1:8080/api//\nauth: {token: t}\nworkspaces: [{id: w1}]")
        ).sources[0]
        #expect(source.name == "lab" && source.region == nil && source.baseURL == "http://127.0.0.1:8080/api")
    }

    @Test("A byte order mark, document markers and CRLF line ends are accepted")
    func lineEnds() throws {
        let text = "\u{FEFF}---\r\n" + Reading.source.split(separator: "\n").joined(separator: "\r\n") + "\r\n...\r\n"
        #expect(try Reading.read(text) == Reading.read(Reading.source))
    }

    @Test("A name can contain Chinese characters")
    func unicode() throws {
        let configuration = try Reading.read(Reading.sourceWith("name: 生产环境"))
        #expect(configuration.sources[0].name == "生产环境")
    }

    @Test
    func `Labels of a workspace and of the discovery are read, with their variables`() throws {
        let configuration = try Reading.read(
            Reading.sourceOf(
                """
                region: cn-north-4
                auth: {token: MIIsecretTOKEN}
                discovery: {labels: {team: risk, cost_center: "4711"}}
                workspaces: [{id: w1, labels: {}}, {id: w2, labels: {team: "${TEAM}"}}]
                """), environment: ["TEAM": "lake"])
        let source = configuration.sources[0]
        #expect(source.discovery?.labels == ["team": "risk", "cost_center": "4711"])
        #expect(source.workspaces.map(\.labels) == [[:], ["team": "lake"]])
    }
}
