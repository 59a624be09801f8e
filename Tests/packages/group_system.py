# SPDX-License-Identifier: Apache-2.0
"""Tests of the package on a clean Debian: installation, systemd service, reload, upgrade, removal and purge."""

from __future__ import annotations

import contextlib
import pathlib
import re
import threading

from commands import NAME, attempt
from machine import PACKAGES, Machine
from report import Report, Skip, require, require_equal, wait_for

FOLDER = f"/etc/{NAME}"
PORT = 9942
METRICS = f"http://127.0.0.1:{PORT}/metrics"
DOWN = r'^dataarts_fabric_workspace_up\{.*workspace="analytics",listing="endpoints"\} 0$'
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


class Service:
    """The systemd unit in the machine."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine

    def property(self, name: str, unit: str = NAME) -> str:
        return self.machine.run("systemctl", "show", "--property", name, "--value", unit).strip()

    def control(self, action: str, *units: str) -> str:
        return self.machine.run("systemctl", action, *(units or [NAME]))

    def flags(self, text: str) -> None:
        """Sets ARGS as an administrator would."""
        file = self.machine.path(f"/etc/default/{NAME}")
        file.write_text(re.sub(r"^ARGS=.*$", f'ARGS="{text}"', file.read_text(), flags=re.MULTILINE))

    def journal(self) -> list[str]:
        """Returns the program's log lines since its last start."""
        process = self.property("MainPID")
        return self.machine.run("journalctl", "--output=cat", "--quiet", f"_PID={process}").splitlines()


def check_installation(report: Report, machine: Machine, package: pathlib.Path) -> None:
    report.begin("installation")
    service = Service(machine)
    with report.check("it installs with its dependencies on a clean Debian 12"):
        machine.run("apt-get", "install", "--yes", "--no-install-recommends", f"{PACKAGES}/{package.name}", seconds=300)
    with report.check("the program runs with the installed libraries"):
        require(f"{NAME}, version" in machine.run(NAME, "--version"), "no version")
    with report.check("the user exists, cannot log in, and owns no files"):
        entry = machine.run("getent", "passwd", NAME).strip().split(":")
        require(entry[6].endswith("nologin"), f"its shell is {entry[6]}")
        require(0 < int(entry[2]) < 1000, f"its number is {entry[2]}")
        require_equal(machine.run("find", "/etc", "/usr", "/var", "-xdev", "-user", NAME), "", "files of the user")
    with report.check("only root and the service may read the configuration, and only root secrets"):
        shown = machine.run("stat", "--format", "%U:%G %a", FOLDER, f"{FOLDER}/credentials").splitlines()
        require_equal(shown, [f"root:{NAME} 750", "root:root 700"], "owners and modes")
    with report.check("the service is enabled, the socket is not"):
        require_equal(machine.attempt("systemctl", "is-enabled", f"{NAME}.service")[1].strip(), "enabled", "service")
        require_equal(machine.attempt("systemctl", "is-enabled", f"{NAME}.socket")[1].strip(), "disabled", "socket")
    if not machine.is_booted:
        return
    with report.check("without a configuration the service is skipped: neither running nor failed"):
        require_equal(service.property("ActiveState"), "inactive", "its state")
        require_equal(service.property("Result"), "exec-condition", "its result")
        require_equal(machine.state(), "running", "the system's state")
    with report.check("systemd-analyze verify finds no errors"):
        # A minimal system has no man, so the manual page is not checked.
        said = machine.attempt("systemd-analyze", "verify", "--man=no", f"{NAME}.service", f"{NAME}.socket")
        require_equal(said, (0, ""), "its output")
    with report.check("its exposure level is below 2.0"):
        shown = machine.run("systemd-analyze", "security", "--no-pager", NAME)
        level = float(re.search(r"Overall exposure level for \S+: ([\d.]+)", shown)[1])
        report.say(f"        exposure {level}")
        require(level < 2.0, shown)


