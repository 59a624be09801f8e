// SPDX-License-Identifier: Apache-2.0
import HTTPClient
import Testing

@testable import Fabric

@Suite("Classification of failures")
struct FailureTableTests {
    @Test(
        "A transport failure has its reason",
        arguments: [
            (.resolve, .network, true), (.connect, .network, true), (.interrupted, .network, true),
            (.tls, .tls, false), (.timeout, .timeout, true), (.tooLarge, .response, false),
            (.malformed, .response, false), (.canceled, .network, true), (.invalidRequest, .network, true),
        ] as [(TransportFailure.Kind, FailureReason, Bool)]
    )
    func transport(_ kind: TransportFailure.Kind, _ reason: FailureReason, _ isRetryable: Bool) {
        #expect(FailureTable.reason(for: TransportFailure(kind, "x")) == reason)
        #expect(FailureTable.isRetryable(APIFailure(reason, "x")) == isRetryable)
    }

    @Test(
        "An HTTP status has its reason",
        arguments: [
            (401, .unauthenticated, false), (403, .forbidden, false), (404, .notFound, false), (408, .timeout, true),
            (504, .timeout, true), (429, .throttled, true), (500, .server, true), (502, .server, true),
            (503, .server, true), (501, .server, false), (505, .server, false), (599, .server, false),
            (400, .badRequest, false), (402, .badRequest, false), (405, .badRequest, false), (413, .badRequest, false),
            (418, .badRequest, false), (494, .badRequest, false), (499, .badRequest, false), (301, .response, false),
            (302, .response, false), (304, .response, false), (307, .response, false), (399, .response, false),
            (201, .response, false), (204, .response, false), (206, .response, false), (100, .response, false),
        ] as [(Int, FailureReason, Bool)]
    )
    func statuses(_ status: Int, _ reason: FailureReason, _ isRetryable: Bool) {
        for code in [nil, "APIG.0201", "common.01000001", "", "429"] {
            #expect(FailureTable.reason(status: status, code: code) == reason)
        }
        #expect(FailureTable.isRetryable(APIFailure(reason, "x", status: status)) == isRetryable)
    }

    @Test(
        "Some error codes take precedence over the status",
        arguments: [
            ("dataartsfabric.00010003", .notFound), ("dataartsfabric.00010009", .notFound), ("APIG.0308", .throttled),
            ("APIGW.0308", .throttled), ("IAM.0012", .throttled),
        ] as [(String, FailureReason)]
    )
    func codes(_ code: String, _ reason: FailureReason) {
        for status in [302, 400, 401, 403, 404, 429, 500, 503] {
            #expect(FailureTable.reason(status: status, code: code) == reason)
        }
    }

    @Test(
        "Permanent failures are not retried",
        arguments: [.inconsistent, .credentials, .tls, .response, .badRequest] as [FailureReason])
    func permanent(_ reason: FailureReason) {
        #expect(!FailureTable.isRetryable(APIFailure(reason, "x")))
    }

    @Test("A failure's description is one line")
    func description() {
        #expect(APIFailure(.network, "could not connect").description == "network: could not connect")
        let whole = APIFailure(
            .throttled, "over limit", status: 429, code: "APIG.0308", requestID: "r", retryAfter: .seconds(3))
        #expect(whole.description == "throttled (HTTP 429): APIG.0308: over limit [request id r]")
    }
}
