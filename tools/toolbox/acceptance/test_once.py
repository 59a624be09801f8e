# SPDX-License-Identifier: Apache-2.0
"""`once`: all domain series equal the independent count, on standard output and in a file."""

from __future__ import annotations

import random
import stat
import time

from toolbox.shared import pages
from toolbox.shared import configuration
from toolbox.shared import expected
from toolbox.shared import exposition

from toolbox.shared.cloud_data import Workspace, new_id, shared_rows
from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import ControlPlane, selected
from toolbox.shared.exporter import FORMATS, OPENMETRICS, TEXT
from report import require, require_equal, require_none

DETAILS = ("problems", "all", "none")
FORBIDDEN_PREFIXES = ("process_", "dataarts_fabric_exporter_http_", "dataarts_fabric_exporter_config_")


def run(with_: Bench) -> None:
    cloud = with_.cloud()
    with ControlPlane(list(cloud.values())) as plane:
        source = Source(plane.base_url, list(cloud.values()))
        for details in DETAILS:
            pages = {format: page_of(with_, source, details, format) for format in FORMATS}
            with with_.report.check(f"once, details {details}: both formats carry the same series"):
                require(all(pages.values()), "a page is missing")
                read = {format: pages.read(text, format) for format, text in pages.items()}
                require_none(exposition.pair_problems(read[TEXT], read[OPENMETRICS], bench.STEADY_FAMILIES), "pages")
        small_pages(with_, source)
        limited_details(with_, source)
        owners(with_, source)
        file_output(with_, source, cloud["large"])
        what_was_asked(with_, plane, cloud)
    missing_workspace(with_)
    lost_workspaces(with_)
    filters(with_)


def page_of(with_: Bench, source: Source, details: str, format: str) -> str:
    file = configuration.write(with_.directory, f"once-{details}.yaml", [source], details)
    begin = time.time()
    outcome = with_.exporter.run("once", "--config.file", file, "--format", format)
    end = time.time()
    title = f"once, details {details}, {format}"
    text = outcome.stdout.decode("utf-8", "replace")
    with with_.report.check(f"{title}: exits with status 0"):
        require(outcome.status == 0, f"status {outcome.status}\n{outcome.stderr[-2000:]}")
    with with_.report.check(f"{title}: domain series equal the independent count"):
        pages.require_series(pages.read(text, format), pages.wanted([source], details), (begin, end), details)
    with with_.report.check(f"{title}: the page is well formed"):
        pages.require_well_formed(outcome.stdout.decode("utf-8"), format)
    with with_.report.check(f"{title}: no process_* families, and no HTTP and reload families of the exporter"):
        names = pages.read(text, format).full_names()
        require(names, "no family at all")
        require_none([name for name in names if name.startswith(FORBIDDEN_PREFIXES)], "families")
    return text


def small_pages(with_: Bench, source: Source) -> None:
    """Requires the same listing with different page sizes."""
    for size in (50, 100):
        with with_.report.check(f"once with pages of {size}: the same series"):
            file = configuration.write(with_.directory, "paged.yaml", [source], "all", {"page_size": str(size)})
            begin = time.time()
            outcome = with_.exporter.run("once", "--config.file", file)
            page = pages.read(outcome.stdout.decode("utf-8", "replace"), TEXT)
            pages.require_series(page, pages.wanted([source], "all"), (begin, time.time()), "all")


def limited_details(with_: Bench, source: Source) -> None:
    """Requires that `max_endpoint_details` drops and counts only details."""
    most = 20
    with with_.report.check(f"at most {most} details: the others are counted as dropped, aggregates are complete"):
        metrics = {"max_endpoint_details": str(most)}
        file = configuration.write(with_.directory, "limited.yaml", [source], "all", metrics=metrics)
        begin = time.time()
        outcome = with_.exporter.run("once", "--config.file", file)
        actual = pages.domain(pages.read(outcome.stdout.decode("utf-8", "replace"), TEXT))
        every = pages.wanted([source], "all")
        since, *others, dropped = expected.DETAILS
        for workspace in source.workspaces:
            base = frozenset(source.labels(workspace).items())
            qualified = sum(key[0] == since and base <= key[1] for key in every)
            kept = sum(key[0] == since and base <= key[1] for key in actual)
            require_equal(kept, min(most, qualified), f"details kept of {workspace.shown_name}")
            every[(dropped, base | frozenset(expected.LISTING.items()))] = float(max(0, qualified - most))
        shown = {key: value for key, value in every.items() if key[0] not in (since, *others) or key in actual}
        require_none(expected.differences(actual, shown, (begin, time.time())), "domain series")