def check_demo(report: Report, machine: Machine) -> None:
    report.begin("the demo")
    with report.check("the installed program runs the demo"):
        port = 19942
        demo = machine.start(NAME, "demo", f"--web.listen-address=127.0.0.1:{port}")
        try:
            machine.wait_for_page(f"http://127.0.0.1:{port}/metrics", r"^dataarts_fabric_workspace_up\{.*\} 1$")
        finally:
            status = machine.end(demo)
        require_equal(status, 0, "its status")
    if not machine.is_booted:
        return
    service = Service(machine)
    folder = machine.path(f"/etc/systemd/system/{NAME}.service.d")
    with report.check("the service runs the demo in its sandbox"):
        folder.mkdir()
        (folder / "demo.conf").write_text(
            f"[Service]\nExecCondition=\nExecStart=\nExecStart=/usr/bin/{NAME} demo $ARGS\n"
        )
        machine.run("systemctl", "daemon-reload")
        service.control("start")
        page = machine.wait_for_page(METRICS, r"^dataarts_fabric_workspace_up\{.*\} 1$")
        require(re.search(r"^dataarts_fabric_endpoints\{", page, re.MULTILINE), "no endpoints")
    service.control("stop")
    (folder / "demo.conf").unlink(missing_ok=True)
    folder.rmdir()
    machine.run("systemctl", "daemon-reload")


def check_service(report: Report, machine: Machine) -> None:
    report.begin("the service")
    service = Service(machine)
    file = machine.path(f"{FOLDER}/config.yaml")
    secret = machine.path(f"{FOLDER}/credentials/password")
    with report.check("the example configuration in the comments is valid"):
        commented = re.sub(r"^#(?=sources:|  )", "", file.read_text(), flags=re.MULTILINE)
        file.write_text(commented)
        secret.write_text("not a real one\n")
        secret.chmod(0o600)
        said = machine.run(
            "env", f"CREDENTIALS_DIRECTORY={FOLDER}/credentials", NAME, "check", "--config.file", file_name(file)
        )
        require("Configuration is valid: 1 source" in said, said)
        secret.unlink()
    file.write_text(CONFIGURATION.replace("domain:", "domian:"))
    with report.check("an invalid configuration fails at once with a message, without restarts"):
        service.control("start")
        wait_for(lambda: service.property("ActiveState") == "failed", 10, "the service has failed")
        require_equal(service.property("ExecMainStatus"), "2", "its status")
        said = machine.run("journalctl", "--output=cat", f"--unit={NAME}")
        require("config.yaml:7:9: sources[0].auth.password.domian: unknown key" in said, said)
        require_equal(service.property("NRestarts"), "0", "restarts")
    file.write_text(CONFIGURATION)
    with report.check("without the secret it runs and logs which file is empty"):
        service.control("restart")
        machine.wait_for_page(METRICS, DOWN)
        said = machine.run("journalctl", "--output=cat", f"--unit={NAME}")
        require("config.yaml:9:24: sources[0].auth.password.password_file:" in said, said)
    secret.write_text("not a real one\n")
    secret.chmod(0o600)
    with report.check("it runs with the secret"):
        service.control("restart")
        page = machine.wait_for_page(METRICS, DOWN)
        require(re.search(r"^process_start_time_seconds \d", page, re.MULTILINE), "no process_start_time_seconds")
    with report.check("it only listens on loopback"):
        # The kernel's tables: local address, port in hexadecimal, 0A for a listening socket.
        tables = machine.run("cat", "/proc/net/tcp", "/proc/net/tcp6")
        addresses = re.findall(rf"^\s*\d+: ([0-9A-F]+):{PORT:04X} \S+ 0A ", tables, re.MULTILINE)
        require_equal(addresses, ["0100007F"], "the addresses")
    with report.check("it runs as its user, without capabilities and core dumps"):
        status = machine.run("cat", f"/proc/{service.property('MainPID')}/status")
        number = machine.run("id", "--user", NAME).strip()
        require(re.search(rf"^Uid:\s+{number}\s+{number}\s", status, re.MULTILINE), status)
        for kind in ("CapEff", "CapPrm", "CapBnd", "CapAmb"):
            require(re.search(rf"^{kind}:\s+0+$", status, re.MULTILINE), f"{kind} is not empty")
        limits = machine.run("cat", f"/proc/{service.property('MainPID')}/limits")
        require(re.search(r"^Max core file size\s+0\s+0\s", limits, re.MULTILINE), limits)
    with report.check("the journal has only the program's log lines"):
        lines = service.journal()
        require(lines, "no line")
        require_equal([line for line in lines if not line.startswith("ts=")], [], "other lines")
    with report.check("a reload applies a changed configuration"):
        process = service.property("MainPID")
        file.write_text(CONFIGURATION + SECOND)
        service.control("reload")
        machine.wait_for_page(METRICS, r'workspace_up\{.*workspace="sandbox",')
        require_equal(service.property("MainPID"), process, "the process")
    with report.check("an invalid configuration does not stop it"):
        file.write_text(CONFIGURATION + "    color: red\n")
        service.control("reload")
        machine.wait_for_page(METRICS, r"^dataarts_fabric_exporter_config_last_reload_successful 0$")
        file.write_text(CONFIGURATION)
        service.control("reload")
        machine.wait_for_page(METRICS, r"^dataarts_fabric_exporter_config_last_reload_successful 1$")
    with report.check("it is restarted after SIGKILL"):
        kill(service)
        machine.wait_for_page(METRICS, "workspace_up")
        require_equal(service.property("NRestarts"), "1", "restarts")
    with report.check("repeated kills do not stop restarts"):
        for _ in range(3):
            kill(service)
        require_equal(service.property("ActiveState"), "active", "its state")
        # Only faster kills would reach the limit.
        require_equal(service.property("StartLimitIntervalUSec"), "0", "the interval of the start limit")
    with report.check("an unreadable configuration is a failure, not a skipped start"):
        mode = file.stat().st_mode
        file.chmod(0o600)
        machine.attempt("systemctl", "restart", NAME)
        wait_for(lambda: service.property("ActiveState") == "failed", 10, "the service has failed")
        file.chmod(mode)
        service.control("restart")
        machine.wait_for_page(METRICS, "workspace_up")
    with report.check("it stops with status 0"):
        service.control("stop")
        require_equal(service.property("Result"), "success", "its result")
        require_equal(service.property("ExecMainStatus"), "0", "its status")


