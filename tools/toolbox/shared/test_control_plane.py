# SPDX-License-Identifier: Apache-2.0
"""Tests the control plane by the API reference."""

from __future__ import annotations

import http.client
import json
import threading
import time
import unittest
import urllib.parse
from typing import Any

from toolbox.shared import cloud_data, json_text
from toolbox.shared.control_plane import TOKEN, ControlPlane, Fault


class Listing(unittest.TestCase):
    def setUp(self) -> None:
        self.cloud = cloud_data.new_cloud()
        shared = cloud_data.Workspace("shared", None, cloud_data.shared_rows())
        self.plane = ControlPlane([*self.cloud.values(), shared])
        self.plane.start()
        self.addCleanup(self.plane.stop)

    def get(
        self, workspace: str, token: str | None = TOKEN, query: dict[str, Any] | None = None
    ) -> tuple[int, Any, dict[str, str]]:
        path = f"/v1/workspaces/{workspace}/endpoints?{urllib.parse.urlencode(query or {})}"
        connection = http.client.HTTPConnection("127.0.0.1", self.plane.port, timeout=5)
        try:
            connection.request("GET", path, headers={"X-Auth-Token": token} if token else {})
            response = connection.getresponse()
            body = response.read()
            headers = {name.lower(): value for name, value in response.getheaders()}
        finally:
            connection.close()
        return response.status, json.loads(body), headers

    def test_pages_follow_offset_and_limit(self) -> None:
        workspace = self.cloud["large"]
        cases: tuple[tuple[dict[str, int], tuple[int, int]], ...] = (
            ({}, (0, 10)),
            ({"limit": 100}, (0, 100)),
            ({"limit": 100, "offset": 99}, (99, 199)),
            ({"limit": 100, "offset": 297}, (297, 357)),
            ({"limit": 1, "offset": 356}, (356, 357)),
            ({"limit": 5, "offset": 357}, (357, 357)),
            ({"offset": 10**9}, (357, 357)),
        )
        for query, rows in cases:
            status, body, headers = self.get(workspace.id, query=query)
            self.assertEqual((status, body["total"]), (200, 357), query)
            self.assertEqual(body["endpoints"], plain(workspace.rows[slice(*rows)]), query)
            self.assertTrue(headers["x-request-id"])

    def test_invalid_parameters_are_rejected(self) -> None:
        workspace = self.cloud["small"].id
        cases: tuple[dict[str, Any], ...] = (
            {"limit": 0}, {"limit": 101}, {"limit": "ten"}, {"offset": -1}, {"offset": 10**9 + 1},
            {"visibility": "SOME"}, {"name": ""}, {"name": "x" * 129}, {"model_id": "short"},
        )  # fmt: skip
        for query in cases:
            status, body, _ = self.get(workspace, query=query)
            self.assertEqual((status, body["error_code"]), (400, "common.01000001"), query)

    def test_errors_have_the_documented_bodies(self) -> None:
        workspace = self.cloud["small"].id
        self.assertEqual(self.get(workspace, token=None)[1]["error_code"], "APIG.1002")
        self.assertEqual(self.get(workspace, token="wrong")[0], 401)
        self.assertEqual(self.get("no-such-workspace")[1]["error_code"], "dataartsfabric.00010003")
        self.assertEqual(self.get("bad_id")[0], 400)
        self.plane.faults[workspace] = Fault(status=403, body={"error_code": 403})
        self.assertEqual(self.get(workspace)[:2], (403, {"error_code": 403}))

    def test_filters(self) -> None:
        rows = list(self.plane.workspaces["shared"].stored)
        wanted = {
            (): [e for e in rows if e.mine],
            (("visibility", "ALL"),): rows,
            (("visibility", "PUBLIC"),): [e for e in rows if e.row["visibility"] == "PUBLIC"],
            (("visibility", "PRIVATE"),): [e for e in rows if e.mine and e.row["visibility"] == "PRIVATE"],
            (("visibility", "ALL"), ("type", "ray")): [e for e in rows if e.row["type"] == "ray"],
            (("visibility", "ALL"), ("name", "etl")): [e for e in rows if e.row["name"].startswith("etl")],
            (("visibility", "ALL"), ("endpoint_id", rows[3].row["id"])): [rows[3]],
            (("visibility", "ALL"), ("model_id", rows[0].models[0])): [
                e for e in rows if rows[0].models[0] in e.models
            ],
        }
        for query, entries in wanted.items():
            body = self.get("shared", query={"limit": 100, **dict(query)})[1]
            self.assertEqual(body["total"], len(entries), query)
            self.assertEqual(body["endpoints"], plain([entry.row for entry in entries]), query)
            self.assertTrue(entries)

    def test_rows_can_change(self) -> None:
        workspace = self.cloud["single"]
        self.plane.put(workspace.id, {"id": "new"})
        self.plane.put(workspace.id, {"id": "new", "name": "again"})
        self.assertEqual(self.get(workspace.id)[1]["total"], 2)
        self.plane.remove(workspace.id, "new")
        self.assertEqual(self.get(workspace.id)[1]["total"], 1)

    def test_restarts_on_its_port(self) -> None:
        port, workspace = self.plane.port, self.cloud["single"].id
        held = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        self.addCleanup(held.close)
        held.request("GET", "/", headers={})
        held.getresponse().read()
        self.plane.stop()
        with self.assertRaises((OSError, http.client.HTTPException)):
            held.request("GET", "/")
            held.getresponse()
        with self.assertRaises(OSError):
            self.get(workspace)
        self.plane.start()
        self.assertEqual(self.plane.port, port)
        self.assertEqual(self.get(workspace)[0], 200)

    def test_faults(self) -> None:
        workspace = self.cloud["single"].id
        for fault in (Fault("reset"), Fault("truncate", 200, b"x" * 1000)):
            self.plane.faults[workspace] = fault
            with self.assertRaises((OSError, http.client.HTTPException)):
                self.get(workspace)
        self.plane.faults[workspace] = Fault("hang")
        threading.Timer(0.1, self.plane.faults.clear).start()
        begin = time.monotonic()
        with self.assertRaises((OSError, http.client.HTTPException)):
            self.get(workspace)
        self.assertGreater(time.monotonic() - begin, 0.05)
        self.plane.faults[workspace] = Fault("count", adjust=lambda total, number: total + number)
        self.assertEqual([self.get(workspace)[1]["total"] for _ in range(2)], [2, 3])
        self.assertEqual(len(self.plane.recorded(workspace)), 5)


class Writing(unittest.TestCase):
    def test_all_styles_decode_to_the_same_value(self) -> None:
        value = {'a\n"\\/': [1, 1.5, None, True, "端\x00\u2028\ud800 \U0001f600"], "b": {"n": json_text.Literal("2e0")}}
        wanted = json.loads(json.dumps(value | {"b": {"n": 2.0}}))
        for style in json_text.Style:
            text = json_text.write(value, style)
            self.assertEqual(json.loads(text.encode()), wanted)
        self.assertTrue(json_text.write(value, json_text.Style.ESCAPED).isascii())


def plain(rows: list[Any]) -> Any:
    """Returns rows as decoded JSON."""
    return json.loads(json_text.write(rows))


if __name__ == "__main__":
    unittest.main()
