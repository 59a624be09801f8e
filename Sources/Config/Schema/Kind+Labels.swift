// SPDX-License-Identifier: Apache-2.0
internal import Base

/// The labels that a user may add to the info series of a workspace.
public enum ConfiguredLabels {
    /// The maximum number of labels.
    static let maximumCount = 10
    /// A name; Prometheus allows more, but the exporter's own names are written like this.
    static let namePattern = "^[a-z][a-z0-9_]{0,63}$"

    /// The names that can't be configured: labels of the exporter's own series, and labels that Prometheus sets.
    public static let reserved: Set<String> = [
        "alertname", "alertstate", "base_url", "cap_id", "cap_version_id", "charge_mode",
        "code", "currency", "discovered",
        "endpoint_id", "endpoint_name", "endpoint_type", "enterprise_project_id", "error_code", "from_status",
        "instance", "job", "le", "libcurl_version", "listing", "operation", "owner", "owner_id", "path",
        "pool", "pool_id", "public_resource", "quantile", "query", "reason", "region_id", "resource", "resource_mode",
        "revision",
        "service_instance_id",
        "service_instance_name", "service_type", "source", "spec_code", "status",
        "swift_version", "to_status", "unit", "version", "visibility", "workspace", "workspace_id",
    ]

    static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, (0x61...0x7A).contains(first), text.utf8.count <= 64 else { return false }
        return text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
    }
}

extension Kind<[String: String]> {
    /// A mapping of label names to values.
    static var labels: Kind {
        let schema: JSONMembers = [
            ("type", "object"), ("maxProperties", JSONValue(ConfiguredLabels.maximumCount)),
            (
                "propertyNames",
                [
                    "pattern": .string(ConfiguredLabels.namePattern),
                    "not": ["enum": .array(ConfiguredLabels.reserved.sorted().map { .string($0) })],
                ]
            ),
            ("additionalProperties", .object(Kind<String>.labelValue.schema)),
        ]
        let description = "mapping of names to text, up to \(ConfiguredLabels.maximumCount)"
        return Kind(typeDescription: description, schema: schema) { walker, node, path, _ in
            guard case .mapping(let entries) = node.content else {
                return walker.rejectType(node, path, "must be a mapping")
            }
            var labels: [String: String] = [:]
            var firstLines: [String: Int] = [:]
            var isValid = true
            for entry in entries {
                guard let name = walker.labelName(entry.key, path, &firstLines),
                    let value = Kind<String>.labelValue.read(&walker, entry.value, "\(path).\(name)", nil)
                else {
                    isValid = false
                    continue
                }
                labels[name] = value
            }
            if entries.count > ConfiguredLabels.maximumCount {
                let maximum = ConfiguredLabels.maximumCount
                return walker.reject(node, path, "must have at most \(maximum) labels, not \(entries.count)")
            }
            return isValid ? labels : nil
        }
    }
}

extension SchemaWalker {
    /// Returns the name of a configured label; reports an error and returns nil if it is invalid. An invalid name is
    /// not shown: it may be a secret.
    fileprivate mutating func labelName(
        _ key: YAMLNode, _ path: String, _ firstLines: inout [String: Int]
    ) -> String? {
        guard case .scalar(let scalar) = key.content else {
            return key.isBroken ? nil : reject(key, path, "a key must be a string, not \(key.typeName)")
        }
        let name = scalar.text
        guard ConfiguredLabels.isName(name) else {
            return reject(
                key, path, "a label's name must have 1 to 64 lower-case letters, digits and _, and start with a letter")
        }
        if ConfiguredLabels.reserved.contains(name) {
            return reject(key, "\(path).\(name)", "the exporter or Prometheus uses this label; choose another name")
        }
        if let line = firstLines[name] {
            return reject(key, "\(path).\(name)", "duplicate key, first on line \(line)")
        }
        firstLines[name] = key.mark.line
        return name
    }
}
