// SPDX-License-Identifier: Apache-2.0
import Aggregation
import Exposition
import FabricModel

enum EmptyListing {
    static func make(labels: [Label]) -> WorkspaceListing {
        let tally = EndpointTally(
            settings: .init(details: .none, maximumDetails: 0), memory: WorkspaceMemory())
        return WorkspaceListing(
            tally: tally, counts: .init(endpoints: 0, skippedRecords: 0, malformedFields: 0), labels: labels,
            now: Timestamp(microseconds: 0))
    }
}
