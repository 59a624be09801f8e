# SPDX-License-Identifier: Apache-2.0
"""The control plane responds as the API reference specifies."""

import urllib.parse
from collections.abc import Iterator
from typing import Any

import pytest

from toolbox.shared import json_text
from toolbox.shared.cloud_data import Workspace, shared_rows
from toolbox.shared.control_plane import TOKEN, ControlPlane
from toolbox.shared.exporter import Answer, fetch

SHARED = shared_rows()


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    with ControlPlane([Workspace("shared", None, SHARED)]) as plane:
        yield plane


def get(plane: ControlPlane, query: dict[str, Any]) -> Answer:
    path = f"/v1/workspaces/shared/endpoints?{urllib.parse.urlencode(query)}"
    return fetch(plane.port, path, headers={"X-Auth-Token": TOKEN})


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0}, {"limit": 101}, {"limit": "ten"}, {"offset": -1}, {"offset": 10**9 + 1}, {"visibility": "SOME"},
        {"name": ""}, {"name": "x" * 129}, {"model_id": "short"},
    ],
)  # fmt: skip
def test_invalid_parameters_are_rejected(plane: ControlPlane, query: dict[str, object]) -> None:
    answer = get(plane, query)
    assert (answer.status, answer.json()["error_code"]) == (400, "common.01000001")


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
        ({"visibility": "ALL", "model_id": SHARED[0].models[0]}, SHARED[::10]),
    ],
    ids=str,
)
def test_filters(plane: ControlPlane, query: dict[str, str], wanted: list[Any]) -> None:
    body = get(plane, {"limit": 100, **query}).json()
    assert wanted
    assert body["total"] == len(wanted)
    assert body["endpoints"] == [entry.row for entry in wanted]


def test_escaped_json_escapes_all_but_printable_ascii() -> None:
    assert json_text.write("/端\ud800", json_text.Style.ESCAPED) == r'"\/\u7AEF\uD800"'
