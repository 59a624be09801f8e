# SPDX-License-Identifier: Apache-2.0
"""Each kind of failed poll has its reason and does not affect other workspaces."""

from __future__ import annotations

import time

import bench
import configuration
import control_plane
import json_text
from bench import Bench
from cloud_data import Workspace
from configuration import Source
from control_plane import TOKEN, ControlPlane, Fault
from exporter import TEXT, free_port
from group_cloud import FAILURES, REASONS, UP
from report import PENDING, require, require_equal

HTML = b"<!DOCTYPE html><html><body>Service Unavailable</body></html>"
FAULTS: dict[str, tuple[Fault, str]] = {
    "echoed-token": (Fault(status=403, body={"error_code": 403, "error_msg": f"bad token {TOKEN}"}), "forbidden"),
    "forbidden": (Fault(status=403, body=control_plane.FORBIDDEN), "forbidden"),
    "no-api": (Fault(status=404, body=control_plane.NO_API), "not_found"),
    "no-workspace": (Fault(status=400, body=control_plane.NO_WORKSPACE), "not_found"),
    "no-resource": (Fault(status=400, body=control_plane.NO_RESOURCE), "not_found"),
    "bad-request": (Fault(status=400, body=control_plane.BAD_REQUEST), "bad_request"),
    "quota": (Fault(status=405, body={"error_code": "APIG.0501", "error_msg": "quota used up"}), "bad_request"),
    "timeout-408": (Fault(status=408, body=control_plane.TIMED_OUT), "timeout"),
    "timeout-504": (Fault(status=504, body=HTML, content_type="text/html"), "timeout"),
    "internal": (Fault(status=500, body=control_plane.INTERNAL), "server"),
    "gateway-502": (Fault(status=502, body=b""), "server"),
    "gateway-503": (Fault(status=503, body=HTML, content_type="text/html"), "server"),
    "reset": (Fault("reset"), "network"),
    "cut-off": (Fault("truncate", 200, b'{"total":1,"endpoints":[{"id":"' + b"a" * 400), "network"),
    "hanging": (Fault("hang"), "timeout"),
    "redirect": (Fault(status=302, body=b"", headers={"Location": "http://127.0.0.1:1/"}), "response"),
    "html": (Fault(status=200, body=HTML, content_type="text/html"), "response"),
    "no-json": (Fault(status=200, body=b'{"total":1,"endpoints":[{"id":}]}'), "response"),
    "other-shape": (Fault(status=200, body={"total": 1, "endpoints": 5}), "response"),
    "an-array": (Fault(status=200, body=[]), "response"),
    "no-utf-8": (Fault(status=200, body=b'{"total":1,"endpoints":[{"id":"\xff\xfe"}]}'), "response"),
    "too-large": (Fault(status=200, body=b'{"total":0,"pad":"' + b"x" * 2_000_000 + b'","endpoints":[]}'), "response"),
    "more-than-there-is": (Fault("count", adjust=lambda total, number: total + 150), "inconsistent"),
    "ever-changing": (Fault("count", adjust=lambda total, number: total + number), "inconsistent"),
}


def run(with_: Bench) -> None:
    cloud = with_.cloud()
    large, small, unlimited = cloud["large"], cloud["small"], cloud["single"]
    failing = {name: Workspace(f"fault-{name}", name, list(large.stored)) for name in FAULTS}
    endless = Workspace("listing-too-long", "listing-too-long", large.stored * 3)
    throttled = Workspace("throttled", "throttled", [])
    every = [*failing.values(), small, unlimited, endless, throttled]
    with ControlPlane(every) as plane:
        plane.faults = {f"fault-{name}": fault for name, (fault, _) in FAULTS.items()}
        plane.faults["throttled"] = Fault(status=429, body=control_plane.THROTTLED)
        dead, plain = f"http://127.0.0.1:{free_port()}", plane.base_url
        (with_.directory / "wrong-token").write_text("wrong\n", "utf-8")
        password = f"{{password: {{iam_url: {json_text.write(dead)}, domain: d, user: u, password: {TOKEN}}}}}"
        main = Source(plain, [*failing.values(), small, unlimited, endless])
        others = [
            (Source(plain, [throttled], "throttled-source"), "throttled"),
            (Source(dead, [alone("dead")], "dead-source"), "network"),
            (Source(plain.replace("http:", "https:"), [alone("no-tls")], "plain-source"), "tls"),
            (Source(plain, [alone("refused")], "unknown-source", "{token_file: wrong-token}"), "unauthenticated"),
        ]
        if "passwords" not in PENDING:
            others.append((Source(plain, [alone("no-iam")], "iam-source", password), "credentials"))
        # A hang takes one timeout, a poll at most three; long, so that a slow machine does not change reasons.
        poll = {"timeout": "3s", "max_response_bytes": "1000000", "max_endpoints": "1000", "concurrency": "64",
                "requests_per_second": "0"}  # fmt: skip
        sources = [main, *(source for source, _ in others)]
        file = configuration.write(with_.directory, "reasons.yaml", sources, poll=poll)
        begin = time.time()
        outcome = with_.exporter.run("once", "--config.file", file)
        end = time.time()
        page = bench.read(outcome.stdout.decode("utf-8", "replace"), TEXT)
        with with_.report.check("once with every kind of failure: status 3, within three timeouts and slack"):
            require(outcome.status == 3, f"status {outcome.status}\n{outcome.stderr[-1500:]}")
            require(outcome.seconds < 3 * 3 + 3, f"it took {outcome.seconds:.1f} s")
        expected_reasons = [(main, failing[name], reason) for name, (_, reason) in FAULTS.items()]
        expected_reasons.append((main, endless, "response"))
        expected_reasons += [(source, source.workspaces[0], reason) for source, reason in others]
        for source, workspace, reason in expected_reasons:
            with with_.report.check(f"{source.name}/{workspace.name} fails with reason {reason}"):
                labels = source.labels(workspace)
                require_equal(bench.sample_value(page, UP, labels), 0.0, "workspace_up")
                counted = {name: bench.sample_value(page, FAILURES, labels | {"reason": name}) for name in REASONS}
                require_equal(counted, {name: float(name == reason) for name in REASONS}, "failures")
        with with_.report.check("the other workspaces are complete"):
            good = Source(plain, [small, unlimited])
            bench.require_series(page, bench.wanted([good], "problems"), (begin, end))
        with with_.report.check("the page with failures is well formed"):
            bench.require_well_formed(outcome.stdout.decode("utf-8"), TEXT)
        bounded(with_, plane, failing)


def alone(name: str) -> Workspace:
    return Workspace(name, name, [])


def bounded(with_: Bench, plane: ControlPlane, failing: dict[str, Workspace]) -> None:
    for name in ("more-than-there-is", "ever-changing"):
        with with_.report.check(f"{name}: a bounded number of requests"):
            count = len(plane.recorded(failing[name].id))
            require(0 < count <= 40, f"{count} requests")
    for name in ("forbidden", "no-api", "bad-request", "redirect", "html"):
        with with_.report.check(f"{name}: not retried"):
            require_equal(len(plane.recorded(failing[name].id)), 1, "requests")
    with with_.report.check("a rejected token is sent once"):
        require_equal(len(plane.recorded("refused")), 1, "requests")
