// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric
internal import HTTPServer
internal import Polling

/// The target list for Prometheus' HTTP service discovery, with a target per workspace, so that each has its own `up`.
enum TargetList {
    /// Returns the target groups as JSON.
    /// - Parameters:
    ///   - host: the `host[:port]` at which Prometheus reaches this process.
    ///   - scheme: the scheme; nil for that of Prometheus' configuration.
    ///   - path: the path of the metrics.
    static func text(_ report: StatusReport, host: String, scheme: String?, path: String) -> String {
        let groups: [JSONValue] = report.workspaces.map { status in
            let workspace = status.workspace
            let (source, id) = (workspace.key.source, workspace.key.workspaceID)
            var labels = [
                ("__metrics_path__", path), ("__param_source", source), ("__param_workspace_id", id),
                // Distinguishes the targets, which otherwise have the same labels and would share one `up`.
                ("instance", "\(source)/\(id)"),
                ("__meta_dataarts_fabric_source", source), ("__meta_dataarts_fabric_workspace_id", id),
                ("__meta_dataarts_fabric_workspace", workspace.name),
            ]
            if let scheme { labels.insert(("__scheme__", scheme), at: 0) }
            // The host, which the client may have sent, isn't redacted: redaction would confirm a guessed secret.
            return [
                "targets": [.string(host)],
                "labels": .object(labels.map { ($0, .string(KnownSecrets.shared.redacting($1))) }),
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
