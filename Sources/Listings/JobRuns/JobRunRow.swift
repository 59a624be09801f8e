// SPDX-License-Identifier: Apache-2.0
internal import Base
package import Fabric

/// The first job run of a status. Its id is not read, because runs are only counted.
package struct JobRunRow: CountedRow {
    package static let plural = "job_runs"

    /// The status, cut to 256 bytes; nil if absent.
    let status: String?
    let createTime, updateTime: Timestamp?

    package init(_ record: inout RecordReader) {
        status = record.text("status").limited(to: StringTable.maximumBytes)
        createTime = record.time("create_time")
        updateTime = record.time("update_time")
    }
}
