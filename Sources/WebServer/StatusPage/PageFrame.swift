// SPDX-License-Identifier: Apache-2.0
internal import Base

/// The frame of all status pages. They use no scripts and no external resources.
struct PageFrame {
    /// The policy for status pages: no scripts, no external resources, inline styles, forms to the same origin.
    static let contentSecurityPolicy =
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

    let version: String
    let telemetryPath: String
    /// The time of the status report.
    let time: Timestamp

    /// Returns a page with a title and a body.
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
        <footer class="quiet">Last updated \(HumanFormat.absolute(time)). Reload the page to refresh.</footer>
        </body>
        </html>

        """
    }
}
