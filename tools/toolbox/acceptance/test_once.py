# SPDX-License-Identifier: Apache-2.0
"""`once`: all domain series equal the independent count, on standard output and in a file."""

import dataclasses
import random
import stat
import time
from collections.abc import Iterator
from typing import Any

import pytest

from toolbox.shared import configuration, expected, exposition, pages
from toolbox.shared.cloud_data import Workspace, new_cloud, new_id, shared_rows
from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import ControlPlane, selected
from toolbox.shared.exporter import FORMATS, OPENMETRICS, TEXT, Exporter, Outcome

# Families about a server, which a single poll does not have.
SERVER_PREFIXES = ("process_", "dataarts_fabric_exporter_http_", "dataarts_fabric_exporter_config_")
FILTERS: dict[str, dict[str, str]] = {
    "own": {},
    "everything": {"visibility": "ALL"},
    "public": {"visibility": "PUBLIC"},
    "private": {"visibility": "PRIVATE"},
    "typed": {"visibility": "ALL", "type": "ray"},
    "named": {"visibility": "ALL", "name": "etl"},
    "one": {"visibility": "ALL", "endpoint_id": shared_rows()[3].row["id"]},
    "model": {"visibility": "ALL", "model_id": shared_rows()[0].models[0]},
}


@dataclasses.dataclass
class Polled:
    """The result of one run of `once`, and the time of its poll."""

    outcome: Outcome
    time: tuple[float, float]

    def page(self, format: str = TEXT) -> exposition.Page:
        return pages.read(self.outcome.text, format)


# By format.
Pages = dict[str, Polled]


def once(exporter: Exporter, sources: list[Source], *arguments: str, umask: int = -1, **written: Any) -> Polled:
    """Runs `once` with these sources; `written` are further arguments of `configuration.write`."""
    file = configuration.write(exporter.directory, "once.yaml", sources, **written)
    begin = time.time()
    outcome = exporter.run("once", "--config.file", file, *arguments, umask=umask)
    return Polled(outcome, (begin, time.time()))


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    with ControlPlane(list(new_cloud().values())) as plane:
        yield plane


@pytest.fixture(scope="module")
def source(plane: ControlPlane) -> Source:
    return Source(plane.base_url, list(plane.workspaces.values()))


