# SPDX-License-Identifier: Apache-2.0
"""The package on a clean Debian 12 and 13: installation, systemd service, reload, socket, upgrade, removal and purge.

The tests run in the order of this file, which is that of an administrator, first on one Debian and then on the other:
the last ones purge the package, and upgrade an older one.
"""

from __future__ import annotations

import contextlib
import pathlib
import re
import shutil
import subprocess
from collections.abc import Iterator

import pytest

from toolbox.packaging.debian import PACKAGES, SUITES, Machine
from toolbox.shared.files import write
from toolbox.shared.processes import NAME, ROOT, run, wait_for

# Debian's packages are downloaded.
pytestmark = [pytest.mark.root, pytest.mark.timeout(1200)]

FOLDER = f"/etc/{NAME}"
SOCKET = f"{NAME}.socket"
TEXTFILE = f"{NAME}-textfile.service"
TIMER = f"{NAME}-textfile.timer"
METRICS_FILE = f"/var/lib/{NAME}/dataarts-fabric.prom"
METRICS = "http://127.0.0.1:9942/metrics"
UP = r"^dataarts_fabric_workspace_up\{.*\} 1$"
DOWN = r'^dataarts_fabric_workspace_up\{.*workspace="analytics",listing="endpoints"\} 0$'
RELOADED = "^dataarts_fabric_exporter_config_last_reload_successful"
CONFIGURATION = """\
sources:
  - name: unreachable
    base_url: http://127.0.0.1:1
    auth:
      password:
        iam_url: http://127.0.0.1:1
        domain: acme
        user: exporter
        password_file: ${CREDENTIALS_DIRECTORY}/password
        project: cn-north-4
    workspaces:
      - id: e935d0ef-f4eb-4b95-aff1-9d33ae9f57a6
        name: analytics
"""
SECOND = "      - id: 0c4f5a1e-3c0f-4a53-8c86-2f0f6f0f8f11\n        name: sandbox\n"


