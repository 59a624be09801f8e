// SPDX-License-Identifier: Apache-2.0

extension Language {
    /// Creates the language of a terminal's locale: Chinese if it begins with `zh`, else English.
    /// - Parameter environment: the variables of the process. Of `LC_ALL`, `LC_MESSAGES` and `LANG`, the first that is
    ///   not empty counts, as POSIX defines.
    public init(environment: [String: String]) {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        self = locale?.hasPrefix("zh") == true ? .chinese : .english
    }
}
