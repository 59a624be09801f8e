// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import HTTPServer

extension Negotiation {
    /// Returns the language of a page: the query parameter `lang`, else the one that `Accept-Language` prefers.
    /// - Throws: ``QueryError`` for an unknown value of `lang`.
    static func language(of request: ListenerRequest) throws(QueryError) -> Language {
        // Forms send empty values.
        guard let value = request.queryValues("lang").last(where: { !$0.isEmpty }) else {
            return language(acceptLanguage: request.headerValues("Accept-Language"))
        }
        guard let language = Language(rawValue: value) else {
            let known = Language.allCases.map(\.rawValue).joined(separator: ", ")
            throw QueryError(status: 400, message: "Invalid lang. Must be one of \(known).")
        }
        return language
    }
}
