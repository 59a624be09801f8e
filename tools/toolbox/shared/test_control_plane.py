# SPDX-License-Identifier: Apache-2.0
"""The control plane responds as the API reference specifies, and fails as it is told to."""

from __future__ import annotations

import http.client
import json
import threading
import time
import urllib.parse
from collections.abc import Iterator
from typing import Any

import pytest

from toolbox.shared import json_text
from toolbox.shared.cloud_data import Workspace, new_cloud, shared_rows
from toolbox.shared.control_plane import TOKEN, ControlPlane, Fault
from toolbox.shared.exporter import Answer, fetch

CLOUD = new_cloud("single", "small", "large")
SINGLE, SMALL, LARGE = CLOUD.values()
SHARED = shared_rows()
BROKEN = (OSError, http.client.HTTPException)


@pytest.fixture
def plane() -> Iterator[ControlPlane]:
    workspaces = [Workspace(w.id, w.name, list(w.stored)) for w in CLOUD.values()]
    with ControlPlane([*workspaces, Workspace("shared", None, list(SHARED))]) as plane:
        yield plane


def get(plane: ControlPlane, workspace: str, query: dict[str, Any] | None = None, token: str = TOKEN) -> Answer:
    path = f"/v1/workspaces/{workspace}/endpoints?{urllib.parse.urlencode(query or {})}"
    return fetch(plane.port, path, headers={"X-Auth-Token": token} if token else {})


def plain(rows: list[Any]) -> Any:
    """Returns rows as decoded JSON."""
    return json.loads(json_text.write(rows))


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ({}, (0, 10)),
        ({"limit": 100}, (0, 100)),
        ({"limit": 100, "offset": 99}, (99, 199)),
        ({"limit": 100, "offset": 297}, (297, 357)),
        ({"limit": 1, "offset": 356}, (356, 357)),
        ({"limit": 5, "offset": 357}, (357, 357)),
        ({"offset": 10**9}, (357, 357)),
    ],
)
def test_pages_follow_offset_and_limit(plane: ControlPlane, query: dict[str, int], rows: tuple[int, int]) -> None:
    answer = get(plane, LARGE.id, query)
    assert (answer.status, answer.json()["total"]) == (200, 357)
    assert answer.json()["endpoints"] == plain(LARGE.rows[slice(*rows)])
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0}, {"limit": 101}, {"limit": "ten"}, {"offset": -1}, {"offset": 10**9 + 1}, {"visibility": "SOME"},
        {"name": ""}, {"name": "x" * 129}, {"model_id": "short"},
    ],
)  # fmt: skip
def test_invalid_parameters_are_rejected(plane: ControlPlane, query: dict[str, object]) -> None:
    answer = get(plane, SMALL.id, query)
    assert (answer.status, answer.json()["error_code"]) == (400, "common.01000001")


def test_errors_have_the_documented_bodies(plane: ControlPlane) -> None:
    assert get(plane, SMALL.id, token="").json()["error_code"] == "APIG.1002"
    assert get(plane, SMALL.id, token="wrong").status == 401
    assert get(plane, "no-such-workspace").json()["error_code"] == "dataartsfabric.00010003"
    assert get(plane, "bad_id").status == 400
    plane.faults[SMALL.id] = Fault(status=403, body={"error_code": 403})
    failed = get(plane, SMALL.id)
    assert (failed.status, failed.json()) == (403, {"error_code": 403})


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({}, [e for e in SHARED if e.mine]),
        ({"visibility": "ALL"}, SHARED),
        ({"visibility": "PUBLIC"}, [e for e in SHARED if e.row["visibility"] == "PUBLIC"]),
        ({"visibility": "PRIVATE"}, [e for e in SHARED if e.mine and e.row["visibility"] == "PRIVATE"]),
        ({"visibility": "ALL", "type": "ray"}, [e for e in SHARED if e.row["type"] == "ray"]),
        ({"visibility": "ALL", "name": "etl"}, [e for e in SHARED if e.row["name"].startswith("etl")]),
        ({"visibility": "ALL", "endpoint_id": SHARED[3].row["id"]}, [SHARED[3]]),
        (
            {"visibility": "ALL", "model_id": SHARED[0].models[0]},
            [e for e in SHARED if SHARED[0].models[0] in e.models],
        ),
    ],
    ids=str,
)
def test_filters(plane: ControlPlane, query: dict[str, str], wanted: list[Any]) -> None:
    body = get(plane, "shared", {"limit": 100, **query}).json()
    assert wanted
    assert body["total"] == len(wanted)
    assert body["endpoints"] == plain([entry.row for entry in wanted])


def test_rows_can_change(plane: ControlPlane) -> None:
    plane.put(SINGLE.id, {"id": "new"})
    plane.put(SINGLE.id, {"id": "new", "name": "again"})
    assert get(plane, SINGLE.id).json()["total"] == 2
    plane.remove(SINGLE.id, "new")
    assert get(plane, SINGLE.id).json()["total"] == 1


def test_it_restarts_on_its_port(plane: ControlPlane) -> None:
    port = plane.port
    held = http.client.HTTPConnection(plane.host, port, timeout=5)
    held.request("GET", "/")
    held.getresponse().read()
    plane.stop()
    held.request("GET", "/")
    with pytest.raises(BROKEN):
        held.getresponse()
    held.close()
    with pytest.raises(OSError, match="refused"):
        get(plane, SINGLE.id)
    plane.start()
    assert plane.port == port
    assert get(plane, SINGLE.id).status == 200


def test_faults(plane: ControlPlane) -> None:
    for fault in (Fault("reset"), Fault("truncate", 200, b"x" * 1000)):
        plane.faults[SINGLE.id] = fault
        with pytest.raises(BROKEN):
            get(plane, SINGLE.id)
    plane.faults[SINGLE.id] = Fault("hang")
    threading.Timer(0.1, plane.faults.clear).start()
    begin = time.monotonic()
    with pytest.raises(BROKEN):
        get(plane, SINGLE.id)
    assert time.monotonic() - begin > 0.05
    plane.faults[SINGLE.id] = Fault("count", adjust=lambda total, number: total + number)
    assert [get(plane, SINGLE.id).json()["total"] for _ in range(2)] == [2, 3]
    assert len(plane.recorded(SINGLE.id)) == 5


def test_all_styles_of_json_decode_to_the_same_value() -> None:
    value = {'a\n"\\/': [1, 1.5, None, True, "端\x00\u2028\ud800 \U0001f600"], "b": {"n": json_text.Literal("2e0")}}
    wanted = json.loads(json.dumps(value | {"b": {"n": 2.0}}))
    for style in json_text.Style:
        assert json.loads(json_text.write(value, style).encode()) == wanted
    assert json_text.write(value, json_text.Style.ESCAPED).isascii()
    assert json_text.write("/端\ud800", json_text.Style.ESCAPED) == r'"\/\u7AEF\uD800"'
