// SPDX-License-Identifier: Apache-2.0
internal import Base
package import Fabric

/// A service instance on a page of the API; its texts refer to the page.
package struct ServiceInstanceRow: ListedRow {
    package static let plural = "service_instances"

    package let recordID: RecordID
    let name, type, status, visibility, endpointID, errorCode, errorMessage, description: BorrowedText
    let createTime, updateTime: Timestamp?

    package init?(_ record: inout RecordReader) {
        name = record.text("name")
        type = record.text("type")
        status = record.text("status")
        visibility = record.text("visibility")
        endpointID = record.text("endpoint_id")
        errorCode = record.text("error_code")
        errorMessage = record.text("error_msg")
        description = record.text("description")
        createTime = record.time("create_time")
        updateTime = record.time("update_time")
        guard let id = RecordID(record.text("id")) else { return nil }
        recordID = id
    }
}
