# SPDX-License-Identifier: Apache-2.0
"""Checks of exported pages."""

from collections.abc import Iterable, Mapping

from toolbox.shared import expected, exposition, lake
from toolbox.shared.cloud_data import Workspace
from toolbox.shared.configuration import Source
from toolbox.shared.exporter import OPENMETRICS

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
    assert text.endswith("# EOF\n") == (format == OPENMETRICS), f"not {format}: {text[-200:]}"
    return exposition.parse(text)


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
                labels = source.labels(workspace)
                if source.api == "v2":
                    series |= lake.count(workspace.lake, labels, details, owner)
                else:
                    series |= expected.count(workspace.rows, labels, details, owner)
                if source.collects_runs:
                    series |= expected.count_runs(workspace.runs, source.labels(workspace))
                if source.services_url:
                    series |= expected.count_services(workspace.services, source.labels(workspace), details)
    return series


def quota_series(page: exposition.Page) -> dict[expected.Key, float]:
    """Returns the series of quotas of a page."""
    families = {expected.PREFIX + name for name in expected.QUOTAS}
    return {key: value for key, value in page.values().items() if key[0] in families}


def require_series(
    page: exposition.Page, series: expected.Series, poll: tuple[float, float], details: str = "problems"
) -> None:
    """Requires the page's domain series to equal the count. Without details, dropped details must be zero."""
    optional = (expected.DROPPED,) if details == "none" else ()
    problems = expected.differences(domain(page), series, poll, optional)
    assert not problems, problems


def require_well_formed(text: str, format: str) -> None:
    assert not (problems := exposition.check(text, format == OPENMETRICS)), problems


def sample_value(page: exposition.Page, family: str, labels: Mapping[str, str]) -> float | None:
    """Returns the value of the only series with these labels (and maybe others), or None."""
    chosen = set(labels.items())
    return next((v for (name, pairs), v in page.values().items() if name == family and chosen <= pairs), None)
