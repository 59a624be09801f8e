# SPDX-License-Identifier: Apache-2.0
"""Each check of sources and programs rejects a bad sample."""

import os
import pathlib
import platform

import pytest

from toolbox.shared.files import write
from toolbox.shared.processes import NAME, ROOT, attempt, run

SCRIPTS, TOOLS, BINARIES = ROOT / "scripts", ROOT / "tools/pyproject.toml", ROOT / ".venv/bin"
SWIFT_FORMAT = ("swift", "format", "lint", "--strict", "--configuration", ROOT / ".swift-format")


def rejected(*command: object, seconds: float = 120, env: dict[str, str] | None = None) -> str:
    """Runs a check that must fail; returns its output."""
    status, output = attempt(*command, seconds=seconds, cwd=ROOT, env=env)
    assert status != 0, output
    return output


def before_others(folder: pathlib.Path) -> dict[str, str]:
    """Returns an environment in which the programs in `folder` are found before others."""
    return os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"}


@pytest.mark.parametrize(
    ("command", "text", "complaint"),
    [
        (SWIFT_FORMAT, "let value = [1:  2]\n", "[Spacing]"),
        (SWIFT_FORMAT, "let value = [1: 2]\nlet one = value[1]!\n", "[NeverForceUnwrap]"),
        ((BINARIES / "ruff", "check", "--no-cache", "--config", TOOLS), "import os\n", "F401"),
        ((BINARIES / "ruff", "format", "--no-cache", "--check", "--config", TOOLS), "x = {  }\n", "be reformatted"),
        ((BINARIES / "mypy", "--cache-dir=/dev/null", "--config-file", TOOLS), "def f(x): return x\n", "untyped-def"),
    ],
)
def test_bad_source_is_rejected(tmp_path: pathlib.Path, command: tuple[object, ...], text: str, complaint: str) -> None:
    suffix = "swift" if command is SWIFT_FORMAT else "py"
    assert complaint in rejected(*command, write(tmp_path / f"bad.{suffix}", text))


def test_a_test_file_that_no_type_is_named_after_is_rejected(tmp_path: pathlib.Path) -> None:
    write(tmp_path / "Sources/Base/Clock.swift", "public struct Clock {}\n")
    for name in ("ClockTests.swift", "Clock+ZoneTests.swift"):
        write(tmp_path / "Tests/BaseTests" / name, "")
    run(SCRIPTS / "lint-test-names", tmp_path)
    write(tmp_path / "Tests/BaseTests/TimeTests.swift", "")
    assert "unknown type Time" in rejected(SCRIPTS / "lint-test-names", tmp_path)


def test_a_large_program_is_rejected(tmp_path: pathlib.Path) -> None:
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(61_000_000)
    assert "more than" in rejected(SCRIPTS / "check-binary", large)


@pytest.mark.parametrize(
    ("lacking", "option"),
    [("", "-fPIE"), ("GNU_RELRO", "-Wl,-z,norelro"), ("BIND_NOW", "-Wl,-z,lazy"), ("Flags:.*PIE", "-no-pie")],
)
def test_an_unhardened_program_is_rejected(tmp_path: pathlib.Path, lacking: str, option: str) -> None:
    source, program = write(tmp_path / "main.c", "int main(void) { return 0; }\n"), tmp_path / "program"
    run("clang", source, "-o", program, "-pie", "-Wl,-z,relro", "-Wl,-z,now", option)
    if lacking:
        assert f"lacks {lacking}" in rejected(SCRIPTS / "check-binary", program)
    else:
        run(SCRIPTS / "check-binary", program)


@pytest.mark.parametrize(
    ("content", "complaint"), [("", ""), ("$PWD", "contains the build folder"), ("$(date +%N)", "the programs differ")]
)
def test_a_build_that_is_not_reproducible_is_rejected(tmp_path: pathlib.Path, content: str, complaint: str) -> None:
    # A compiler that writes the folder or the time into the program, which has no sections.
    write(tmp_path / "readelf", "#!/bin/sh\n", 0o755)
    write(tmp_path / "swift", f"""#!/bin/sh
case "$*" in
  *--show-bin-path) echo "$PWD/.build" ;;
  build*)
    mkdir -p .build && echo "program {content}" > .build/{NAME}
    sed -nE 's|.*/([^/"]+)", exact: ("[^"]+").*|"identity" : "\\1"\\n"version" : \\2|p' Package.swift \\
      > Package.resolved ;;
esac
""", 0o755)  # fmt: skip
    if complaint:
        assert complaint in rejected(SCRIPTS / "check-reproducible", env=before_others(tmp_path))
    else:
        run(SCRIPTS / "check-reproducible", env=before_others(tmp_path))


