// SPDX-License-Identifier: Apache-2.0

/// What all pages for people share. They need no script, and ask nothing of any other place.
struct PageFrame {
    /// Nothing from elsewhere, no script; the style is the page's own, the one form goes to the page itself.
    static let contentSecurityPolicy =
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

    let version: String
    let telemetryPath: String

    /// A page for people.
    /// - Parameter body: what stands below the title.
    func page(_ title: String, _ body: HTML) -> HTML {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>\(title) · DataArts Fabric exporter</title>
        <style>\(PageStyle.text)</style>
        </head>
        <body>
        <a class="skip" href="#content">Skip to content</a>
        <header class="top">
        <p class="brand"><a href="./">DataArts Fabric exporter</a> <span class="quiet">\(version)</span></p>
        <nav aria-label="Views"><ul>
        <li><a href="./">Status</a></li>
        <li><a href=".\(telemetryPath)">Metrics</a></li>
        <li><a href="./api/v1/status">JSON</a></li>
        <li><a href="./sd">Targets</a></li>
        </ul></nav>
        </header>
        <main id="content" tabindex="-1">
        <h1>\(title)</h1>
        \(body)
        </main>
        <footer class="quiet">A snapshot: the page shows what was known when it was asked for. Reload it for news.</footer>
        </body>
        </html>

        """
    }
}
