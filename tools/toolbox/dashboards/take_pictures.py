# SPDX-License-Identifier: Apache-2.0
"""Takes new screenshots of the status page of the demo, for docs/images."""

import argparse
import json
import pathlib
import tempfile
import time

from toolbox.dashboards.render_dashboard import take_screenshot
from toolbox.shared.exporter import Exporter
from toolbox.shared.processes import ROOT

# Name, color scheme, and query.
PAGES = (("status-light", "light", ""), ("status-dark", "dark", ""), ("workspace", "light", "?workspace_id={id}"))


def main() -> None:
    parser = argparse.ArgumentParser(prog="take-pictures", description=__doc__)
    parser.add_argument("program", type=pathlib.Path)
    program = parser.parse_args().program.resolve()
    with tempfile.TemporaryDirectory() as name, Exporter(program, pathlib.Path(name)).serve(command="demo") as demo:
        # An update of an endpoint of this workspace has failed by then.
        time.sleep(150)
        status = json.loads(demo.fetch("/api/v1/status?q=assistant").text)
        for stem, scheme, query in PAGES:
            picture = ROOT / f"docs/images/{stem}.png"
            url = f"http://{demo.address}/{query.format(id=status['workspaces'][0]['workspace_id'])}"
            take_screenshot(url, picture, 1180, 1000, scheme)
            print(f"{picture.relative_to(ROOT)}: {picture.stat().st_size} bytes")


if __name__ == "__main__":
    main()
