# SPDX-License-Identifier: Apache-2.0
"""Exporters in every state that the status page tells apart: healthy, in trouble, or without data."""

import contextlib
import dataclasses
import datetime
import functools
from collections.abc import Callable, Iterator, Sequence

from toolbox.shared import configuration, control_plane
from toolbox.shared.cloud_data import Row, Stored, Workspace
from toolbox.shared.configuration import Source
from toolbox.shared.control_plane import ControlPlane, Fault
from toolbox.shared.exporter import Exporter, Running
from toolbox.shared.processes import free_port, wait_for

# English, Chinese.
Texts = tuple[str, str]
FORBIDDEN = Fault(status=403, body=control_plane.FORBIDDEN)
HANGING = Fault("hang")
MANY, MANY_DOWN, MANY_FAILED = 1_500, 30, 60
# Without rate limits and retries, so that the state is there soon.
POLL = {
    "interval": "2s", "timeout": "5s", "stale_after": "10m", "retries": "0", "requests_per_second": "0",
    "concurrency": "50",
}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class State:
    """A state, and what its page says."""

    run: Callable[[Exporter], contextlib.AbstractContextManager[Running]]
    # The texts of a note at the top.
    says: Texts
    # The member `state` of the JSON, and members of `needs_attention`.
    state: str
    attention: dict[str, int | None]
    # Further texts of the page, which tell the reason and what to do.
    reasons: tuple[Texts, ...] = ()
    # Whether the numbers of endpoints are known: of all workspaces (True), some (None), or none (False).
    is_known: bool | None = True
    query: str = ""


def endpoint(number: int, status: str) -> Row:
    moment = f"{datetime.datetime.now(datetime.UTC):%Y-%m-%dT%H:%M:%SZ}"
    return {
        "id": f"{number:032x}", "name": f"endpoint-{number}", "type": "ray", "status": status, "visibility": "PRIVATE",
        "create_time": moment, "update_time": moment,
    }  # fmt: skip


def workspaces(count: int, failed: int = 0) -> list[Workspace]:
    """Returns workspaces with one endpoint each, of which the last ones have failed."""
    return [
        Workspace(
            f"{number:08x}-0000-4000-8000-000000000000", f"team-{number}",
            [Stored(endpoint(number, "RUNNING" if number < count - failed else "CREATE_FAILED"))],
        )
        for number in range(count)
    ]  # fmt: skip


@contextlib.contextmanager
def serving(
    exporter: Exporter,
    listed: Sequence[Workspace] = (),
    faults: dict[int, Fault] | None = None,
    discovery: str | None = None,
    interval: str = "2s",
) -> Iterator[Running]:
    """Runs an exporter of these workspaces, some of which answer with faults. It finds them by discovery if given."""
    with ControlPlane(list(listed)) as plane:
        plane.faults = {listed[index].id: fault for index, fault in (faults or {}).items()}
        source = Source(plane.base_url, [] if discovery else listed, "prod", discovery=discovery)
        file = configuration.write(exporter.directory, "state.yaml", [source], poll={**POLL, "interval": interval})
        with exporter.serve("--config.file", file, "--web.enable-lifecycle") as running:
            yield running


@contextlib.contextmanager
def unreachable(exporter: Exporter) -> Iterator[Running]:
    sources = [Source(f"http://127.0.0.1:{free_port()}", workspaces(2), "prod")]
    file = configuration.write(exporter.directory, "state.yaml", sources, poll=POLL)
    with exporter.serve("--config.file", file) as running:
        yield running


@contextlib.contextmanager
def badly_reloaded(exporter: Exporter) -> Iterator[Running]:
    with serving(exporter, workspaces(1)) as running:
        running.ready()
        (exporter.directory / "state.yaml").write_text("sources: []\npolls: {}\n", "utf-8")
        assert running.fetch("/-/reload", "POST").status == 500
        yield running


def demo(exporter: Exporter) -> contextlib.AbstractContextManager[Running]:
    return exporter.serve(command="demo")


