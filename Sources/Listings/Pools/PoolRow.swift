// SPDX-License-Identifier: Apache-2.0
internal import Base
package import Fabric

/// A compute pool on a page of the API; its texts refer to the page.
package struct PoolRow: ListedRow {
    /// A part of the capacity: an amount of one resource with one specification.
    struct Capacity {
        var type, specCode: BorrowedText
        /// Cores or cards; nil if absent.
        var amount: Int64?
    }

    package static let plural = "computes"

    package let recordID: RecordID
    let name, chargeMode, status, errorCode, errorMessage, description: BorrowedText
    let createTime, updateTime: Timestamp?
    let capacity: [Capacity]

    package init?(_ record: inout RecordReader) {
        name = record.text("name")
        chargeMode = record.text("charge_mode")
        status = record.text("status")
        description = record.text("description")
        createTime = record.time("create_time")
        updateTime = record.time("update_time")
        let error = record.object("error") { (code: $0.text("error_code"), message: $0.text("error_msg")) }
        (errorCode, errorMessage) = (error?.code ?? .none, error?.message ?? .none)
        var capacity: [Capacity] = []
        record.objects("capacity") {
            capacity.append(
                Capacity(type: $0.text("type"), specCode: $0.text("spec_code"), amount: $0.integer("capacity")))
        }
        self.capacity = capacity
        guard let id = RecordID(record.text("id")) else { return nil }
        recordID = id
    }
}
