// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPClient
import TestSupport
import Testing

@testable import Fabric

@Suite(.timeLimit(.minutes(1)))
struct QuotaListerTests {
    /// Provides a credential of a project.
    private struct ProjectCredentials: CredentialProvider {
        var projectID: String?

        func credential() async throws(CredentialFailure) -> Credential {
            Credential(generation: 1, projectID: projectID) { _ in }
        }

        func replacement(for rejected: Credential) async throws(CredentialFailure) -> Credential? { nil }
    }

    private static func list(
        _ body: String, maximumResources: Int = 200
    ) async -> Result<QuotaList, APIFailure> {
        let source = Source(FakeTransport { _, _ in .response(200, body) })
        return await list(source, projectID: "p", maximumResources: maximumResources)
    }

    private static func list(
        _ source: Source, projectID: String?, maximumResources: Int = 200, isAlone: Bool = false
    ) async -> Result<QuotaList, APIFailure> {
        let lister = QuotaLister(
            client: source.client, baseURL: "https://fabric.example/", projectID: projectID,
            maximumResources: maximumResources, isAlone: isAlone)
        do throws(APIFailure) { return .success(try await lister.list()) } catch { return .failure(error) }
    }

    private static func rows(_ rows: String...) -> String {
        #"{"quotas":{"resources":[\#(rows.joined(separator: ","))]}}"#
    }

    @Test func `Quotas are ordered by resource; -1 is no limit`() async {
        let body = Self.rows(
            #"{"type":"workspace","quota":5,"used":3}"#, #"{"type":"compute","quota":-1,"used":0}"#,
            #"{"used":9007199254740993,"quota":9223372036854775807,"type":"endpoint","unit":"x"}"#)
        #expect(
            await Self.list(body)
                == .success(
                    QuotaList(quotas: [
                        Quota(resource: "compute", used: 0, limit: nil),
                        Quota(resource: "endpoint", used: 9_007_199_254_740_993, limit: .max),
                        Quota(resource: "workspace", used: 3, limit: 5),
                    ])))
        #expect(await Self.list(Self.rows()) == .success(QuotaList(quotas: [])))
    }

    @Test(arguments: [
        #"null"#, #""3""#, "true", "[]", "{}", "3.5", "-2", "-1.5", "9223372036854775808", "1e300",
        "9007199254740992.0",
        #"[3]"#,
    ])
    func `A number that is no valid integer is absent`(_ value: String) async throws {
        let body = Self.rows(#"{"type":"a","quota":\#(value),"used":\#(value)}"#)
        #expect(
            await Self.list(body)
                == .success(QuotaList(quotas: [Quota(resource: "a", used: nil, limit: nil)], malformed: 2)))
    }

    @Test func `A use of -1 is absent, and a number with a zero fraction is an integer`() async throws {
        let body = Self.rows(#"{"type":"a","quota":4.0,"used":-1}"#, #"{"type":"b","quota":1e2,"used":-0.0}"#)
        #expect(
            await Self.list(body)
                == .success(
                    QuotaList(
                        quotas: [
                            Quota(resource: "a", used: nil, limit: 4), Quota(resource: "b", used: 0, limit: 100),
                        ], malformed: 1)))
    }

    @Test func `Absent numbers are absent, and rows without a type are skipped`() async throws {
        let body = Self.rows(
            #"{"type":"a"}"#, #"{"type":"b","used":1}"#, #"{"quota":1,"used":1}"#, #"{"type":"","quota":1,"used":1}"#,
            #"{"type":null,"quota":1,"used":1}"#, #"{"type":7,"quota":1,"used":1}"#, "null", "[]", #""type""#)
        #expect(
            await Self.list(body)
                == .success(
                    QuotaList(
                        quotas: [
                            Quota(resource: "a", used: nil, limit: nil), Quota(resource: "b", used: 1, limit: nil),
                        ], malformed: 10)))
    }

    @Test func `Equal rows count once; of contradictory ones none is trusted`() async throws {
        let body = Self.rows(
            #"{"type":"a","quota":9,"used":1}"#, #"{"type":"a","used":1,"quota":9}"#,
            #"{"type":"b","quota":9,"used":1}"#, #"{"type":"b","quota":9,"used":2}"#,
            #"{"type":"b","quota":9,"used":1}"#)
        #expect(
            await Self.list(body)
                == .success(QuotaList(quotas: [Quota(resource: "a", used: 1, limit: 9)], malformed: 2)))
    }

