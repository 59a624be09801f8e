// SPDX-License-Identifier: Apache-2.0

/// The page at `/`, for people who come by.
enum LandingPage {
    /// Nothing from elsewhere, no script; the style is the page's own.
    static let contentSecurityPolicy =
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    static func html(version: String, telemetryPath: String) -> String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>DataArts Fabric exporter</title>
        <style>
        body { font: 16px/1.5 system-ui, sans-serif; max-width: 42rem; margin: 3rem auto; padding: 0 1rem; }
        h1 { font-size: 1.4rem; margin-bottom: 0; }
        p.version { opacity: .7; margin-top: .2rem; }
        code { font-family: ui-monospace, monospace; }
        </style>
        </head>
        <body>
        <main>
        <h1>DataArts Fabric exporter</h1>
        <p class="version">Version \(escape(version))</p>
        <p>Endpoints of Huawei Cloud DataArts Fabric workspaces, counted, with their reserved capacity.</p>
        <ul>
        <li><a href="\(escape(telemetryPath))"><code>\(escape(telemetryPath))</code></a>: metrics for Prometheus</li>
        <li><a href="/-/healthy"><code>/-/healthy</code></a>: whether the process serves</li>
        <li><a href="/-/ready"><code>/-/ready</code></a>: whether every workspace has been polled once</li>
        </ul>
        </main>
        </body>
        </html>

        """
    }

    private static func escape(_ text: String) -> String {
        text.unicodeScalars.map { scalar -> String in
            switch scalar {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "\"": "&quot;"
            default: String(scalar)
            }
        }.joined()
    }
}
