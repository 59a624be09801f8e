# SPDX-License-Identifier: Apache-2.0
"""Writes RunbookTexts.swift, the runbooks that the exporter serves, from the Markdown files."""

import argparse
import html
import itertools
import pathlib
import re
import sys
import urllib.parse
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from toolbox.docs.markdown import anchor
from toolbox.shared.processes import ROOT

DASHBOARDS = ROOT / "dashboards"
TEXTS = ROOT / "Sources/WebServer/Runbooks/RunbookTexts.swift"
# Endings of the files by language.
LANGUAGES = {"en": ".md", "zh": ".zh.md"}
# The headings of the sections of the README that the page of all runbooks shows.
OVERVIEW = {"en": ("Alerts", "Runbooks"), "zh": ("告警", "处置手册")}
HEADER = """\
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/generate-runbooks from dashboards/runbooks and dashboards/README.md; edit those.
// swift-format-ignore-file

"""

Environment = MutableMapping[str, Any]


class Page(NamedTuple):
    """A document in HTML: its title, body and anchors, and the addresses of its links to other pages."""

    title: str
    body: str
    anchors: set[str]
    links: list[tuple[str, str]]


class Renderer(RendererHTML):
    """Renders a page. Raw HTML is shown as text; only links that lead somewhere on the server remain links."""

    def __init__(self, parser: Any = None) -> None:
        super().__init__(parser)
        # The columns of the current table, and the number of cells in the current row.
        self.titles: list[str] = []
        self.column = 0

    def heading_open(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: Environment) -> str:
        env["heading"] = plain(tokens[index + 1])
        name = anchor(env["heading"])
        env["anchors"].add(name)
        return f'<{tokens[index].tag} id="{name}">'

    def link_open(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: Environment) -> str:
        address = self._address(str(tokens[index].attrs["href"]), env)
        env["open"].append(address is not None)
        return f'<a href="{address}">' if address else ""

    def link_close(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: Environment) -> str:
        return "</a>" if env["open"].pop() else ""

    def fence(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: Environment) -> str:
        # Focusable, because a long line scrolls horizontally and must be scrollable by keyboard.
        return super().fence(tokens, index, options, env).replace("<pre>", '<pre tabindex="0">', 1)

    def table_open(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: Environment) -> str:
        self.titles = []
        label = html.escape(env["heading"])
        return f'<div class="scroll" role="region" aria-label="{label}" tabindex="0"><table>\n'

    def table_close(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: Environment) -> str:
        return "</table></div>\n"

    def tr_open(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: Environment) -> str:
        self.column = 0
        return "<tr>"

    def th_open(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: Environment) -> str:
        self.titles.append(plain(tokens[index + 1]))
        return '<th scope="col">'

    def td_open(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: Environment) -> str:
        self.column += 1
        # The first cell is the header of its row. Alerts link to the row of their reason.
        if self.column == 1 and self.titles[0] == "reason":
            name = anchor(plain(tokens[index + 1]))
            env["anchors"].add(name)
            return f'<th scope="row" id="{name}">'
        if self.column == 1:
            return '<th scope="row">'
        return f'<td class="text" data-title="{html.escape(self.titles[self.column - 1])}">'

    def td_close(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: Environment) -> str:
        return "</th>" if self.column == 1 else "</td>"

    def _address(self, target: str, env: Environment) -> str | None:
        """Returns the address of a link on the server; None if the server does not have the document."""
        language = env["language"]
        path, _, fragment = urllib.parse.unquote(target).partition("#")
        name = path.removeprefix("runbooks/").removesuffix(LANGUAGES[language])
        if path and "/" not in name and name != path:
            env["links"].append((name, fragment))
            # The language is fixed, because anchors differ between languages.
            return f"{name}?lang={language}" + target.removeprefix(path)
        if not path:
            env["links"].append(("", fragment))
            return target
        return target if re.match(r"https?://", target) else None


PARSER = MarkdownIt("commonmark", {"html": False}, renderer_cls=Renderer).enable("table")


def plain(inline: Token) -> str:
    return "".join(token.content for token in inline.children or () if token.type in ("text", "code_inline"))


