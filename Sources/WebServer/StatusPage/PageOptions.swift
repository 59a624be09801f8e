// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import HTTPServer

/// The query parameters of every page: its language, and the interval at which the browser loads it again. Links to
/// other pages keep those of the URL.
struct PageOptions {
    /// The permitted intervals of `refresh`, in seconds.
    static let refreshIntervals = 10...3_600

    var language: Language
    /// The language in the URL; nil if the client's preference applies.
    private var chosen: Language?
    /// The interval at which the browser loads the page again, in seconds; nil for never.
    var refresh: Int?
    /// The relative URL of the first page.
    let root: String

    /// Creates the options for a request without a valid query, such as an error page.
    /// - Parameter root: the relative URL of the first page.
    init(fallback request: ListenerRequest, root: String = "./") {
        language = Negotiation.language(acceptLanguage: request.headerValues("Accept-Language"))
        self.root = root
    }

    /// Parses the options of `request`.
    /// - Throws: ``QueryError`` for an invalid value.
    init(_ request: ListenerRequest, root: String = "./") throws(QueryError) {
        self.init(fallback: request, root: root)
        if let value = request.queryValues("lang").last, !value.isEmpty {
            guard let known = Language(rawValue: value) else {
                throw QueryError(status: 400, message: .invalid("lang", "en, zh"))
            }
            (language, chosen) = (known, known)
        }
        if let value = request.queryValues("refresh").last, !value.isEmpty {
            let range = Self.refreshIntervals
            guard let seconds = Int(value), range.contains(seconds) else {
                let allowed = "\(range.lowerBound) – \(range.upperBound)"
                throw QueryError(status: 400, message: .invalid("refresh", allowed))
            }
            refresh = seconds
        }
    }

    /// The same options in `language`.
    func choosing(_ language: Language) -> PageOptions {
        var options = self
        (options.language, options.chosen) = (language, language)
        return options
    }

    /// The same options with another interval.
    func refreshing(every seconds: Int?) -> PageOptions {
        var options = self
        options.refresh = seconds
        return options
    }

    /// Returns the relative URL of a page.
    func address(_ path: String = "", _ query: [(name: String, value: String)] = []) -> String {
        var query = query
        if let chosen { query.append(("lang", chosen.rawValue)) }
        if let refresh { query.append(("refresh", String(refresh))) }
        if query.isEmpty { return root + path }
        let pairs = query.map { "\($0.name)=\(PercentEncoding.encode($0.value.utf8))" }
        return "\(root)\(path)?\(pairs.joined(separator: "&"))"
    }

    /// The fields that keep the options when a form is sent.
    var hiddenFields: HTML {
        let fields = [("lang", chosen?.rawValue), ("refresh", refresh.map { String($0) })]
        return HTML(
            fields.map { name, value in value.html { #"<input type="hidden" name="\#(name)" value="\#($0)">"# } })
    }
}
