# SPDX-License-Identifier: Apache-2.0
"""Checks of exported pages."""

import subprocess
from collections.abc import Iterable, Mapping

from prometheus_client.openmetrics.parser import text_string_to_metric_families

from toolbox.shared import expected, exposition
from toolbox.shared.cloud_data import Workspace
from toolbox.shared.configuration import Source
from toolbox.shared.exporter import OPENMETRICS, TEXT

# Families about the exporter and its polls, which change between two scrapes.
STEADY_FAMILIES = frozenset(name for name in expected.DOMAIN_FAMILIES if not name.endswith("_timestamp_seconds"))

UP = "dataarts_fabric_workspace_up"
FAILURES = "dataarts_fabric_workspace_poll_failures_total"
LAST_SUCCESS = "dataarts_fabric_workspace_last_success_timestamp_seconds"
HEALTH = (UP, FAILURES, LAST_SUCCESS, "dataarts_fabric_workspace_info", "dataarts_fabric_workspace_polls_total")
REASONS = (
    "unauthenticated", "forbidden", "not_found", "bad_request", "throttled", "timeout", "server", "network", "tls",
    "response", "inconsistent", "credentials",
)  # fmt: skip


def read(text: str, format: str) -> exposition.Page:
    return exposition.parse(text, format == OPENMETRICS)[0]


def domain(page: exposition.Page) -> dict[expected.Key, float]:
    """Returns the domain series of a page."""
    return {key: value for key, value in page.values().items() if key[0] in expected.DOMAIN_FAMILIES}


def wanted(
    sources: Iterable[Source], details: str, without: Iterable[Workspace] = (), owner: str = "name"
) -> expected.Series:
    """Returns the independent count over all workspaces of these sources; `owner` is `metrics.owner`."""
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
    """Requires the page's domain series to equal the count. Without details, dropped details must be zero."""
    optional = (expected.DROPPED,) if details == "none" else ()
    problems = expected.differences(domain(page), series, poll, optional)
    assert not problems, problems


def require_well_formed(text: str, format: str) -> None:
    """Checks a page with our parser, with promtool for text, and with the strict parser for OpenMetrics."""
    assert not (problems := exposition.check(text, format == OPENMETRICS)), problems
    assert not (problems := promtool_problems(text) if format == TEXT else client_problems(text)), problems


def promtool_problems(text: str) -> list[str]:
    done = subprocess.run(
        ["promtool", "check", "metrics"], input=text.encode(), capture_output=True, timeout=20, check=False
    )
    lines = (done.stdout + done.stderr).decode("utf-8", "replace").splitlines()
    return lines or ([f"status {done.returncode}"] if done.returncode else [])


def client_problems(text: str) -> list[str]:
    """Requires the strict OpenMetrics parser to accept the page and to read the same series as our parser."""
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
    """Returns the value of the only series with these labels (and maybe others), or None."""
    chosen = set(labels.items())
    return next((v for (name, pairs), v in page.values().items() if name == family and chosen <= pairs), None)