def render(tokens: list[Token], language: str) -> Page:
    """Renders a document that begins with a heading, which is its title."""
    title = plain(tokens[1])
    environment: Environment = {"language": language, "heading": title, "anchors": set[str](), "links": [], "open": []}
    body = PARSER.renderer.render(tokens[3:], PARSER.options, environment)
    return Page(title, body, environment["anchors"], environment["links"])


def runbook(text: str, language: str) -> Page:
    """Renders a runbook without the link to the other language, which follows its title."""
    tokens = PARSER.parse(text)
    if not re.fullmatch(r"\[\w+\]\(\w+(?:\.zh)?\.md\)", tokens[4].content):
        raise ValueError(f"{plain(tokens[1])}: has no link to the other language")
    return render(tokens[:3] + tokens[6:], language)


def overview(text: str, language: str) -> Page:
    """Renders the table of alerts in the README of the dashboards, and its section on the runbooks."""
    tokens = PARSER.parse(text)
    headings = [place for place, token in enumerate(tokens) if token.type == "heading_open"] + [len(tokens)]
    sections = {plain(tokens[start + 1]): tokens[start:end] for start, end in itertools.pairwise(headings)}
    alerts, runbooks = (sections[heading] for heading in OVERVIEW[language])
    first, last = (next(place for place, token in enumerate(alerts) if token.type == f"table_{end}")
                   for end in ("open", "close"))  # fmt: skip
    return render(alerts[:3] + alerts[first : last + 1] + runbooks, language)


def check_links(pages: Mapping[str, Mapping[str, Page]]) -> None:
    """Raises an error for a link to a runbook or an anchor that does not exist."""
    for name, languages in pages.items():
        for language, page in languages.items():
            for target, fragment in page.links:
                other = pages.get(target or name)
                if not other or (fragment and fragment not in other[language].anchors):
                    raise ValueError(f"{name}{LANGUAGES[language]}: {target}#{fragment} does not exist")


def literal(text: str) -> str:
    assert '"""#' not in text
    assert "\\#" not in text
    return '#"""\n' + "".join(f"{line}\n" if line else "\n" for line in text.rstrip("\n").split("\n")) + '"""#'


def member(name: str) -> str:
    short = name.removeprefix("DataArtsFabric")
    return short[0].lower() + short[1:]


def generated(folder: pathlib.Path = DASHBOARDS) -> str:
    names = sorted(path.name.removesuffix(".zh.md") for path in (folder / "runbooks").glob("*.zh.md"))
    pages = {
        name: {
            language: runbook((folder / "runbooks" / (name + ending)).read_text("utf-8"), language)
            for language, ending in LANGUAGES.items()
        }
        for name in names
    }
    overviews = {
        language: overview((folder / f"README{ending}").read_text("utf-8"), language)
        for language, ending in LANGUAGES.items()
    }
    check_links({**pages, "README": overviews})
    text = HEADER + "extension RunbookText {\n"
    text += "    /// All runbooks, in alphabetical order.\n"
    text += "    static let all = [\n" + "".join(f"        {member(name)},\n" for name in names) + "    ]\n\n"
    text += "    /// The page of all runbooks.\n"
    text += f"    static let overview = Body(\n        english: {literal(overviews['en'].body)},\n"
    text += f"        chinese: {literal(overviews['zh'].body)})\n"
    for name, languages in pages.items():
        alerts = re.split(r", |、", languages["en"].title)
        if alerts != re.split(r", |、", languages["zh"].title) or alerts[0] != name:
            raise ValueError(f"{name}: the titles must name the same alerts, beginning with {name}")
        listed = ", ".join(f'"{alert}"' for alert in alerts)
        text += f"\n    private static let {member(name)} = RunbookText(\n        alerts: [{listed}],\n"
        text += "        body: Body(\n"
        text += f"            english: {literal(languages['en'].body)},\n"
        text += f"            chinese: {literal(languages['zh'].body)}))\n"
    return text + "}\n"


def main() -> str | None:
    parser = argparse.ArgumentParser(prog="generate-runbooks", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the file is not current")
    parser.add_argument("file", nargs="?", type=pathlib.Path, default=TEXTS)
    arguments = parser.parse_args()
    if not arguments.check:
        arguments.file.write_text(generated(), "utf-8")
    elif arguments.file.read_text("utf-8") != generated():
        return f"generate-runbooks: {arguments.file} is not current; run scripts/generate-runbooks"
    return None


if __name__ == "__main__":
    sys.exit(main())
