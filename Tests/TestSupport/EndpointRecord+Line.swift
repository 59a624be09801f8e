// SPDX-License-Identifier: Apache-2.0
import Base
public import Fabric

extension EndpointRecord {
    /// The fields as `name=value` in the order of declaration, times in microseconds. Omits absent fields and false
    /// flags.
    public var line: String { fields(of: self) }
}

// Uses reflection, so that new fields are included.
private func fields(of record: Any) -> String {
    Mirror(reflecting: record).children.compactMap { name, value in
        text(of: value).map { "\(name ?? "")=\($0)" }
    }.joined(separator: " ")
}

private func text(of value: Any) -> String? {
    switch value {
    case let text as BorrowedText: return text.string
    case let id as RecordID: return id.text
    case let time as Timestamp: return String(time.microseconds)
    case let flag as Bool: return flag ? "true" : nil
    case let number as Int64: return String(number)
    case let groups as EndpointRecord.Workers:
        return "[" + groups.map { "{\(fields(of: $0))}" }.joined(separator: ", ") + "]"
    case let resources as EndpointRecord.Resources:
        let texts = resources.map { "{\(fields(of: $0))}" }
        return texts.isEmpty ? nil : "[" + texts.joined(separator: ", ") + "]"
    default:
        let mirror = Mirror(reflecting: value)
        if mirror.displayStyle == .optional { return mirror.children.first.flatMap { text(of: $0.value) } }
        return mirror.children.isEmpty ? String(describing: value) : "{\(fields(of: value))}"
    }
}
