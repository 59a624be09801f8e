# SPDX-License-Identifier: Apache-2.0
"""Takes new pictures of the status page and of the dashboards, light and dark, for docs/images: of the demo, which a
Prometheus with all rules has scraped for some minutes."""

import argparse
import json
import pathlib
import sys
import tempfile
import time
from collections.abc import Iterator

from toolbox.dashboards.make import DASHBOARDS
from toolbox.dashboards.render import WIDTH, Renderer, Selection
from toolbox.dashboards.render_dashboard import compress, take_screenshot
from toolbox.shared.exporter import Exporter, Running
from toolbox.shared.processes import ROOT
from toolbox.shared.prometheus import Client, prometheus

IMAGES = ROOT / "docs/images"
SCHEMES = ("light", "dark")
# Name, color scheme, and query.
PAGES = (
    ("status-light", "light", "?lang=en"),
    ("status-dark", "dark", "?lang=en"),
    ("status-zh-light", "light", "?lang=zh"),
    ("status-zh-dark", "dark", "?lang=zh"),
    ("workspace", "light", "?lang=en&workspace_id={id}"),
    ("endpoints", "light", "endpoints?lang=en&attention=any"),
)
INTERVAL = 15
CONFIGURATION = """\
global: {{scrape_interval: {interval}s, evaluation_interval: {interval}s}}
rule_files: [{rules}/alerts.yaml, {rules}/rules.yaml]
scrape_configs:
  - job_name: dataarts-fabric
    static_configs: [{{targets: ["{address}"]}}]
"""
# The address only adds the column with links.
VARIABLES = {"status_page": "http://localhost:9942/"}


def pages_of(demo: Running) -> Iterator[pathlib.Path]:
    status = json.loads(demo.fetch("/api/v1/status?q=assistant").text)
    for stem, scheme, query in PAGES:
        picture = IMAGES / f"{stem}.png"
        url = f"http://{demo.address}/{query.format(id=status['workspaces'][0]['workspace_id'])}"
        take_screenshot(url, picture, 1180, 1000, scheme)
        yield picture


def dashboards(client: Client, directory: pathlib.Path, span: int) -> Iterator[pathlib.Path]:
    for path in sorted(DASHBOARDS.glob("grafana/*.json")):
        board = json.loads(path.read_text("utf-8"))
        renderer = Renderer(board, client, Selection(board, client, VARIABLES, span=span, interval=INTERVAL))
        page = directory / f"{path.stem}.html"
        page.write_text(renderer.html(), "utf-8")
        if renderer.errors:
            sys.exit("\n".join(f"take-pictures: {path.name}: {error}" for error in renderer.errors))
        for scheme in SCHEMES:
            picture = IMAGES / f"dashboard-{path.stem}-{scheme}.png"
            take_screenshot(page.as_uri(), picture, WIDTH, renderer.height, scheme)
            yield picture


def main() -> None:
    parser = argparse.ArgumentParser(prog="take-pictures", description=__doc__)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument(
        "--minutes", type=float, default=10, help="how long the demo runs before (default: %(default)s)"
    )
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        with Exporter(chosen.program.resolve(), directory).serve(command="demo") as demo:
            rules = DASHBOARDS / "prometheus"
            text = CONFIGURATION.format(interval=INTERVAL, rules=rules, address=demo.address)
            with prometheus(directory, text) as client:
                span = round(60 * chosen.minutes)
                # Alerts fire after minutes, and graphs need a history.
                time.sleep(span)
                for picture in (*pages_of(demo), *dashboards(client, directory, span)):
                    compress(picture)
                    print(f"{picture.relative_to(ROOT)}: {picture.stat().st_size} bytes")


if __name__ == "__main__":
    main()
