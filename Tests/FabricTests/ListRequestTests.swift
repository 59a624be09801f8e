// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPClient
import Testing

@testable import Fabric

@Suite("ListRequest")
struct ListRequestTests {
    private static func request(_ values: [String]) -> ListRequest {
        ListRequest(
            .listWorkspaces, baseURL: "https://fabric.example", path: ["v2", "workspaces", "w", "endpoints"],
            parameters: ["name": "n", "compute_id": nil], lists: ["engine_types": values])
    }

    @Test("A list is sent as repeated parameters, sorted by name, then value")
    func repeated() {
        let page = Self.request(["SparkSql", "AuraJob", "a b", "Ö", "Spark", "+"]).page(offset: 0, limit: 100)
        #expect(
            page == "https://fabric.example/v2/workspaces/w/endpoints?engine_types=%2B&engine_types=AuraJob"
                + "&engine_types=Spark&engine_types=SparkSql&engine_types=a%20b&engine_types=%C3%96"
                + "&limit=100&name=n&offset=0")
        #expect(Self.request([]).page(offset: 5, limit: 1).hasSuffix("endpoints?limit=1&name=n&offset=5"))
    }

    @Test("Signing does not change the query, and signs every repeated parameter")
    func signed() {
        let page = Self.request(["SparkSql", "AuraJob", "a b", "Ö", "+"]).page(offset: 0, limit: 100)
        var request = HTTPRequest(url: page, timeout: .seconds(1), maxBodyBytes: 1)
        let signer = RequestSigner(key: AccessKey(id: "AK", secret: Secret("exampleSecretKey")), projectID: nil)
        signer.sign(&request, date: "20260101T000000Z")
        #expect(request.url == page)
        let canonical = CanonicalRequest(
            method: "GET",
            url: URLParts("https://h/p?b=2&engine_types=SparkSql&a=1&engine_types=AuraJob&engine_types=AuraJobV2"),
            headers: [], body: [])
        #expect(canonical.query == "a=1&b=2&engine_types=AuraJob&engine_types=AuraJobV2&engine_types=SparkSql")
    }
}
