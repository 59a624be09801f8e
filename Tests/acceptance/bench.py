# SPDX-License-Identifier: Apache-2.0
"""What every group of checks works with, and the checks of a page that several groups make."""

from __future__ import annotations

import dataclasses
import pathlib
import subprocess
from collections.abc import Iterable, Mapping

import expected
import exposition
from cloud_data import Workspace, test_cloud
from configuration import Source
from exporter import OPENMETRICS, TEXT, Exporter
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from report import Report, require_none

# Families of a page that say how the exporter and its polls do, and so differ from one moment to the next.
STEADY_FAMILIES = frozenset(name for name in expected.DOMAIN_FAMILIES if not name.endswith("_timestamp_seconds"))


@dataclasses.dataclass
class Bench:
    """The exporter under test, a report, and a directory for files."""

    exporter: Exporter
    report: Report
    directory: pathlib.Path
    max_rss_mb: float | None = None

    def cloud(self, *names: str) -> dict[str, Workspace]:
        """A fresh copy of the test cloud, or of some of its workspaces."""
        every = test_cloud()
        return {name: every[name] for name in names or every}


def read(text: str, format: str) -> exposition.Page:
    return exposition.parse(text, format == OPENMETRICS)[0]


def domain(page: exposition.Page) -> dict[expected.Key, float]:
    """The domain series of a page."""
    return {key: value for key, value in page.values().items() if key[0] in expected.DOMAIN_FAMILIES}


def wanted(
    sources: Iterable[Source], details: str, without: Iterable[Workspace] = (), owner: str = "name"
) -> expected.Series:
    """The independent count over all workspaces of these sources; `owner` is `metrics.owner`."""
    absent = {workspace.id for workspace in without}
    series: expected.Series = {}
    for source in sources:
        for workspace in source.workspaces:
            if workspace.id not in absent:
                series |= expected.count(workspace.rows, source.labels(workspace), details, owner)
    return series


def require_series(
    page: exposition.Page, series: expected.Series, poll: tuple[float, float], details: str = "problems"
) -> None:
    """The page's domain series are those of the count. With no details there is nothing to drop either."""
    optional = (expected.DROPPED,) if details == "none" else ()
    require_none(expected.differences(domain(page), series, poll, optional), "domain series")


def require_well_formed(text: str, format: str) -> None:
    """Our own reading, Prometheus' linter for text, and the strict parser for OpenMetrics."""
    require_none(exposition.check(text, format == OPENMETRICS), f"{format} page")
    if format == TEXT:
        require_none(promtool_problems(text), "promtool check metrics")
    else:
        require_none(client_problems(text), "prometheus_client")


def promtool_problems(text: str) -> list[str]:
    done = subprocess.run(
        ["promtool", "check", "metrics"], input=text.encode(), capture_output=True, timeout=20, check=False
    )
    lines = (done.stdout + done.stderr).decode("utf-8", "replace").splitlines()
    return lines or ([f"status {done.returncode}"] if done.returncode else [])


def client_problems(text: str) -> list[str]:
    """The strict OpenMetrics parser accepts the page, and reads the same series as we do."""
    try:
        families = list(text_string_to_metric_families(text))  # type: ignore[no-untyped-call]
    except ValueError as problem:
        return [f"refused: {problem}"]
    theirs = {
        (sample.name, frozenset(sample.labels.items())): float(sample.value)
        for family in families
        for sample in family.samples
    }
    ours = read(text, OPENMETRICS).values()
    return [f"read differently: {key}" for key in ours.keys() | theirs.keys() if not alike(ours, theirs, key)]


def alike(ours: Mapping[expected.Key, float], theirs: Mapping[expected.Key, float], key: expected.Key) -> bool:
    one, other = ours.get(key), theirs.get(key)
    return one == other or (one != one and other != other)


def sample_value(page: exposition.Page, family: str, labels: Mapping[str, str]) -> float | None:
    """The value of the one series with at least these labels, if there is one."""
    chosen = set(labels.items())
    return next((v for (name, pairs), v in page.values().items() if name == family and chosen <= pairs), None)
