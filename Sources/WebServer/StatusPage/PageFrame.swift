// SPDX-License-Identifier: Apache-2.0
internal import Base

/// The frame of all status pages. They use no scripts and no external resources.
struct PageFrame {
    /// The policy for status pages: no scripts, no external resources, inline styles, forms to the same origin.
    static let contentSecurityPolicy =
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

    let version: String
    let telemetryPath: String
    /// The time of the status report; nil for a page without one.
    var time: Timestamp?
    /// The relative path of the folder of the status page.
    var root = "."
    var language = Language.english
    /// Style rules in addition to those of all pages.
    var style = HTML.empty

    /// Returns a page with a title and a body.
    func page(_ title: String, _ body: HTML) -> HTML {
        """
        <!doctype html>
        <html lang="\(language.rawValue)">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>\(title) · DataArts Fabric exporter</title>
        <style>\(PageStyle.text)\(style)</style>
        </head>
        <body>
        <a class="skip" href="#content">Skip to content</a>
        <header class="top">
        <p class="brand"><a href="\(root)/">DataArts Fabric exporter</a> <span class="quiet">\(version)</span></p>
        <nav aria-label="Views"><ul>
        <li><a href="\(root)/">Status</a></li>
        <li><a href="\(root)\(telemetryPath)">Metrics</a></li>
        <li><a href="\(root)/api/v1/status">JSON</a></li>
        <li><a href="\(root)/sd">Targets</a></li>
        </ul></nav>
        </header>
        <main id="content" tabindex="-1">
        <h1>\(title)</h1>
        \(body)
        </main>
        \(footer)
        </body>
        </html>

        """
    }

    private var footer: HTML {
        time.html { time in
            #"<footer class="quiet">Last updated \#(HumanFormat.absolute(time)). Reload the page to refresh.</footer>"#
        }
    }
}
