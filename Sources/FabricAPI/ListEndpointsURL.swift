// SPDX-License-Identifier: Apache-2.0
internal import FabricModel

/// The address of a page of a workspace's endpoints.
struct ListEndpointsURL: ListURL {
    let path: String
    let parameters: [(key: String, value: String)]

    init(baseURL: String, workspaceID: String, filter: EndpointFilter) {
        path = Self.path(baseURL, "/v1/workspaces/\(Self.encode(workspaceID))/endpoints")
        parameters = [
            ("endpoint_id", filter.endpointID), ("model_id", filter.modelID), ("name", filter.name),
            ("type", filter.type), ("visibility", filter.visibility),
        ].compactMap { key, value in value.map { (key, Self.encode($0)) } }
    }
}
