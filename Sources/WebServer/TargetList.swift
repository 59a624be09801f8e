// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric
internal import HTTPServer
internal import Polling

/// Prometheus' HTTP service discovery: one target for each workspace, so that each has an `up` of its own.
enum TargetList {
    /// The groups of targets.
    /// - Parameter host: where Prometheus finds this process.
    static func text(_ report: StatusReport, host: String) -> String {
        let groups: [JSONValue] = report.workspaces.map { status in
            let workspace = status.workspace
            let (source, id) = (workspace.key.source, workspace.key.workspaceID)
            let labels: JSONValue = [
                "__param_source": .string(source), "__param_workspace_id": .string(id),
                // Else all targets would share one `up`: they differ in nothing else that stays.
                "instance": .string("\(source)/\(id)"),
                "__meta_dataarts_fabric_source": .string(source),
                "__meta_dataarts_fabric_workspace_id": .string(id),
                "__meta_dataarts_fabric_workspace": .string(workspace.name),
            ]
            // Not the host, which the client may have sent: the response would tell a client that guesses secrets which one is right.
            return [
                "targets": [.string(host)], "labels": labels.mapStrings { KnownSecrets.shared.redacting($0) },
            ]
        }
        return JSONValue.array(groups).text + "\n"
    }

    /// The host by which a request came; nil where it says none or something that is none.
    static func host(of request: ListenerRequest) -> String? {
        guard let host = request.header("Host"), !host.isEmpty, host.utf8.count <= 261 else { return nil }
        let isHost = host.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: ".-_:[]".utf8.contains(byte)
            }
        }
        return isHost ? host : nil
    }
}