def owners(with_: Bench, source: Source) -> None:
    """Checks the owner labels with each value of `metrics.owner`."""
    for owner in ("id", "none"):
        with with_.report.check(f"once with metrics.owner: {owner}: owner labels as configured, the rest unchanged"):
            file = configuration.write(with_.directory, "owner.yaml", [source], "all", metrics={"owner": owner})
            begin = time.time()
            outcome = with_.exporter.run("once", "--config.file", file)
            page = pages.read(outcome.stdout.decode("utf-8", "replace"), TEXT)
            wanted = pages.wanted([source], "all", owner=owner)
            require_none(expected.differences(pages.domain(page), wanted, (begin, time.time())), "domain series")


def file_output(with_: Bench, source: Source, workspace: Workspace) -> None:
    """Requires that `--output` replaces the file by rename with mode 0644, without other files."""
    holder = with_.directory / "textfile"
    holder.mkdir(exist_ok=True)
    for format in FORMATS:
        target = holder / f"fabric-{format}.prom"
        file = configuration.write(with_.directory, "output.yaml", [source], "all")
        arguments = ("once", "--config.file", file, "--format", format, "--output", str(target))
        inodes = []
        for umask in (0o022, 0o077):
            with with_.report.check(f"once --output, {format}, umask {umask:03o}: the page, mode 0644"):
                begin = time.time()
                outcome = with_.exporter.run(*arguments, umask=umask)
                require(outcome.status == 0, f"status {outcome.status}\n{outcome.stderr[-2000:]}")
                require(not outcome.stdout, "it also prints to standard output")
                inodes.append(target.stat().st_ino)
                require_equal(oct(stat.S_IMODE(target.stat().st_mode)), oct(0o644), "the mode")
                page = pages.read(target.read_bytes().decode("utf-8"), format)
                pages.require_series(page, pages.wanted([source], "all"), (begin, time.time()), "all")
        with with_.report.check(f"once --output, {format}: the second run replaces it by a new file"):
            require(len(inodes) == 2 and inodes[0] != inodes[1], f"inodes {inodes}")
    with with_.report.check("once --output writes no other file"):
        names = sorted(path.name for path in holder.iterdir())
        require_equal(names, sorted(f"fabric-{format}.prom" for format in FORMATS), "the directory")
    with with_.report.check("once --output into a missing directory: status 1 or 2, and a message"):
        file = configuration.write(with_.directory, "output.yaml", [source])
        outcome = with_.exporter.run("once", "--config.file", file, "--output", "no-such-directory/page.prom")
        require(outcome.status in (1, 2), f"status {outcome.status}")
        require("no-such-directory" in outcome.stderr, f"standard error: {outcome.stderr!r}")


def what_was_asked(with_: Bench, plane: ControlPlane, cloud: dict[str, Workspace]) -> None:
    with with_.report.check("requests: GET with only limit and offset; adjacent pages share a row"):
        for request in plane.requests:
            require(set(request.query) <= {"limit", "offset"}, f"query {request.query}")
            require(1 <= int(request.query.get("limit", ["10"])[0]) <= 100, f"query {request.query}")
        hundreds = [r for r in plane.recorded(cloud["large"].id) if r.query.get("limit") == ["100"]]
        offsets = {request.query.get("offset", ["0"])[0] for request in hundreds}
        require_equal(sorted(offsets, key=int), ["0", "99", "198", "297"], "offsets of 357 rows")