@pytest.fixture(scope="module", params=["problems", "all", "none"])
def details(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def polled(exporter: Exporter, source: Source, details: str) -> Pages:
    return {format: once(exporter, [source], "--format", format, details=details) for format in FORMATS}


@pytest.mark.parametrize("format", FORMATS)
def test_domain_series_equal_the_independent_count(polled: Pages, source: Source, details: str, format: str) -> None:
    one = polled[format]
    assert one.outcome.status == 0, one.outcome.stderr
    pages.require_series(one.page(format), pages.wanted([source], details), one.time, details)


@pytest.mark.parametrize("format", FORMATS)
def test_the_page_is_well_formed_and_has_no_families_about_a_server(polled: Pages, format: str) -> None:
    pages.require_well_formed(polled[format].outcome.stdout.decode(), format)
    names = polled[format].page(format).full_names()
    assert names
    assert not [name for name in names if name.startswith(SERVER_PREFIXES)]


def test_both_formats_carry_the_same_series(polled: Pages) -> None:
    text, openmetrics = (polled[format].page(format) for format in (TEXT, OPENMETRICS))
    assert not (problems := exposition.pair_problems(text, openmetrics, pages.STEADY_FAMILIES)), problems


@pytest.mark.parametrize(("page_size", "owner"), [("50", "name"), ("100", "id"), ("10", "none")])
def test_only_owner_labels_change_with_the_page_size_and_owner(
    exporter: Exporter, source: Source, page_size: str, owner: str
) -> None:
    one = once(exporter, [source], details="all", poll={"page_size": page_size}, metrics={"owner": owner})
    pages.require_series(one.page(), pages.wanted([source], "all", owner=owner), one.time, "all")


def test_details_beyond_the_maximum_are_counted_as_dropped(exporter: Exporter, source: Source) -> None:
    most = 20
    one = once(exporter, [source], details="all", metrics={"max_endpoint_details": str(most)})
    actual, every = pages.domain(one.page()), pages.wanted([source], "all")
    since, *others, dropped = expected.DETAILS
    for workspace in source.workspaces:
        base = frozenset(source.labels(workspace).items())
        qualified = sum(key[0] == since and base <= key[1] for key in every)
        assert sum(key[0] == since and base <= key[1] for key in actual) == min(most, qualified), workspace.shown_name
        every[(dropped, base | frozenset(expected.LISTING.items()))] = float(max(0, qualified - most))
    shown = {key: value for key, value in every.items() if key[0] not in (since, *others) or key in actual}
    pages.require_series(one.page(), shown, one.time, "all")


@pytest.mark.parametrize("format", FORMATS)
def test_output_replaces_a_file_with_mode_644(exporter: Exporter, source: Source, format: str) -> None:
    target = exporter.directory / f"textfile-{format}" / "fabric.prom"
    target.parent.mkdir()
    inodes = []
    for umask in (0o022, 0o077):
        one = once(
            exporter, [source], "--format", format, "--output", str(target), umask=umask, details="all"
        )  # fmt: skip
        assert one.outcome.status == 0, one.outcome.stderr
        assert not one.outcome.stdout
        assert stat.S_IMODE(target.stat().st_mode) == 0o644
        inodes.append(target.stat().st_ino)
        page = pages.read(target.read_bytes().decode(), format)
        pages.require_series(page, pages.wanted([source], "all"), one.time, "all")
    assert inodes[0] != inodes[1]
    assert list(target.parent.iterdir()) == [target]


def test_output_into_a_missing_directory_fails(exporter: Exporter, source: Source) -> None:
    outcome = once(exporter, [source], "--output", "no-such-directory/page.prom").outcome
    assert outcome.status in (1, 2)
    assert "no-such-directory" in outcome.stderr


def test_requests_have_only_limit_and_offset_and_adjacent_pages_share_a_row(
    exporter: Exporter, plane: ControlPlane, source: Source
) -> None:
    once(exporter, [source])
    for request in plane.requests:
        assert set(request.query) <= {"limit", "offset"}
        assert 1 <= int(request.query.get("limit", ["10"])[0]) <= 100
    large = next(workspace.id for workspace in source.workspaces if len(workspace.rows) == 357)
    queries = [request.query for request in plane.recorded(large)]
    offsets = {query.get("offset", ["0"])[0] for query in queries if query.get("limit") == ["100"]}
    assert offsets == {"0", "99", "198", "297"}


@pytest.mark.parametrize("format", FORMATS)
def test_a_workspace_that_fails_does_not_affect_the_others(exporter: Exporter, format: str) -> None:
    cloud = new_cloud("small", "hundred-and-one", "single")
    gone = cloud["single"]
    with ControlPlane([cloud["small"], cloud["hundred-and-one"]]) as plane:
        source = Source(plane.base_url, list(cloud.values()))
        one = once(exporter, [source], "--format", format)
    page = one.page(format)
    assert one.outcome.status == 3
    pages.require_series(page, pages.wanted([source], "problems", [gone]), one.time)
    pages.require_well_formed(one.outcome.text, format)
    ups = {name: pages.sample_value(page, pages.UP, source.labels(workspace)) for name, workspace in cloud.items()}
    assert ups == {"small": 1, "hundred-and-one": 1, "single": 0}
    assert pages.sample_value(page, pages.FAILURES, source.labels(gone) | {"reason": "not_found"}) == 1


def test_discovery_that_leaves_no_workspaces_is_reported(exporter: Exporter) -> None:
    cloud = list(new_cloud("small", "single").values())
    with ControlPlane(cloud) as plane:
        good = Source(plane.base_url, cloud)
        one = once(exporter, [good, Source(plane.base_url, [], name="lost", discovery="{exclude: .}")])
    assert one.outcome.status == 3
    assert "discovery of lost found 2 workspaces, 0 match" in one.outcome.stderr
    pages.require_series(one.page(), pages.wanted([good], "problems"), one.time)
    assert pages.sample_value(one.page(), "dataarts_fabric_discovery_up", {"source": "lost"}) == 1


def test_filters_reach_the_api_unchanged(exporter: Exporter) -> None:
    rows, rng = shared_rows(), random.Random(3)
    served = {name: Workspace(new_id(rng), name, rows) for name in FILTERS}
    with ControlPlane(list(served.values())) as plane:
        filters = {served[name].id: chosen for name, chosen in FILTERS.items() if chosen}
        one = once(exporter, [Source(plane.base_url, list(served.values()), filters=filters)], details="all")
    left = [Workspace(served[name].id, name, selected(rows, chosen)) for name, chosen in FILTERS.items()]
    pages.require_series(one.page(), pages.wanted([Source(plane.base_url, left)], "all"), one.time, "all")
    for name, chosen in FILTERS.items():
        assert plane.recorded(served[name].id)
        for request in plane.recorded(served[name].id):
            query = {key: values[0] for key, values in request.query.items() if key not in ("limit", "offset")}
            assert query == chosen, name
