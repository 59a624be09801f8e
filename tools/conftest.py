# SPDX-License-Identifier: Apache-2.0
"""Fixtures and options that all tests share."""

import os
import pathlib
import shutil
import tempfile
from collections.abc import Iterator

import pytest

pytest.register_assert_rewrite("toolbox.shared")

from toolbox.shared.exporter import Exporter  # noqa: E402
from toolbox.shared.processes import NAME, ROOT  # noqa: E402

# scripts/install-prometheus3 installs it.
PROMETHEUS3 = f"{ROOT}/.build-prometheus3/"

# What a test with a marker needs on this machine: programs, or one of several.
NEEDED = {
    "chromium": ("chromium", "chromedriver"),
    "kubectl": ("kubectl",),
    "prometheus": ("prometheus", "promtool", "prometheus-alertmanager"),
    "prometheus3": (f"{PROMETHEUS3}prometheus", f"{PROMETHEUS3}promtool"),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    default = ROOT / ".build/release/shipped" / NAME
    parser.addoption(
        "--program", type=pathlib.Path, default=default, help=f"the exporter's program (default: {default})"
    )


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips a test whose programs or rights this machine does not have."""
    for marker in item.iter_markers():
        places = f"{os.environ['PATH']}:/usr/sbin:/sbin"
        missing = [name for name in NEEDED.get(marker.name, ()) if not shutil.which(name, path=places)]
        if missing:
            pytest.skip(f"{', '.join(missing)} not found; run scripts/install-dependencies --test")
        if marker.name == "root" and os.geteuid() != 0:
            pytest.skip("needs root")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fails a run in CI that skipped a test."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and reporter.stats.get("skipped") and os.environ.get("CI") and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def program(pytestconfig: pytest.Config) -> pathlib.Path:
    """The exporter's program."""
    path: pathlib.Path = pytestconfig.getoption("program").resolve()
    if not os.access(path, os.X_OK):
        pytest.exit(f"{path} is not executable; run scripts/build-release", returncode=2)
    return path


@pytest.fixture(scope="module")
def directory() -> Iterator[pathlib.Path]:
    """A directory of the module's tests. Its path is short, because sockets are created in it."""
    with tempfile.TemporaryDirectory(prefix="toolbox-", ignore_cleanup_errors=True) as name:
        yield pathlib.Path(name)


@pytest.fixture(scope="module")
def exporter(program: pathlib.Path, directory: pathlib.Path) -> Exporter:
    """The exporter, whose working directory the module's tests share."""
    return Exporter(program, directory)


@pytest.fixture(
    scope="session",
    params=[
        pytest.param("", id="prometheus2"),
        pytest.param(PROMETHEUS3, id="prometheus3", marks=pytest.mark.prometheus3),
    ],
)
def prometheus_folder(request: pytest.FixtureRequest) -> str:
    """The folder of `prometheus` and `promtool`: that of version 3, or empty for version 2 on the PATH."""
    return str(request.param)
