# SPDX-License-Identifier: Apache-2.0
"""Prometheus, Alertmanager and a webhook, on free ports of loopback."""

from __future__ import annotations

import contextlib
import copy
import http.server
import json
import pathlib
import subprocess
import threading
import urllib.request
from typing import Any

import yaml
from exporter import HOST, free_port

SECONDS = "1s"
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def load(path: pathlib.Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


def dump(path: pathlib.Path, value: Any) -> None:
    path.write_text(yaml.safe_dump(value, sort_keys=False, allow_unicode=True), "utf-8")


def hastened(rules: dict[str, Any]) -> dict[str, Any]:
    """Returns the rules with `for` and `keep_firing_for` in seconds instead of minutes."""
    quick = copy.deepcopy(rules)
    for group in quick["groups"]:
        group["interval"] = SECONDS
        for rule in group["rules"]:
            if "for" in rule:
                rule["for"] = SECONDS
            if "keep_firing_for" in rule:
                rule["keep_firing_for"] = "2s"
    return quick


class Server:
    """A server program that is ready when `ready_path` returns 200."""

    ready_path = "/-/ready"

    def __init__(self, name: str, directory: pathlib.Path) -> None:
        self.name, self.directory, self.port = name, directory, free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def launch(self, *command: str) -> None:
        with (self.directory / f"{self.name}.log").open("wb") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.directory
            )

    def ready(self) -> bool:
        if self.process and self.process.poll() is not None:
            log = (self.directory / f"{self.name}.log").read_text("utf-8", "replace")
            raise RuntimeError(f"{self.name} exited with status {self.process.returncode}\n{log[-2000:]}")
        with contextlib.suppress(OSError):
            OPENER.open(self.url + self.ready_path, timeout=2).close()
            return True
        return False

    def get(self, path: str) -> Any:
        with OPENER.open(self.url + path, timeout=5) as response:
            return json.load(response)

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Prometheus(Server):
    """Prometheus with the example configuration, with other addresses and shorter intervals."""

    def __init__(self, shipped: pathlib.Path, directory: pathlib.Path, target: str, alertmanager: str) -> None:
        super().__init__("prometheus", directory)
        configuration = load(shipped / "scrape-static.yaml")
        configuration["global"] = {
            "scrape_interval": SECONDS, "scrape_timeout": SECONDS, "evaluation_interval": SECONDS,
        }  # fmt: skip
        for name in configuration["rule_files"]:
            dump(directory / name, hastened(load(shipped / name)))
        configuration["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"] = [alertmanager]
        configuration["scrape_configs"][0]["static_configs"][0]["targets"] = [target]
        dump(directory / "prometheus.yaml", configuration)
        self.launch(
            "prometheus", f"--config.file={directory / 'prometheus.yaml'}", "--log.level=warn",
            f"--storage.tsdb.path={directory / 'data'}", f"--web.listen-address={HOST}:{self.port}",
        )  # fmt: skip

    def alerts(self) -> list[dict[str, str]]:
        """Returns the labels of all firing alerts."""
        return [alert["labels"] for alert in self.get("/api/v1/alerts")["data"]["alerts"] if alert["state"] == "firing"]

    def failed_rules(self) -> list[str]:
        """Returns the rules whose last evaluation failed."""
        groups = self.get("/api/v1/rules")["data"]["groups"]
        return [f"{r['name']}: {r['lastError']}" for g in groups for r in g["rules"] if r.get("lastError")]


class Alertmanager(Server):
    """Alertmanager with the example configuration, with our webhook and shorter intervals."""

    def __init__(self, shipped: pathlib.Path, directory: pathlib.Path, webhook: str) -> None:
        super().__init__("alertmanager", directory)
        configuration = load(shipped / "alertmanager.yaml")
        # Longer than the delay between the severities of one alert, so that inhibition works.
        configuration["route"] |= {"group_wait": "8s", "group_interval": SECONDS}
        for receiver in configuration["receivers"]:
            receiver["webhook_configs"] = [{"url": webhook, "send_resolved": True}]
        dump(directory / "alertmanager.yaml", configuration)
        self.launch(
            "prometheus-alertmanager", f"--config.file={directory / 'alertmanager.yaml'}", "--log.level=warn",
            f"--storage.path={directory / 'alertmanager'}", f"--web.listen-address={HOST}:{self.port}",
            "--cluster.listen-address=",
        )  # fmt: skip


class Webhook:
    """Records all alerts that Alertmanager sends, in order, with their status."""

    def __init__(self) -> None:
        self.alerts: list[dict[str, Any]] = []
        alerts = self.alerts

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                alerts.extend(body["alerts"])
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Logs nothing."""

        self.server = http.server.ThreadingHTTPServer((HOST, 0), Handler)
        self.url = f"http://{HOST}:{self.server.server_address[1]}/"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def told(self, status: str) -> list[dict[str, str]]:
        """Returns the labels of all alerts with that status."""
        return [alert["labels"] for alert in list(self.alerts) if alert["status"] == status]

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