def missing_workspace(with_: Bench) -> None:
    """Requires that the other workspaces are printed if one fails."""
    cloud = with_.cloud("small", "hundred-and-one", "single")
    with ControlPlane(list(cloud.values())) as plane:
        source = Source(plane.base_url, list(cloud.values()))
        gone = cloud["single"]
        del plane.workspaces[gone.id]
        file = configuration.write(with_.directory, "missing.yaml", [source])
        for format in FORMATS:
            begin = time.time()
            outcome = with_.exporter.run("once", "--config.file", file, "--format", format)
            text = outcome.stdout.decode("utf-8", "replace")
            page = pages.read(text, format)
            with with_.report.check(f"once with a workspace that fails, {format}: status 3"):
                require_equal(outcome.status, 3, "the status")
            with with_.report.check(f"once with a workspace that fails, {format}: the others are printed"):
                pages.require_series(page, pages.wanted([source], "problems", [gone]), (begin, time.time()))
                pages.require_well_formed(text, format)
            with with_.report.check(f"once with a workspace that fails, {format}: it is down, with its reason"):
                for workspace in cloud.values():
                    labels = source.labels(workspace)
                    up = pages.sample_value(page, "dataarts_fabric_workspace_up", labels)
                    require_equal(up, 0.0 if workspace is gone else 1.0, f"workspace_up of {workspace.name}")
                reason = source.labels(gone) | {"reason": "not_found"}
                failures = pages.sample_value(page, "dataarts_fabric_workspace_poll_failures_total", reason)
                require_equal(failures, 1.0, "poll_failures_total of not_found")


def lost_workspaces(with_: Bench) -> None:
    """Requires a message and the other sources' series if discovery succeeds but leaves nothing to poll."""
    cloud = with_.cloud("small", "single")
    with ControlPlane(list(cloud.values())) as plane:
        good = Source(plane.base_url, list(cloud.values()))
        cases = {
            "found no workspace": ("{name: no-such-name}", "discovery of lost found 0 workspaces"),
            "left out all of them": ("{exclude: .}", "discovery of lost found 2 workspaces, 0 match"),
        }
        for title, (discovery, words) in cases.items():
            lost = Source(plane.base_url, [], name="lost", discovery=discovery)
            file = configuration.write(with_.directory, "lost.yaml", [good, lost])
            begin = time.time()
            outcome = with_.exporter.run("once", "--config.file", file)
            page = pages.read(outcome.stdout.decode("utf-8", "replace"), TEXT)
            with with_.report.check(f"once where discovery {title}: status 3, and the message names the source"):
                require_equal(outcome.status, 3, "the status")
                require(words in outcome.stderr, f"standard error: {outcome.stderr!r}")
            with with_.report.check(f"once where discovery {title}: other sources are printed"):
                pages.require_series(page, pages.wanted([good], "problems"), (begin, time.time()))
                up = pages.sample_value(page, "dataarts_fabric_discovery_up", {"source": "lost"})
                require_equal(up, 1.0, "discovery_up of the source that lost everything")


def filters(with_: Bench) -> None:
    """Each filter of the configuration reaches the API as it is."""
    rows = shared_rows()
    chosen: dict[str, dict[str, str]] = {
        "own": {},
        "everything": {"visibility": "ALL"},
        "public": {"visibility": "PUBLIC"},
        "private": {"visibility": "PRIVATE"},
        "typed": {"visibility": "ALL", "type": "ray"},
        "named": {"visibility": "ALL", "name": "etl"},
        "one": {"visibility": "ALL", "endpoint_id": rows[3].row["id"]},
        "model": {"visibility": "ALL", "model_id": rows[0].models[0]},
    }
    rng = random.Random(3)
    served = {name: Workspace(new_id(rng), name, rows) for name in chosen}
    with ControlPlane(list(served.values())) as plane:
        source = Source(plane.base_url, list(served.values()))
        source.filters = {served[name].id: filter for name, filter in chosen.items() if filter}
        file = configuration.write(with_.directory, "filters.yaml", [source], "all")
        begin = time.time()
        outcome = with_.exporter.run("once", "--config.file", file)
        page = pages.read(outcome.stdout.decode("utf-8", "replace"), TEXT)
        with with_.report.check("filters: the listed rows are those that the filter leaves"):
            left = [Workspace(held.id, held.name, selected(rows, chosen[name])) for name, held in served.items()]
            seen = Source(plane.base_url, left)
            pages.require_series(page, pages.wanted([seen], "all"), (begin, time.time()), "all")
        with with_.report.check("filters: the parameters are those of the file"):
            for name, held in served.items():
                for request in plane.recorded(held.id):
                    query = {key: values[0] for key, values in request.query.items() if key not in ("limit", "offset")}
                    require_equal(query, chosen[name], f"the query of {name}")
