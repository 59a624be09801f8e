// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import HTTPServer

/// The pages of the runbooks: `/runbooks/` and `/runbooks/NAME`.
struct RunbookPages {
    /// The path of the page of all runbooks, and the beginning of the paths of the others.
    static let path = "/runbooks/"

    /// The style rules that only these pages need.
    static let style: HTML = """
        .runbook p, .runbook li { max-width: 60rem; overflow-wrap: anywhere; }
        pre { background: var(--panel); border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .8rem;
          overflow-x: auto; } pre code { overflow-wrap: normal; }
        pre:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }

        """

    /// A page with the response status.
    struct Page {
        var status = 200
        var language: Language
        var title: Phrase
        var body: HTML
    }

    private static let allRunbooks = Phrase("All runbooks", "全部运行手册")

    /// Returns whether `path` is that of a page, or of a page that does not exist.
    static func contains(_ path: String) -> Bool { path == "/runbooks" || path.hasPrefix(self.path) }

    /// Returns the page of a request.
    /// - Throws: ``QueryError`` for an invalid language.
    static func page(of request: ListenerRequest) throws(QueryError) -> Page {
        let language = try Negotiation.language(of: request)
        let name = request.path.dropFirst(path.count)
        if name.isEmpty {
            let body: HTML = "\(otherLanguage(than: language))\(article(Runbook.overview[language], language))"
            return Page(language: language, title: Phrase("Alerts and runbooks", "告警与运行手册"), body: body)
        }
        guard let runbook = Runbook.named(String(name)) else {
            let message = Phrase("There is no such runbook.", "没有该运行手册。")
            let body: HTML = "<p>\(language(message))</p>\(overviewLink(language))"
            return Page(status: 404, language: language, title: Phrase("Not found", "未找到"), body: body)
        }
        return Page(
            language: language, title: runbook.title,
            body: """
                \(otherLanguage(than: language))\(article(runbook.text[language], language))\(overviewLink(language))
                """)
    }

    private static func article(_ text: HTML, _ language: Language) -> HTML {
        #"<article class="runbook" lang="\#(language.rawValue)">\#(text)</article>"#
    }

    private static func overviewLink(_ language: Language) -> HTML {
        #"<p><a href="./?lang=\#(language.rawValue)">\#(language(allRunbooks))</a></p>"#
    }

    private static func otherLanguage(than language: Language) -> HTML {
        let (other, name) = language == .english ? (Language.chinese, "中文") : (.english, "English")
        let code = other.rawValue
        return #"<p><a href="?lang=\#(code)" lang="\#(code)" hreflang="\#(code)">\#(name)</a></p>"#
    }
}
