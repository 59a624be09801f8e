# SPDX-License-Identifier: Apache-2.0
"""The exporter serves the runbook of every alert at the address that the documented steps put into the rules."""

import html
import json
import pathlib
import re
import shutil
from collections.abc import Iterator

import pytest
import yaml

from toolbox.alerts import runbooks
from toolbox.shared.exporter import Exporter, Running
from toolbox.shared.processes import ROOT, attempt, run

DASHBOARDS = ROOT / "dashboards"
SCRIPT = ROOT / "scripts/generate-runbooks"
LINE = re.compile(r"^sed -i 's\|(.+)\|(.+)\|' (.+)$", re.MULTILINE)


@pytest.fixture(scope="module")
def running(exporter: Exporter) -> Iterator[Running]:
    with exporter.serve(command="demo") as running:
        running.ready(30)
        yield running


@pytest.fixture(params=["README.md", "README.zh.md"])
def copies(request: pytest.FixtureRequest, running: Running, tmp_path: pathlib.Path) -> pathlib.Path:
    """Copies of the files after the command of the README, with the address of the running exporter."""
    found = LINE.search((DASHBOARDS / request.param).read_text("utf-8"))
    assert found
    for path in (*DASHBOARDS.glob("*/*.yaml"), *DASHBOARDS.glob("grafana/*.json")):
        shutil.copy(path, tmp_path)
    command = found[0].replace(found[2], f"http://{running.address}/runbooks/")
    run("sh", "-c", f"{command} alerts-textfile.yaml prometheus-rule.yaml", cwd=tmp_path)
    assert set(found[3].split()) == {path.name for path in DASHBOARDS.glob("*/*") if is_listed(path, found[1])}
    return tmp_path


def is_listed(path: pathlib.Path, address: str) -> bool:
    """Returns whether the README's command names the file: it has the address, and is not generated for others."""
    generated = ("alerts-textfile.yaml", "prometheus-rule.yaml")
    return path.suffix in (".yaml", ".json") and path.name not in generated and address in path.read_text("utf-8")


def addresses(text: str) -> Iterator[tuple[str, str]]:
    """Yields each alert of a rule file with the address of its runbook."""
    document = yaml.safe_load(text)
    for group in document.get("spec", document)["groups"]:
        for rule in group["rules"]:
            if "alert" in rule:
                yield rule["alert"], rule["annotations"]["runbook_url"]


@pytest.mark.parametrize("file", ["alerts.yaml", "alerts-textfile.yaml", "prometheus-rule.yaml"])
def test_every_alert_leads_to_its_runbook_in_both_languages(running: Running, copies: pathlib.Path, file: str) -> None:
    found = list(addresses((copies / file).read_text("utf-8")))
    assert len(found) > 20
    for alert, address in found:
        path = address.removeprefix(f"http://{running.address}").partition("#")[0]
        assert path.startswith("/runbooks/")
        for language, heading in (("en", "Mitigation"), ("zh", "处置")):
            for target, headers in (
                (f"{path}?lang={language}", {}),
                (path, {"Accept-Language": f"{language},x;q=0.5"}),
            ):
                response = running.fetch(target, headers=headers)
                assert response.status == 200
                title = re.findall(r"<h1>(.+)</h1>", response.text)
                assert len(title) == 1
                assert alert in re.split(", |、", html.unescape(title[0]))
                assert f">{heading}</h2>" in response.text


def test_dashboards_have_the_address(running: Running, copies: pathlib.Path) -> None:
    for name in ("overview", "workspace"):
        variables = json.loads((copies / f"{name}.json").read_text("utf-8"))["templating"]["list"]
        assert [each["query"] for each in variables if each["name"] == "runbooks"] == [
            f"http://{running.address}/runbooks/"
        ]


def test_served_texts_are_current_and_others_are_not(tmp_path: pathlib.Path) -> None:
    run(SCRIPT, "--check")
    other = tmp_path / "RunbookTexts.swift"
    other.write_text(runbooks.TEXTS.read_text("utf-8").replace("severity", "level"), "utf-8")
    status, output = attempt(SCRIPT, "--check", other)
    assert status == 1
    assert "is not current" in output


def test_html_in_a_runbook_becomes_text_and_only_served_documents_are_links() -> None:
    text = "<b>x</b> [a](B.md#c) [b](../README.md) [c](#heading) [d](javascript:x)"
    page = runbooks.runbook(f"# A\n\n[中文](A.zh.md)\n\n## Heading\n\n{text}\n", "en")
    assert (page.title, page.anchors, page.links) == ("A", {"heading"}, [("B", "c"), ("", "heading")])
    assert page.body == (
        '<h2 id="heading">Heading</h2>\n<p>&lt;b&gt;x&lt;/b&gt; <a href="B?lang=en#c">a</a> b '
        '<a href="#heading">c</a> [d](javascript:x)</p>\n'
    )


def test_a_dead_link_is_refused() -> None:
    page = runbooks.Page("A", "", set(), [("B", "none")])
    with pytest.raises(ValueError, match=r"A\.md: B#none does not exist"):
        runbooks.check_links({"A": {"en": page}, "B": {"en": page._replace(links=[])}})