@pytest.mark.parametrize(
    ("identity", "state", "complaint"),
    [
        ("swift-nio", '"version" : "2.101.2"', ""),
        ("swift-nio", '"version" : "2.101.3"', "swift-nio 2.101.3"),
        ("swift-new", '"version" : "1.0.0"', "swift-new 1.0.0"),
        ("swift-nio", '"branch" : "main"', "swift-nio"),
    ],
)
def test_a_resolved_package_that_is_not_listed_is_rejected(
    tmp_path: pathlib.Path, identity: str, state: str, complaint: str
) -> None:
    resolved = write(tmp_path / "Package.resolved", f'  "identity" : "{identity}",\n  {state}\n')
    if complaint:
        assert complaint in rejected(SCRIPTS / "check-packages", resolved)
    else:
        run(SCRIPTS / "check-packages", resolved)


def test_a_skipped_test_is_rejected(tmp_path: pathlib.Path) -> None:
    lines = '◇ Test "Counts skipped records" started.\n✔ Test "Counts skipped records" passed.\n'
    log = write(tmp_path / "log", lines)
    run(SCRIPTS / "check-skipped", log)
    write(log, lines + '➜ Suite TLSTests skipped: "nginx and openssl are needed"\n')
    assert "TLSTests" in rejected(SCRIPTS / "check-skipped", log)


@pytest.mark.timeout(3600)  # It builds all sources for fuzzing.
def test_the_fuzzer_finds_an_input_that_only_a_guided_search_finds() -> None:
    output = rejected(SCRIPTS / "fuzz", 60, "gate", seconds=3600)
    for crash in (ROOT / ".build/fuzz-crashes").glob("gate-*"):
        crash.unlink()
    assert "check failed: the input begins with FUZZ" in output


# Counts 1000 instructions per endpoint: --tool=callgrind --callgrind-out-file=FILE PROGRAM WORK ENDPOINTS ROUNDS
COUNTING = r"""#!/bin/sh
printf 'ob=(1) /costs/fabric-costs\nfn=(1) work\n16 %d\n' $(($5 * $6 * 1000 + 5000)) > "${2#*=}"
library=$(($5 * $6 * 5000))
printf 'cob=(2) /lib/libc.so.6\ncfn=(2) memcpy\ncalls=1 0\n17 %d\n' "$library" >> "${2#*=}"
printf 'ob=(2)\nfn=(2)\n0 %d\n' "$library" >> "${2#*=}"
"""
# Fails only for the larger run, which would give a negative count.
HALF = r"""#!/bin/sh
[ "$6" = 1 ] || exit 1
printf 'ob=(1) /x\n1 5\n' > "${2#*=}"
"""


@pytest.mark.skipif(
    platform.machine() != "x86_64" or "avx2" not in pathlib.Path("/proc/cpuinfo").read_text().split(),
    reason="the budget is for x86-64 with AVX2",
)
@pytest.mark.parametrize(
    ("valgrind", "work", "render", "complaint"),
    [
        (COUNTING, "poll", 910, None),
        (COUNTING, "poll", 900, "the maximum is 900 + 10 %"),
        (COUNTING, "other", 1000, "has no entry for poll"),
        ("#!/bin/sh\nexit 1\n", "poll", 910, ""),
        (HALF, "poll", 910, ""),
    ],
    ids=["within", "over", "no entry", "nothing counted", "half counted"],
)
def test_work_over_budget_is_rejected(
    tmp_path: pathlib.Path, valgrind: str, work: str, render: int, complaint: str | None
) -> None:
    write(tmp_path / "bin/valgrind", valgrind, 0o755)
    budget = write(tmp_path / "budget.txt", f"{work} 1000\ndetails 1000\nrecords 1000\nrender {render}\nsearch 1000\n")
    command = SCRIPTS / "check-costs", "--program", "/bin/true", "--budget", budget
    if complaint is None:
        run(*command, env=before_others(tmp_path / "bin"))
    else:
        assert complaint in rejected(*command, env=before_others(tmp_path / "bin"))


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("import Upper", "Lower imports another target (Upper)"),
        ("func lower() { let unused = 1 }", "error: initialization of immutable value 'unused' was never used"),
    ],
    ids=["an undeclared import", "a warning"],
)
def test_a_package_with_the_projects_settings_is_rejected(tmp_path: pathlib.Path, source: str, complaint: str) -> None:
    command = "swift", "build", "--package-path", tmp_path, "--explicit-target-dependency-import-check", "error"
    write(tmp_path / "Package.swift", """// swift-tools-version:6.2
import PackageDescription
let package = Package(
    name: "sample",
    targets: [
        .target(name: "Upper", dependencies: ["Lower"]),
        .target(name: "Lower", swiftSettings: [.treatAllWarnings(as: .error)]),
    ])
""")  # fmt: skip
    write(tmp_path / "Sources/Upper/Upper.swift", "public let upper = 1\n")
    write(tmp_path / "Sources/Lower/Lower.swift", source + "\n")
    assert complaint in rejected(*command, seconds=600)
