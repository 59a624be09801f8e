// SPDX-License-Identifier: Apache-2.0
internal import Base

/// A row of one of the API's lists.
public protocol ListedRow {
    /// The key of the rows in a page, and their name in messages, such as `endpoints`.
    static var plural: String { get }

    /// Reads a record; nil if it has no usable ID.
    init?(_ record: inout RecordReader)

    /// The row's ID. All kinds of rows use the same formats, so they share one type.
    var recordID: RecordID { get }
}

extension DiscoveredWorkspace: ListedRow {
    /// See ``ListedRow/plural``.
    public static let plural = "workspaces"

    /// See ``ListedRow/recordID``.
    public var recordID: RecordID { RecordID(id) }

    /// See ``ListedRow/init(_:)``. An ID with other characters, or too many, isn't usable, because it becomes part of a
    /// path.
    public init?(_ record: inout RecordReader) {
        let (name, project) = (record.text("name"), record.text("enterprise_project_id"))
        let text = record.text("id")
        guard RecordID.isIdentifier(text.bytes), let id = text.string else { return nil }
        self.init(
            id: id, name: name.limited(to: Self.maximumBytes),
            enterpriseProjectID: project.limited(to: Self.maximumBytes))
    }
}