def file_name(path: pathlib.Path) -> str:
    return f"{FOLDER}/{path.name}"


def kill(service: Service) -> None:
    """Kills the process with SIGKILL and waits for the next one."""
    process = service.property("MainPID")
    service.machine.run("systemctl", "kill", "--signal=KILL", NAME)

    def is_restarted() -> bool:
        now = service.property("MainPID")
        return now not in ("0", process) and service.property("ActiveState") == "active"

    wait_for(is_restarted, 15, "another process runs")


def check_socket(report: Report, machine: Machine) -> None:
    report.begin("the socket")
    service, socket = Service(machine), f"{NAME}.socket"
    service.flags("--web.systemd-socket")
    with report.check("socket activation: the first scrape starts the service"):
        service.control("enable", "--now", socket)
        require_equal(service.property("ActiveState"), "inactive", "the service")
        machine.wait_for_page(METRICS, "workspace_up")
        require_equal(service.property("ActiveState"), "active", "the service")
    with (
        report.check("no connection is refused while the service restarts and is killed"),
        scraping(machine) as refused,
    ):
        process = service.property("MainPID")
        service.control("restart")
        require(service.property("MainPID") != process, "it was not restarted")
        kill(service)
        service.control("restart")
    require_count(report, refused)
    with report.check("the socket stays open"):
        require_equal(service.property("ActiveState", socket), "active", "the socket")
        require_equal(service.property("Result", socket), "success", "its result")


@contextlib.contextmanager
def scraping(machine: Machine):
    """Scrapes continuously with new connections; the list receives the results."""
    outcomes: list[str] = []
    over = threading.Event()

    def scrape() -> None:
        while not over.is_set():
            # The kernel queues connections between two processes, so a scrape may take as long as a restart.
            command = ["curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code} %{errormsg}"]
            network = ["nsenter", f"--target={machine.leader}", "--net"]
            outcomes.append(attempt(*network, *command, "--max-time", "10", METRICS)[1].strip())

    thread = threading.Thread(target=scrape)
    thread.start()
    try:
        yield outcomes
    finally:
        over.set()
        thread.join()


def require_count(report: Report, outcomes: list[str]) -> None:
    with report.check("the scrapes succeed"):
        # Up to three responses are lost, because the process exited three times during the scrapes.
        bad = [outcome for outcome in outcomes if outcome != "200"]
        report.say(f"        {len(outcomes)} scrapes, {len(bad)} lost")
        require(len(outcomes) > 3, f"only {len(outcomes)} scrapes")
        refused = [outcome for outcome in bad if re.search("refused|connect to", outcome)]
        require_equal(refused, [], "refused scrapes")
        require(len(bad) <= 3, f"{bad}")


