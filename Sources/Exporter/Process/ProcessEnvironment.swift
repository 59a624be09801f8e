// SPDX-License-Identifier: Apache-2.0
private import Glibc

/// The environment variables of this process.
public enum ProcessEnvironment {
    /// Returns all variables by name.
    public static func variables() -> [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let pair = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if pair.count == 2 { variables[String(pair[0])] = String(pair[1]) }
            entry += 1
        }
        return variables
    }
}
