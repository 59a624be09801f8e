// SPDX-License-Identifier: Apache-2.0
internal import Base

/// The frame of all pages. They use no scripts and no external resources.
struct PageFrame {
    /// The policy for pages: no scripts, no external resources, inline styles, forms to the same origin.
    static let contentSecurityPolicy =
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

    let version: String
    let telemetryPath: String
    let options: PageOptions
    /// Style rules in addition to those of all pages.
    var style = HTML.empty

    /// Returns a page.
    /// - Parameters:
    ///   - facts: facts about the process, shown in the header.
    ///   - refreshes: whether the page changes, so that loading it again is offered.
    ///   - address: returns the URL of the same page with other options; nil if the page has no other forms.
    func page(
        _ title: Phrase, facts: HTML = .empty, _ body: HTML, refreshes: Bool = true,
        address: ((PageOptions) -> String)? = nil
    ) -> HTML {
        let text = options.language
        let refresh = options.refresh.html { "<meta http-equiv=\"refresh\" content=\"\($0)\">\n" }
        return """
            <!doctype html>
            <html lang="\(text(.languageTag))">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            \(refresh)<title>\(text(title)) · \(text(.exporter))</title>
            <style>\(PageStyle.text)\(style)</style>
            </head>
            <body>
            <a class="skip" href="#content">\(text(.skip))</a>
            <header class="top">
            <p class="brand"><a href="\(options.address())">\(text(.exporter))</a> <span class="quiet">\(version)</span></p>
            <nav aria-label="\(text(.views))"><ul>
            <li><a href="\(options.address())">\(text(.status))</a></li>
            <li><a href="\(options.address("endpoints"))">\(text(.endpoints))</a></li>
            <li><a href="\(options.address("runbooks/"))">\(text(.runbooks))</a></li>
            <li><a href="\(options.root)\(String(telemetryPath.dropFirst()))">\(text(.metrics))</a></li>
            <li><a href="\(options.root)api/v1/status">JSON</a></li>
            <li><a href="\(options.root)sd">\(text(.targets))</a></li>
            \(address.html(languages))</ul></nav>
            \(facts)\(refreshes ? address.html(refreshing) : .empty)</header>
            <main id="content" tabindex="-1">
            <h1>\(text(title))</h1>
            \(body)
            </main>
            </body>
            </html>

            """
    }

    /// Links to the same page in the other languages, each in its own.
    private func languages(_ address: (PageOptions) -> String) -> HTML {
        HTML(
            Language.allCases.filter { $0 != options.language }.map { language in
                """
                <li><a lang="\(language(.languageTag))" hreflang="\(language(.languageTag))" \
                href="\(echo: address(options.choosing(language)))">\(language(.languageName))</a></li>

                """
            })
    }

    /// Links to the same page that is, or is not, loaded again by itself.
    private func refreshing(_ address: (PageOptions) -> String) -> HTML {
        let intervals: [Int?] = [nil, 30, 60]
        let links: [HTML] = intervals.map { interval in
            let name = interval.map { HumanFormat.duration(Int64($0)) } ?? .off
            if interval == options.refresh { return "<strong>\(options.language(name))</strong>" }
            return #"<a href="\#(echo: address(options.refreshing(every: interval)))">\#(options.language(name))</a>"#
        }
        return """
            <p class="quiet refresh">\(options.language(.refresh))\(options.language(.colon)) \(HTML(links, separator: " · "))</p>

            """
    }
}
