// SPDX-License-Identifier: Apache-2.0

/// The address of a page of workspaces. The enterprise project is mandatory by the service's documents.
struct ListWorkspacesURL: ListURL {
    let path: String
    let parameters: [(key: String, value: String)]

    init(baseURL: String, name: String?, enterpriseProjectID: String) {
        path = Self.path(baseURL, "/v1/workspaces")
        parameters = [("enterprise_project_id", enterpriseProjectID), ("name", name)]
            .compactMap { key, value in value.map { (key, Self.encode($0)) } }
    }
}
