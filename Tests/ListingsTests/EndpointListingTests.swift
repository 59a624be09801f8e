// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Fabric
@testable import Listings

@Suite("Endpoint listing")
struct EndpointListingTests {
    private static func listing(
        _ id: String, baseURL: String = "https://fabric.example", filter: EndpointFilter = EndpointFilter()
    ) -> EndpointListing {
        EndpointListing(
            of: Workspace(key: WorkspaceKey(source: "s", workspaceID: id), baseURL: baseURL),
            settings: ListingSettings(filter: filter, details: .none, maximumDetails: 0))
    }

    @Test(
        "Query parameters are sorted and percent-encoded",
        arguments: [
            (EndpointFilter(), "limit=100&offset=0"),
            (
                EndpointFilter(name: "模型 a+b&c=d/e?f#g%h"),
                "limit=100&name=%E6%A8%A1%E5%9E%8B%20a%2Bb%26c%3Dd%2Fe%3Ff%23g%25h&offset=0"
            ),
            (
                EndpointFilter(
                    type: "ray", visibility: "ALL", name: "-_.~", modelID: "m-1", endpointID: "e-1"),
                "endpoint_id=e-1&limit=100&model_id=m-1&name=-_.~&offset=0&type=ray&visibility=ALL"
            ),
            (EndpointFilter(name: "\u{0}\u{7F}\"<>😀"), "limit=100&name=%00%7F%22%3C%3E%F0%9F%98%80&offset=0"),
        ]
    )
    func urls(_ filter: EndpointFilter, _ query: String) {
        let url = Self.listing("ws-1", filter: filter).request.page(offset: 0, limit: 100)
        #expect(url == "https://fabric.example/v1/workspaces/ws-1/endpoints?" + query)
    }

    @Test("A base URL may have a path and a trailing slash; workspace ids are percent-encoded")
    func baseURL() {
        let request = Self.listing("../a b", baseURL: "http://h:8080/p/").request
        #expect(
            request.page(offset: 99, limit: 7)
                == "http://h:8080/p/v1/workspaces/..%2Fa%20b/endpoints?limit=7&offset=99")
    }

    @Test("The widened listing has a wider filter, or is nil if there is none")
    func widened() {
        func parameters(_ filter: EndpointFilter) -> String? {
            Self.listing("w", filter: filter).widened?.request.page(offset: 0, limit: 9).split(separator: "?").last
                .map(String.init)
        }
        #expect(parameters(EndpointFilter()) == nil)
        #expect(parameters(EndpointFilter(name: "x")) == "limit=9&offset=0")
        #expect(parameters(EndpointFilter(visibility: "PUBLIC", name: "x")) == "limit=9&offset=0&visibility=PUBLIC")
        #expect(parameters(EndpointFilter(visibility: "PUBLIC")) == "limit=9&offset=0&visibility=ALL")
    }
}
