// SPDX-License-Identifier: Apache-2.0
internal import Base

/// A row of one of the API's lists, as far as listing has to know it.
public protocol ListedRow {
    /// The key that a page has its rows under, and what they are called: `endpoints`.
    static var plural: String { get }

    /// Reads a record; nil where it has no usable id.
    init?(_ record: inout RecordReader)

    /// What tells it from the other rows. The ids of all kinds of rows are spelled alike, so one type holds them.
    var recordID: RecordID { get }
}

extension DiscoveredWorkspace: ListedRow {
    /// See ``ListedRow/plural``.
    public static let plural = "workspaces"

    /// See ``ListedRow/recordID``.
    public var recordID: RecordID { RecordID(id) }

    /// See ``ListedRow/init(_:)``. Of other bytes, or too many of them, is no usable id: it becomes part of a path.
    public init?(_ record: inout RecordReader) {
        let (name, project) = (record.text("name"), record.text("enterprise_project_id"))
        let text = record.text("id")
        guard Self.isUsable(text.bytes), let id = text.string else { return nil }
        self.init(
            id: id, name: name.limited(to: Self.maximumBytes),
            enterpriseProjectID: project.limited(to: Self.maximumBytes))
    }

    /// Whether a workspace of this id can be asked for: 1 to 36 letters, digits, hyphens. It becomes part of a path.
    private static func isUsable(_ id: UnsafeBufferPointer<UInt8>) -> Bool {
        (1...36).contains(id.count) && id.allSatisfy { $0.isLetterOrDigit || $0 == UInt8(ascii: "-") }
    }
}