STATES = {
    "healthy": State(
        functools.partial(serving, listed=workspaces(3)),
        ("OK: nothing needs attention in 3 workspaces.", "正常： 3 个工作空间均无需关注。"),
        "ok", {"sources": 0, "workspaces": 0, "workspaces_without_data": 0},
    ),
    "the demo": State(
        demo, ("Needs attention: 2 sources, 4 workspaces down, ", "需要关注： 2 个数据源，4 个工作空间轮询失败，"),
        "attention", {"sources": 2, "workspaces": 4}, is_known=None,
    ),
    "an unreachable source": State(
        unreachable,
        ("Needs attention: 1 source, 2 workspaces down; no data from 2 of 2 workspaces.",
         "需要关注： 1 个数据源，2 个工作空间轮询失败；2 个工作空间中的 2 个没有数据。"),
        "attention", {"sources": 1, "workspaces": 2, "failed": None, "workspaces_without_data": 2},
        (("2 of 2 workspaces down: network", "2 个工作空间中的 2 个轮询失败：network"),), is_known=False,
    ),
    "a forbidden workspace": State(
        functools.partial(serving, listed=workspaces(2), faults={1: FORBIDDEN}),
        ("Needs attention: 1 workspace down; no data from 1 of 2 workspaces.",
         "需要关注： 1 个工作空间轮询失败；2 个工作空间中的 1 个没有数据。"),
        "attention", {"sources": 0, "workspaces": 1, "failed": 0, "workspaces_without_data": 1},
        (("failing: forbidden", "轮询失败：forbidden"),), is_known=None,
    ),
    "everything excluded": State(
        functools.partial(serving, listed=workspaces(2), discovery="{exclude: .}"),
        ("Needs attention: 1 source; no workspaces configured or discovered.",
         "需要关注： 1 个数据源；没有配置或发现任何工作空间。"),
        "attention", {"sources": 1, "workspaces": 0, "failed": None},
        (("discovery of prod found 2 workspaces, 0 match", "prod"), ("no workspaces", "没有工作空间")),
        is_known=False,
    ),
    "nothing discovered": State(
        functools.partial(serving, discovery="{}"),
        ("Needs attention: 1 source; no workspaces configured or discovered.",
         "需要关注： 1 个数据源；没有配置或发现任何工作空间。"),
        "attention", {"sources": 1, "workspaces": 0, "failed": None}, (("no workspaces", "没有工作空间"),),
        is_known=False,
    ),
    "a filter that matches nothing": State(
        functools.partial(serving, listed=workspaces(3)),
        ("Unknown: no workspaces match the filter (0 of 3 workspaces).",
         "未知： 没有工作空间符合筛选条件（共 3 个工作空间）。"),
        "unknown", {"sources": 0, "workspaces": 0, "failed": None}, is_known=False, query="q=none",
    ),
    "no poll has ended yet": State(
        functools.partial(serving, listed=workspaces(2), faults={0: HANGING, 1: HANGING}, interval="60s"),
        ("Unknown: no data from 2 of 2 workspaces.", "未知： 2 个工作空间中的 2 个没有数据。"),
        "unknown", {"sources": 0, "workspaces": 0, "failed": None, "workspaces_without_data": 2},
        (("2 of 2 workspaces pending", "2 个工作空间中 2 个尚未轮询"),), is_known=False,
    ),
    "a failed reload": State(
        badly_reloaded,
        ("Needs attention: the last reload failed.", "需要关注： 最近一次重新加载失败。"),
        "attention", {"sources": 0, "workspaces": 0}, (("polls: unknown key", "polls: unknown key"),),
    ),
    "many workspaces": State(
        functools.partial(
            serving, listed=workspaces(MANY, MANY_FAILED), faults=dict.fromkeys(range(MANY_DOWN), FORBIDDEN),
            interval="60s",
        ),
        (f"Needs attention: {MANY_DOWN} workspaces down, {MANY_FAILED} endpoints; "
         f"no data from {MANY_DOWN} of 1\u202f500 workspaces.",
         f"需要关注： {MANY_DOWN} 个工作空间轮询失败，{MANY_FAILED} 个端点；"
         f"1\u202f500 个工作空间中的 {MANY_DOWN} 个没有数据。"),
        "attention", {"sources": 0, "workspaces": MANY_DOWN, "failed": MANY_FAILED}, is_known=None,
    ),
}  # fmt: skip


@contextlib.contextmanager
def reached(state: State, exporter: Exporter) -> Iterator[Running]:
    """Runs an exporter that is in the state."""
    with state.run(exporter) as running:

        def is_reached() -> bool:
            status = running.fetch(f"/api/v1/status?{state.query}").json()
            numbers = {**status["needs_attention"], **(status["needs_attention"]["endpoints"] or {})}
            return status["state"] == state.state and all(
                numbers.get(name) == number for name, number in state.attention.items()
            )

        wait_for(is_reached, 60, "the state", step=0.2)
        yield running