def check_upgrade(report: Report, machine: Machine, newer: pathlib.Path) -> None:
    report.begin("upgrade")
    service = Service(machine)
    configuration = machine.path(f"{FOLDER}/config.yaml")
    flags = machine.path(f"/etc/default/{NAME}")
    if not machine.is_booted:
        configuration.write_text(CONFIGURATION)
        service.flags("--log.level=debug")
    machine.path(FOLDER).chmod(0o710)
    before = configuration.read_text(), flags.read_text()
    process = service.property("MainPID") if machine.is_booted else ""
    keep = ("-o", "Dpkg::Options::=--force-confold")
    with report.check("the newer version installs over the older one"):
        machine.run("apt-get", "install", "--yes", *keep, f"{PACKAGES}/{newer.name}")
        version = machine.run("dpkg-query", "--show", "--showformat=${Version}", NAME)
        require_equal(version, newer.name.split("_")[1], "the version")
    with report.check("it keeps edited files, even if the shipped ones have changed"):
        require_equal((configuration.read_text(), flags.read_text()), before, "the configuration")
        require(flags.with_name(flags.name + ".dpkg-dist").exists(), "the shipped file did not change")
    with report.check("it keeps changed file modes and the secrets"):
        require_equal(machine.run("stat", "--format", "%a", FOLDER).strip(), "710", "the mode")
        if machine.is_booted:
            require(machine.path(f"{FOLDER}/credentials/password").exists(), "the secret is missing")
    if not machine.is_booted:
        return
    with report.check("it restarts the service, and the socket stays open"):
        require_equal(service.property("ActiveState"), "active", "the service")
        require(service.property("MainPID") != process, "it was not restarted")
        require_equal(service.property("ActiveState", f"{NAME}.socket"), "active", "the socket")
        machine.wait_for_page(METRICS, "workspace_up")
    with report.check("a disabled service stays disabled"):
        service.control("disable")
        machine.run("apt-get", "install", "--yes", "--reinstall", *keep, f"{PACKAGES}/{newer.name}")
        require_equal(machine.attempt("systemctl", "is-enabled", NAME)[1].strip(), "disabled", "the service")
        service.control("enable")


def check_removal(report: Report, machine: Machine, newer: pathlib.Path) -> None:
    report.begin("removal")
    with report.check("removal keeps the configuration and stops everything"):
        machine.run("apt-get", "remove", "--yes", NAME)
        require(machine.path(f"{FOLDER}/config.yaml").exists(), "the configuration is missing")
        require(not machine.path(f"/usr/bin/{NAME}").exists(), "the program exists")
        if machine.is_booted:
            for unit in (f"{NAME}.service", f"{NAME}.socket"):
                require(Service(machine).property("ActiveState", unit) in ("inactive", ""), f"{unit} is active")
            users = machine.run("sh", "-c", "stat --format %U /proc/[0-9]*").split()
            require(NAME not in users, "a process of its user is running")
    with report.check("a new installation uses the kept configuration"):
        before = machine.path(f"{FOLDER}/config.yaml").read_text()
        machine.run("apt-get", "install", "--yes", "-o", "Dpkg::Options::=--force-confold", f"{PACKAGES}/{newer.name}")
        require_equal(machine.path(f"{FOLDER}/config.yaml").read_text(), before, "the configuration")
        if machine.is_booted:
            machine.wait_for_page(METRICS, "workspace_up")
    with report.check("purge removes all files, units and secrets; the user stays"):
        machine.run("apt-get", "purge", "--yes", NAME)
        places = ["/etc", "/usr", "/var", "/opt", "/srv", "/home"]
        search = [*places, "-xdev", "-name", f"*{NAME}*", "-not", "-path", "/var/cache/apt/*"]
        require_equal(machine.run("find", *search).split(), [], "remaining files")
        accounts = {f"/etc/{name}{old}" for name in ("passwd", "group", "shadow", "gshadow") for old in ("", "-")}
        named = set(machine.attempt("grep", "--recursive", "--files-with-matches", NAME, "/etc")[1].split())
        require_equal(named - accounts, set(), "remaining references")
        require(machine.attempt("getent", "passwd", NAME)[0] == 0, "the user is missing")
        if machine.is_booted:
            shown = machine.run("systemctl", "list-units", "--all", "--plain", "--no-legend", f"{NAME}*")
            require_equal(shown, "", "units")
            require_equal(machine.state(), "running", "the system's state")
    with report.check("dpkg does not list it"):
        require(machine.attempt("dpkg-query", "--show", NAME)[0] != 0, "listed by dpkg")


def check_system(report: Report, machine: Machine, package: pathlib.Path, newer: pathlib.Path) -> None:
    if machine.is_booted:
        report.say("        systemd runs")
    else:
        with report.check("the service under systemd"):
            raise Skip("systemd does not run in the root; only checks in a chroot are possible")
    check_installation(report, machine, package)
    check_demo(report, machine)
    if machine.is_booted:
        check_service(report, machine)
        check_socket(report, machine)
    check_upgrade(report, machine, newer)
    check_removal(report, machine, newer)
