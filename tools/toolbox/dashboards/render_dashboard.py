# SPDX-License-Identifier: Apache-2.0
"""Renders a Grafana dashboard from a live Prometheus, without Grafana, as an HTML page and optionally a picture.

For previews during development; scripts/take-pictures makes those in docs/images.
"""

import argparse
import base64
import json
import pathlib
import sys

from toolbox.dashboards.render import WIDTH, Renderer, Selection
from toolbox.shared.browser import browser
from toolbox.shared.processes import run
from toolbox.shared.prometheus import Client


def take_screenshot(url: str, picture: pathlib.Path, width: int, height: int, scheme: str = "light") -> None:
    with browser(scheme, width, height) as driver:
        driver.get(url)
        # More than the window, which is smaller by the browser's own bars.
        area = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        taken = driver.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True, "clip": area})
    picture.write_bytes(base64.b64decode(taken["data"]))


def compress(picture: pathlib.Path) -> None:
    """Reduces the colors: a quarter of the size, with no visible difference in texts and areas of one color."""
    run("pngquant", "--force", "--strip", "--nofs", "--speed", "1", "--output", picture, "24", picture)


def main() -> str | None:
    parser = argparse.ArgumentParser(prog="render-dashboard", description=__doc__)
    parser.add_argument("dashboard", type=pathlib.Path, help="a JSON file of dashboards/grafana")
    parser.add_argument("--prometheus", default="http://127.0.0.1:9090", help="address (default: %(default)s)")
    parser.add_argument("--html", type=pathlib.Path, required=True, help="page to write")
    parser.add_argument("--png", type=pathlib.Path, help="picture to write; needs chromium and chromedriver")
    parser.add_argument(
        "--scheme", choices=("light", "dark"), default="dark", help="color scheme (default: %(default)s)"
    )
    parser.add_argument("--range", type=int, default=3600, help="seconds (default: %(default)s)")
    parser.add_argument("--scrape-interval", type=int, default=15, help="seconds (default: %(default)s)")
    parser.add_argument("--variable", action="append", default=[], metavar="NAME=VALUE")
    chosen = parser.parse_args()

    dashboard = json.loads(chosen.dashboard.read_text("utf-8"))
    client = Client(chosen.prometheus)
    variables = {name: value for name, _, value in (text.partition("=") for text in chosen.variable)}
    selection = Selection(dashboard, client, variables, span=chosen.range, interval=chosen.scrape_interval)
    renderer = Renderer(dashboard, client, selection)
    chosen.html.write_text(renderer.html(), "utf-8")
    if chosen.png:
        take_screenshot(chosen.html.resolve().as_uri(), chosen.png, WIDTH, renderer.height, chosen.scheme)
    return "\n".join(f"render-dashboard: {chosen.dashboard.name}: {error}" for error in renderer.errors) or None


if __name__ == "__main__":
    sys.exit(main())