def repacked(package: pathlib.Path, version: str, tree: pathlib.Path) -> pathlib.Path:
    """Packs a changed tree of the package as another version."""
    name, old, architecture = package.name.split("_")
    control = tree / "DEBIAN/control"
    control.write_text(control.read_text().replace(f"\nVersion: {old}\n", f"\nVersion: {version}\n"))
    file = tree.parent / f"{name}_{version}_{architecture}"
    run("dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "--build", tree, file)
    return file


@pytest.fixture(scope="module")
def newer(package: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A later version of the package, with a changed conffile."""
    tree = tmp_path_factory.mktemp("newer") / "tree"
    run("dpkg-deb", "--raw-extract", package, tree)
    with (tree / f"etc/default/{NAME}").open("a") as file:
        file.write("# A comment that a later version adds.\n")
    return repacked(package, package.name.split("_")[1].removesuffix("-1") + "-2", tree)


@pytest.fixture(scope="module")
def older(package: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """Version 0.1.0 of the package, without textfile mode, rules and checks of the configuration."""
    tree = tmp_path_factory.mktemp("older") / "tree"
    run("dpkg-deb", "--raw-extract", package, tree)
    shutil.rmtree(tree / f"usr/share/{NAME}")
    units = tree / "usr/lib/systemd/system"
    for unit in (TEXTFILE, TIMER):
        (units / unit).unlink()
    for script in ("postinst", "postrm", "prerm"):
        file = tree / "DEBIAN" / script
        file.write_text(re.sub(r' "\$name-textfile\.\w+"', "", file.read_text()))
        assert "textfile" not in file.read_text().replace("file of textfile mode", "")
    service = units / f"{NAME}.service"
    text = re.sub(r"^Exec\w+=.* check .*\n", "", service.read_text(), flags=re.MULTILINE)
    text = re.sub(
        r"^Restart=no\nRestartForce.*$", "Restart=always\nRestartPreventExitStatus=2", text, flags=re.MULTILINE
    )
    assert text.count("\nExec") == 3
    assert "Restart=always" in text
    service.write_text(text)
    (tree / "DEBIAN/md5sums").unlink()
    return repacked(package, "0.1.0-1", tree)


@pytest.fixture(scope="module", params=SUITES)
def machine(
    request: pytest.FixtureRequest, directory: pathlib.Path, package: pathlib.Path, newer: pathlib.Path,
    older: pathlib.Path, tarball: pathlib.Path,
) -> Iterator[Machine]:  # fmt: skip
    """The clean Debian, booted, with the package installed."""
    folder = directory / request.param
    folder.mkdir()
    machine = Machine(folder, request.param)
    machine.create(package, newer, older, tarball)
    with contextlib.ExitStack() as until_the_end:
        try:
            until_the_end.enter_context(machine.booted())
        except AssertionError as failure:
            tail = machine.log.read_text(errors="replace")[-2000:]
            pytest.skip(f"systemd cannot be booted here: {failure}\n{tail}")
        machine.install(package)
        yield machine


@pytest.fixture
def service(machine: Machine) -> Machine:
    """The machine, whose service was started with a valid configuration and a secret."""
    write_secret(machine)
    machine.path(f"{FOLDER}/config.yaml").write_text(CONFIGURATION)
    machine.run("systemctl", "restart", NAME)
    page = machine.page(METRICS, DOWN)
    assert re.search(r"^process_start_time_seconds \d", page, re.MULTILINE)
    return machine


def write_secret(machine: Machine) -> pathlib.Path:
    secret = machine.path(f"{FOLDER}/credentials/password")
    secret.write_text("not a real one\n")
    secret.chmod(0o600)
    return secret


def wait_until_it_fails(machine: Machine) -> None:
    wait_for(lambda: machine.property("ActiveState") == "failed", 10, "the service has failed")


def kill(machine: Machine, signal: str = "KILL") -> None:
    """Sends a signal to the process and waits for the next one."""
    process = machine.property("MainPID")
    machine.run("systemctl", "kill", "--kill-whom=main", f"--signal={signal}", NAME)

    def is_restarted() -> bool:
        now = machine.property("MainPID")
        return now not in ("0", process) and machine.property("ActiveState") == "active"

    wait_for(is_restarted, 15, "another process runs")


def test_the_user_cannot_log_in_and_owns_no_files(machine: Machine) -> None:
    *_, number, _, _, _, shell = machine.run("getent", "passwd", NAME).strip().split(":")
    assert shell.endswith("nologin")
    assert 0 < int(number) < 1000
    assert machine.run("find", "/etc", "/usr", "/var", "-xdev", "-user", NAME) == ""


def test_only_root_and_the_service_may_read_the_configuration_and_only_root_secrets(machine: Machine) -> None:
    shown = machine.run("stat", "--format", "%U:%G %a", FOLDER, f"{FOLDER}/credentials").splitlines()
    assert shown == [f"root:{NAME} 750", "root:root 700"]


def test_the_release_is_the_expected_one(machine: Machine) -> None:
    assert f"VERSION_CODENAME={machine.suite}\n" in machine.path("/etc/os-release").read_text()


def test_the_service_is_enabled_and_socket_and_timer_are_not(machine: Machine) -> None:
    states = machine.attempt("systemctl", "is-enabled", f"{NAME}.service", SOCKET, TIMER)[1].split()
    assert states == ["enabled", "disabled", "disabled"]
    assert machine.property("ActiveState", TIMER) == "inactive"


def test_the_program_of_the_tarball_runs(machine: Machine, tarball: pathlib.Path) -> None:
    machine.run("tar", "--extract", f"--file={PACKAGES}/{tarball.name}", "--directory=/opt")
    folder = machine.path(f"/opt/{tarball.name.removesuffix('.tar.gz')}")
    assert ", version " in machine.run(f"/opt/{folder.name}/bin/{NAME}", "--version")
    shutil.rmtree(folder)


def test_without_a_configuration_the_service_neither_runs_nor_fails(machine: Machine) -> None:
    assert machine.property("ActiveState") == "inactive"
    assert machine.property("Result") == "exec-condition"
    assert machine.state() == "running"


def test_systemd_analyze_finds_no_errors_and_an_exposure_below_1_5(machine: Machine) -> None:
    units = [f"{NAME}.service", SOCKET, TEXTFILE, TIMER]
    # A minimal system has no man, so the manual page is not checked.
    assert machine.attempt("systemd-analyze", "verify", "--man=no", *units) == (0, "")
    for service in (f"{NAME}.service", TEXTFILE):
        shown = machine.run("systemd-analyze", "security", "--no-pager", service)
        level = re.search(r"Overall exposure level for \S+: ([\d.]+)", shown)
        assert level, shown
        assert float(level[1]) < 1.5, shown


def test_the_service_runs_the_demo_in_its_sandbox(machine: Machine) -> None:
    file = machine.path(f"/etc/systemd/system/{NAME}.service.d/demo.conf")
    write(file, f"[Service]\nExecCondition=\nExecStartPre=\nExecStart=\nExecStart=/usr/bin/{NAME} demo $ARGS\n")
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "start", NAME)
    page = machine.page(METRICS, UP)
    assert re.search(r"^dataarts_fabric_endpoints\{", page, re.MULTILINE)
    machine.run("systemctl", "stop", NAME)
    machine.run("systemctl", "revert", NAME)


def test_the_example_configuration_in_the_comments_is_valid(machine: Machine) -> None:
    file = machine.path(f"{FOLDER}/config.yaml")
    file.write_text(re.sub(r"^#(?=sources:|  )", "", file.read_text(), flags=re.MULTILINE))
    secret = write_secret(machine)
    directory = f"CREDENTIALS_DIRECTORY={FOLDER}/credentials"
    said = machine.run("env", directory, NAME, "check", "--config.file", f"{FOLDER}/config.yaml")
    assert "Configuration is valid: 1 source" in said
    secret.unlink()


def test_with_an_invalid_configuration_start_and_restart_fail_with_a_message_and_without_repetition(
    machine: Machine,
) -> None:
    machine.path(f"{FOLDER}/config.yaml").write_text(CONFIGURATION.replace("domain:", "domian:"))
    for verb in ("start", "restart"):
        status, said = machine.attempt("systemctl", verb, NAME)
        assert status == 1, said
        assert machine.property("ActiveState") == "failed"
    said = machine.run("journalctl", "--output=cat", f"--unit={NAME}")
    assert "config.yaml:7:9: sources[0].auth.password.domian: unknown key" in said
    assert machine.property("NRestarts") == "0"


def test_without_the_secret_it_runs_and_logs_which_file_is_empty(machine: Machine) -> None:
    machine.path(f"{FOLDER}/config.yaml").write_text(CONFIGURATION)
    machine.run("systemctl", "restart", NAME)
    machine.page(METRICS, DOWN)
    said = machine.run("journalctl", "--output=cat", f"--unit={NAME}")
    assert "config.yaml:9:24: sources[0].auth.password.password_file:" in said


def test_it_only_listens_on_loopback(service: Machine) -> None:
    # The kernel's tables: local address, port in hexadecimal, 0A for a listening socket.
    tables = service.run("cat", "/proc/net/tcp", "/proc/net/tcp6")
    assert re.findall(rf"^\s*\d+: ([0-9A-F]+):{9942:04X} \S+ 0A ", tables, re.MULTILINE) == ["0100007F"]


def test_it_runs_as_its_user_without_capabilities_and_core_dumps(service: Machine) -> None:
    process = f"/proc/{service.property('MainPID')}"
    status = service.run("cat", f"{process}/status")
    number = service.run("id", "--user", NAME).strip()
    assert re.search(rf"^Uid:\s+{number}\s+{number}\s", status, re.MULTILINE), status
    assert re.findall(r"^Cap(Prm|Eff|Bnd|Amb):\s+0+$", status, re.MULTILINE) == ["Prm", "Eff", "Bnd", "Amb"], status
    assert re.search(r"^Max core file size\s+0\s+0\s", service.run("cat", f"{process}/limits"), re.MULTILINE)


def test_the_journal_has_only_the_programs_log_lines(service: Machine) -> None:
    process = service.property("MainPID")
    lines = service.run("journalctl", "--output=cat", "--quiet", f"_PID={process}").splitlines()
    assert lines
    assert not (others := [line for line in lines if not line.startswith("ts=")]), others


def test_a_reload_applies_a_changed_configuration_and_fails_for_an_invalid_one_without_stopping(
    service: Machine,
) -> None:
    process = service.property("MainPID")
    for text, pattern, expected in (
        (CONFIGURATION + SECOND, r'workspace_up\{.*workspace="sandbox",', 0),
        (CONFIGURATION + "    color: red\n", f"{RELOADED} 0$", 1),
        (CONFIGURATION, f"{RELOADED} 1$", 0),
    ):
        service.path(f"{FOLDER}/config.yaml").write_text(text)
        status, said = service.attempt("systemctl", "reload", NAME)
        assert status == expected, said
        service.page(METRICS, pattern)
        assert service.property("MainPID") == process
        assert service.property("ActiveState") == "active"


def test_it_is_restarted_after_each_sigkill(service: Machine) -> None:
    kill(service)
    service.page(METRICS, "workspace_up")
    assert service.property("NRestarts") == "1"
    for _ in range(3):
        kill(service)
    assert service.property("ActiveState") == "active"
    # Only faster kills would reach the limit.
    assert service.property("StartLimitIntervalUSec") == "0"


def test_the_watchdog_restarts_a_frozen_service_and_is_fed_otherwise(service: Machine) -> None:
    file = service.path(f"/etc/systemd/system/{NAME}.service.d/watchdog.conf")
    write(file, "[Service]\nWatchdogSec=2\nTimeoutAbortSec=1\n")
    service.run("systemctl", "daemon-reload")
    service.run("systemctl", "restart", NAME)
    fed: set[str] = set()

    def is_fed_for_longer_than_the_timeout() -> bool:
        fed.add(service.property("WatchdogTimestampMonotonic"))
        return len(fed) > 4

    wait_for(is_fed_for_longer_than_the_timeout, 30, "the watchdog is fed four times")
    assert service.property("NRestarts") == "0"
    kill(service, "STOP")
    assert service.property("NRestarts") == "1"
    assert "Watchdog timeout" in service.run("journalctl", "--output=cat", f"--unit={NAME}")
    service.run("systemctl", "revert", NAME)


def test_an_unreadable_configuration_is_a_failure_and_not_a_skipped_start(service: Machine) -> None:
    file = service.path(f"{FOLDER}/config.yaml")
    mode = file.stat().st_mode
    file.chmod(0o600)
    service.attempt("systemctl", "restart", NAME)
    wait_until_it_fails(service)
    file.chmod(mode)
    service.run("systemctl", "restart", NAME)
    service.page(METRICS, "workspace_up")


def test_a_program_that_fails_after_its_start_is_restarted_but_not_after_status_2(service: Machine) -> None:
    file = service.path(f"/etc/systemd/system/{NAME}.service.d/status.conf")
    for status, restarts in ((1, True), (2, False)):
        write(file, f"[Service]\nExecStartPre=\nExecStart=\nExecStart=/bin/sh -c 'exit {status}'\nRestartSec=100ms\n")
        service.run("systemctl", "daemon-reload")
        service.attempt("systemctl", "restart", NAME)
        if restarts:
            wait_for(lambda: int(service.property("NRestarts")) > 1, 10, "the service is restarted")
        else:
            wait_until_it_fails(service)
            assert service.property("NRestarts") == "0"
    service.run("systemctl", "revert", NAME)


def test_it_stops_with_status_0(service: Machine) -> None:
    service.run("systemctl", "stop", NAME)
    assert service.property("Result") == "success"
    assert service.property("ExecMainStatus") == "0"


def test_the_timer_of_textfile_mode_writes_a_file_that_all_may_read(service: Machine) -> None:
    service.run("systemctl", "disable", "--now", NAME)
    service.run("systemctl", "enable", "--now", TIMER)
    assert service.property("ActiveState", TIMER) == "active"
    # As the timer does within five minutes. A poll fails, because nothing listens at the configured address.
    service.run("systemctl", "start", TEXTFILE)
    assert service.property("Result", TEXTFILE) == "success"
    assert service.property("ExecMainStatus", TEXTFILE) == "3"
    assert re.search(DOWN, service.path(METRICS_FILE).read_text(), re.MULTILINE)
    assert service.run("stat", "--format", "%U %a", METRICS_FILE).split() == [NAME, "644"]
    # node_exporter runs as another user.
    service.run("setpriv", "--reuid=nobody", "--clear-groups", "cat", METRICS_FILE)
    service.run("systemctl", "disable", "--now", TIMER)
    service.run("systemctl", "enable", NAME)


@pytest.fixture(scope="module")
def socket(machine: Machine) -> Machine:
    """The machine with socket activation, which an administrator has configured; the service does not run."""
    write_secret(machine)
    machine.path(f"{FOLDER}/config.yaml").write_text(CONFIGURATION)
    flags = machine.path(f"/etc/default/{NAME}")
    flags.write_text(re.sub(r"^ARGS=.*$", 'ARGS="--web.systemd-socket"', flags.read_text(), flags=re.MULTILINE))
    machine.run("systemctl", "stop", NAME)
    machine.run("systemctl", "enable", "--now", SOCKET)
    return machine


def test_the_first_scrape_of_the_socket_starts_the_service(socket: Machine) -> None:
    assert socket.property("ActiveState") == "inactive"
    socket.page(METRICS, "workspace_up")
    assert socket.property("ActiveState") == "active"


def test_no_connection_is_refused_while_the_service_restarts_and_is_killed(socket: Machine) -> None:
    # The kernel queues connections between two processes, so a scrape may take as long as a restart.
    curl = ["curl", "--silent", "--noproxy", "*", "--max-time", "10", "--header", "Connection: close",
            "--output", "/dev/null", "--write-out", "%{stderr}%{http_code} %{errormsg}\n",
            "--rate", "50/s", f"{METRICS}#[1-9999]"]  # fmt: skip
    scraper = subprocess.Popen([*socket.network, *curl], stderr=subprocess.PIPE, text=True)
    process = socket.property("MainPID")
    socket.run("systemctl", "restart", NAME)
    assert socket.property("MainPID") != process
    kill(socket)
    socket.run("systemctl", "restart", NAME)
    scraper.terminate()
    outcomes = scraper.communicate()[1].splitlines()
    assert len(outcomes) > 3
    # Up to three responses are lost, because the process exited three times during the scrapes.
    lost = [outcome for outcome in outcomes if outcome.strip() != "200"]
    assert len(lost) <= 3, lost
    assert not any(re.search("refused|connect to", outcome) for outcome in lost), lost
    assert socket.property("ActiveState", SOCKET) == "active"
    assert socket.property("Result", SOCKET) == "success"


def test_the_documented_commands_start_the_socket_after_an_invalid_configuration(socket: Machine) -> None:
    text = (ROOT / "packaging/debian/README.md").read_text()
    block = re.search(r"While the configuration is invalid, .*?```sh\n(.*?)```", text, re.DOTALL)
    assert block
    configuration = socket.path(f"{FOLDER}/config.yaml")
    configuration.write_text(CONFIGURATION.replace("domain:", "domian:"))
    socket.attempt("systemctl", "restart", NAME)
    # It waits for a response, so systemd starts the service again and again.
    curl = ["curl", "--silent", "--noproxy", "*", "--max-time", "60", "--output", "/dev/null", METRICS]
    scraper = subprocess.Popen([*socket.network, *curl])
    wait_for(lambda: socket.property("ActiveState") == "activating", 15, "the scrape starts the service", step=0.1)
    configuration.write_text(CONFIGURATION)
    for command in block[1].splitlines():
        socket.run(*command.split()[1:])
    scraper.wait()
    assert socket.property("ActiveState", SOCKET) == "active"
    socket.page(METRICS, "workspace_up")


def test_an_upgrade_keeps_edited_files_and_restarts_the_service(socket: Machine, newer: pathlib.Path) -> None:
    edited = [socket.path(f"{FOLDER}/config.yaml"), socket.path(f"/etc/default/{NAME}")]
    socket.path(FOLDER).chmod(0o710)
    before = [file.read_text() for file in edited]
    process = socket.property("MainPID")
    socket.install(newer)
    version = socket.run("dpkg-query", "--show", "--showformat=${Version}", NAME)
    assert version == newer.name.split("_")[1]
    assert [file.read_text() for file in edited] == before
    assert socket.path(f"/etc/default/{NAME}.dpkg-dist").exists(), "the shipped file did not change"
    assert socket.run("stat", "--format", "%a", FOLDER).strip() == "710"
    assert socket.path(f"{FOLDER}/credentials/password").exists()
    assert socket.property("ActiveState") == "active"
    assert socket.property("MainPID") != process
    assert socket.property("ActiveState", SOCKET) == "active"
    socket.page(METRICS, "workspace_up")


def test_a_disabled_service_stays_disabled(machine: Machine, newer: pathlib.Path) -> None:
    machine.run("systemctl", "disable", NAME)
    machine.install(newer, "--reinstall")
    assert machine.attempt("systemctl", "is-enabled", NAME)[1].strip() == "disabled"
    machine.run("systemctl", "enable", NAME)


def test_removal_keeps_the_configuration_and_purge_removes_all(socket: Machine, newer: pathlib.Path) -> None:
    configuration = socket.path(f"{FOLDER}/config.yaml")
    before = configuration.read_text()
    socket.run("apt-get", "remove", "--yes", NAME)
    assert configuration.exists()
    assert not socket.path(f"/usr/bin/{NAME}").exists()
    for unit in (f"{NAME}.service", SOCKET):
        assert socket.property("ActiveState", unit) in ("inactive", ""), unit
    assert NAME not in socket.run("sh", "-c", "stat --format %U /proc/[0-9]*").split(), "a process of its user runs"

    socket.install(newer)
    assert configuration.read_text() == before
    socket.page(METRICS, "workspace_up")

    socket.run("apt-get", "purge", "--yes", NAME)
    places = ["/etc", "/usr", "/var", "/opt", "/srv", "/home"]
    assert socket.run("find", *places, "-xdev", "-name", f"*{NAME}*", "-not", "-path", "/var/cache/apt/*") == ""
    # The user stays.
    assert socket.attempt("getent", "passwd", NAME)[0] == 0
    accounts = {f"/etc/{name}{old}" for name in ("passwd", "group", "shadow", "gshadow") for old in ("", "-")}
    named = set(socket.attempt("grep", "--recursive", "--files-with-matches", NAME, "/etc")[1].split())
    assert named <= accounts
    assert socket.run("systemctl", "list-units", "--all", "--plain", "--no-legend", f"{NAME}*") == ""
    assert socket.state() == "running"
    assert socket.attempt("dpkg-query", "--show", NAME)[0] != 0


def test_an_upgrade_from_the_first_layout_runs_the_service_with_the_new_unit(
    machine: Machine, older: pathlib.Path, package: pathlib.Path
) -> None:
    machine.install(older)
    assert machine.run("dpkg-query", "--show", "--showformat=${Version}", NAME) == "0.1.0-1"
    machine.path(f"{FOLDER}/config.yaml").write_text(CONFIGURATION)
    machine.run("systemctl", "restart", NAME)
    machine.page(METRICS, "workspace_up")
    process = machine.property("MainPID")
    machine.install(package)
    machine.page(METRICS, "workspace_up")
    assert machine.property("MainPID") != process
    assert "check --allow-missing-secrets" in machine.property("ExecStartPre")
    assert machine.path(f"/usr/share/{NAME}/prometheus/alerts.yaml").exists()
    states = machine.attempt("systemctl", "is-enabled", f"{NAME}.service", SOCKET, TIMER)[1].split()
    assert states == ["enabled", "disabled", "disabled"]
    machine.run("apt-get", "purge", "--yes", NAME)
    assert not machine.path(FOLDER).exists()