    @Test func `Resources beyond the limit are dropped in the order of their names`() async throws {
        let names = (0..<700).map { "r\(1_000 + $0)" }
        let rows = names.reversed().map { #"{"type":"\#($0)","quota":1,"used":1}"# }
        let body = #"{"quotas":{"resources":[\#(rows.joined(separator: ","))]}}"#
        let list = try await Self.list(body, maximumResources: 200).get()
        #expect(list.quotas.map(\.resource) == Array(names.prefix(200)))
        #expect(list.dropped == 500 && list.malformed == 0)
    }

    @Test func `A secret in the name of a resource is redacted, and a long name is truncated`() async throws {
        let secret = Secret("aSecretOfTheQuotaTests")
        let long = String(repeating: "x", count: 300)
        let body = Self.rows(
            #"{"type":"t aSecretOfTheQuotaTests","quota":1,"used":1}"#, #"{"type":"\#(long)","quota":1,"used":1}"#)
        let list = try await Self.list(body).get()
        #expect(list.quotas.count == 2)
        #expect(!list.quotas.contains { $0.resource.contains("aSecretOfTheQuotaTests") })
        #expect(list.quotas.contains { $0.resource == String(repeating: "x", count: 256) })
        withExtendedLifetime(secret) {}
    }

    @Test(arguments: [
        "", "null", "[]", "{}", "<html>", #"{"quotas":null}"#, #"{"quotas":{}}"#, #"{"quotas":{"resources":null}}"#,
        #"{"quotas":{"resources":{}}}"#, #"{"quotas":[]}"#, #"{"quotas":{"resources":[{"type":"a"}"#,
    ])
    func `Another document is a failure`(_ body: String) async {
        #expect(await Self.list(body).failure?.reason == .response)
    }

    @Test func `A list that is too long is a failure`() async {
        let rows = Array(repeating: "{}", count: QuotaLister.maximumRows + 1)
        let failure = await Self.list(#"{"quotas":{"resources":[\#(rows.joined(separator: ","))]}}"#).failure
        #expect(failure?.reason == .response)
        #expect(failure?.message == "2001 quotas exceed the maximum, 2000")
    }

    @Test func `The project is the configured one, or that of the credential`() async {
        for (configured, path) in [("p 1", "p%201"), (nil, "own")] {
            let source = Source(
                FakeTransport { _, _ in .response(200, Self.rows()) },
                credentials: ProjectCredentials(projectID: "own"))
            #expect(await Self.list(source, projectID: configured).failure == nil)
            #expect(source.transport.urls == ["https://fabric.example/v2/\(path)/quotas"])
        }
    }

    @Test func `Without a known project no request is sent`() async {
        let source = Source(FakeTransport { _, _ in .response(200, Self.rows()) })
        let failure = await Self.list(source, projectID: nil).failure
        #expect(failure?.reason == .credentials)
        #expect(failure?.message.contains("set collect.quotas.project_id") == true)
        #expect(source.transport.urls.isEmpty)
    }

    @Test func `A 401 concerns only quotas, unless the source sends nothing else`() async {
        for isAlone in [false, true] {
            let source = Source(FakeTransport { _, _ in .response(401) })
            #expect(await Self.list(source, projectID: "p", isAlone: isAlone).failure?.reason == .unauthenticated)
            #expect((source.client.nextProbe != nil) == isAlone)
        }
    }

    @Test(
        arguments: [
            (nil, 100, false), (90, nil, false), (89, 100, false), (90, 100, true), (100, 100, true), (0, 0, false),
            (1, 0, true), (Int64.max, Int64.max, true), (8, 9, false), (9, 10, true),
        ] as [(Int64?, Int64?, Bool)])
    func `A quota is near its limit from 90 percent on`(used: Int64?, limit: Int64?, isNear: Bool) {
        #expect(Quota(resource: "r", used: used, limit: limit).isNearLimit == isNear)
    }
}

extension Result where Failure == APIFailure {
    fileprivate var failure: APIFailure? { if case .failure(let failure) = self { failure } else { nil } }
}
