// SPDX-License-Identifier: Apache-2.0
public import Base

extension JSONValue {
    /// Returns the object with `members` appended; of members with the same name, the decoder uses the last one.
    public func with(_ members: KeyValuePairs<String, JSONValue>) -> JSONValue {
        guard case .object(let own) = self else { preconditionFailure("\(text) is not an object") }
        return .object(own + members.map { (name: $0.key, value: $0.value) })
    }
}
