// SPDX-License-Identifier: Apache-2.0
import Simulator

extension Expectation {
    private static let documentedServices = [
        "PENDING", "CREATING", "RUNNING", "UPDATING", "SUCCEEDED", "FAILED", "STOPPING", "STOPPED", "DELETING",
        "DELETED",
    ]
    private static let servicesInTransition = ["PENDING", "CREATING", "UPDATING", "STOPPING", "DELETING"]

    /// Computes the expected series of service instances, all of which have valid times.
    init(services: [SimulatedServiceInstance]) {
        var counts: [String: Int] = [:]
        for service in services {
            func text(_ field: JSONValue?) -> String? { field?.string.flatMap { $0.isEmpty ? nil : $0 } }
            let (id, status) = (text(service.id) ?? "", text(service.status) ?? "UNKNOWN")
            let (type, visibility) = (text(service.type) ?? "unknown", text(service.visibility) ?? "PRIVATE")
            func kind(_ status: String) -> [(String, String?)] {
                [("service_type", type), ("status", status), ("visibility", visibility)]
            }
            func key(_ family: String, _ labels: [(String, String?)]) -> String {
                SeriesKey.text("dataarts_fabric_service_instance" + family, labels)
            }
            for status in Self.documentedServices + [status] { counts[key("s", kind(status)), default: 0] += 0 }
            counts[key("s", kind(status)), default: 0] += 1
            let code = text(service.errorCode)
            if let code { counts[key("s_with_error", kind(status) + [("error_code", code)]), default: 0] += 1 }
            let times = [service.createTime, service.updateTime].map {
                $0?.string.flatMap(WallTime.microseconds(ofText:))
            }
            let begins = ["PENDING", "CREATING"].contains(status) ? times[0] ?? times[1] : times[1] ?? times[0]
            if let begins { told.append((id, status, begins)) } else { dependsOnPoll.append(id) }
            let isInTransition = Self.servicesInTransition.contains(status)
            if isInTransition {
                since[key("_oldest_transition_timestamp_seconds", kind(status)), default: Since()].rows
                    .append((id, status, begins))
            }
            guard isInTransition || ["FAILED", "TRIAL_ENDED"].contains(status) || code != nil else { continue }
            let labels = [
                ("service_instance_id", id), ("service_instance_name", text(service.name)),
                ("endpoint_id", text(service.endpointID)),
            ]
            since[key("_status_since_timestamp_seconds", labels + kind(status))] = Since(rows: [(id, status, begins)])
        }
        for (key, count) in counts { exact[key] = String(count) }
        for (name, count) in [
            ("listed_records", services.count), ("skipped_records", 0), ("malformed_fields", 0), ("cut_values", 0),
            ("dropped_details", 0),
        ] {
            exact[SeriesKey.text("dataarts_fabric_workspace_" + name, [("listing", "service_instances")])] = String(
                count)
        }
    }
}
