#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Renders a Grafana dashboard from a live Prometheus, without Grafana, as an HTML page and optionally a PNG.

For previews during development, and for the pictures in docs/images.
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "dashboards" / "tools"))
sys.dont_write_bytecode = True

from prometheus import Prometheus, Selection  # noqa: E402
from render import Renderer  # noqa: E402

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def duration(text):
    try:
        return int(text[:-1]) * SECONDS[text[-1:]]
    except (ValueError, KeyError):
        raise argparse.ArgumentTypeError(f"not a duration such as 15m or 6h: {text!r}") from None


def assignment(text):
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"not NAME=VALUE: {text!r}")
    return name, value


def take_screenshot(page, picture, width, height):
    """Takes a screenshot of the page with Chromium, with a temporary profile."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not browser:
        raise RuntimeError("chromium not found; run scripts/install-dependencies --test")
    picture.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as profile:
        result = subprocess.run(
            [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
             "--no-first-run", "--disable-extensions", "--disable-background-networking",
             f"--user-data-dir={profile}", f"--window-size={width},{height}",
             f"--screenshot={picture.resolve()}", page.resolve().as_uri()],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=120, text=True)
    if result.returncode or not picture.exists():
        raise RuntimeError(f"chromium wrote no screenshot: {result.stderr[-2000:]}")


def shrink(picture):
    """Reduces the colors, to a third of the size without a visible difference."""
    result = subprocess.run(["pngquant", "--force", "--strip", "--speed", "1", "--output", picture, "256", picture],
                            capture_output=True, text=True)
    if result.returncode:
        raise RuntimeError(f"pngquant: {result.stderr.strip()}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dashboard", type=pathlib.Path, help="a JSON file of dashboards/grafana")
    parser.add_argument("--prometheus", default="http://127.0.0.1:9090", help="address (default: %(default)s)")
    parser.add_argument("--html", type=pathlib.Path, required=True, help="page to write")
    parser.add_argument("--png", type=pathlib.Path, help="picture to write; needs chromium")
    parser.add_argument("--small", action="store_true", help="compress the picture with pngquant")
    parser.add_argument("--range", type=duration, default=3600, metavar="15m", help="time range (default: 1h)")
    parser.add_argument("--scrape-interval", type=duration, default=15, metavar="15s", help="Prometheus' scrape interval (default: 15s)")
    parser.add_argument("--variable", type=assignment, action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--width", type=int, default=1600, help="pixels (default: %(default)s)")
    parser.add_argument("--height", type=int, help="height of the picture (default: the whole dashboard)")
    parser.add_argument("--theme", choices=("dark", "light"), default="dark")
    arguments = parser.parse_args()

    dashboard = json.loads(arguments.dashboard.read_text(encoding="utf-8"))
    prometheus = Prometheus(arguments.prometheus)
    selection = Selection(dashboard, prometheus, dict(arguments.variable), span=arguments.range,
                          interval=arguments.scrape_interval)
    renderer = Renderer(dashboard, prometheus, selection, width=arguments.width, theme=arguments.theme)
    arguments.html.write_text(renderer.html(), encoding="utf-8")
    if arguments.png:
        take_screenshot(arguments.html, arguments.png, arguments.width, arguments.height or renderer.height)
        if arguments.small:
            shrink(arguments.png)
    for error in renderer.errors:
        print(f"render-dashboard: {arguments.dashboard.name}: {error}", file=sys.stderr)
    return 1 if renderer.errors else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (RuntimeError, OSError) as error:
        sys.exit(f"render-dashboard: {error}")
