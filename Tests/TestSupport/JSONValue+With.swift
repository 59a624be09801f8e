// SPDX-License-Identifier: Apache-2.0
public import Base

extension JSONValue {
    /// The object with `members` behind its own; where two have the same name, the last one counts to the decoder.
    public func with(_ members: KeyValuePairs<String, JSONValue>) -> JSONValue {
        guard case .object(let own) = self else { preconditionFailure("\(text) is not an object") }
        return .object(own + members.map { (name: $0.key, value: $0.value) })
    }
}
