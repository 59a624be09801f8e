// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric
internal import HTTPServer
internal import Polling

/// The target list for Prometheus' HTTP service discovery, with a target per workspace, so that each has its own `up`.
enum TargetList {
    /// Returns the target groups as JSON.
    /// - Parameter host: the `host[:port]` at which Prometheus reaches this process.
    static func text(_ report: StatusReport, host: String) -> String {
        let groups: [JSONValue] = report.workspaces.map { status in
            let workspace = status.workspace
            let (source, id) = (workspace.key.source, workspace.key.workspaceID)
            let labels: JSONValue = [
                "__param_source": .string(source), "__param_workspace_id": .string(id),
                // Distinguishes the targets, which otherwise have the same labels and would share one `up`.
                "instance": .string("\(source)/\(id)"),
                "__meta_dataarts_fabric_source": .string(source),
                "__meta_dataarts_fabric_workspace_id": .string(id),
                "__meta_dataarts_fabric_workspace": .string(workspace.name),
            ]
            // The host, which the client may have sent, isn't redacted: redaction would confirm a guessed secret.
            return [
                "targets": [.string(host)], "labels": labels.mapStrings { KnownSecrets.shared.redacting($0) },
            ]
        }
        return JSONValue.array(groups).text + "\n"
    }

    /// Returns the `Host` of a request; nil if missing or malformed.
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
