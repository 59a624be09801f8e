# SPDX-License-Identifier: Apache-2.0
"""Fails on words and phrases of words.txt in names, comments, string literals and documents.

Prints file:line, the phrase, and its replacement. Reads the tracked files of FOLDER (default: the project), or
all files if FOLDER is not a clone. Skips words.txt, CHANGELOG.md, and texts of other projects (licenses, schemas,
vendored sources).
"""

import argparse
import pathlib
import re
import subprocess
import sys
from collections.abc import Iterator

from toolbox.shared.processes import ROOT

WORDS = pathlib.Path(__file__).with_name("words.txt")
SKIPPED = re.compile(
    r"(?:.*/words\.txt|CHANGELOG\.md|LICENSE|packaging/debian/copyright|.*/schemas/.*|Sources/CFabricJSON/simdjson/.*"
    r"|fuzz/(?:Corpus|Dictionaries)/.*|.*/Package\.resolved|.*\.(?:png|jpg|gz|pem|der|svg))"
)
C_LIKE = {".swift", ".c", ".cpp", ".h", ".hpp", ".js"}
C_TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|\#*"""(?:\\.|.)*?"""\#*|\#"(?:[^\n])*?"\#|"(?:\\.|[^"\\\n])*"', re.DOTALL)
PYTHON_TOKEN = re.compile(
    r"\"\"\"(?:\\.|.)*?\"\"\"|'''(?:\\.|.)*?'''|\"(?:\\.|[^\"\\])*?\"|'(?:\\.|[^'\\\n])*'|(?<![\w$])\#[^\n]*", re.DOTALL
)
# The first line of a doc comment.
C_START = re.compile(r"^[ \t]*///[ \t]*(.*)(?:\n[ \t]*///.*)*", re.MULTILINE)
PYTHON_START = re.compile(r'^ *"""(.*)', re.MULTILINE)
WORD = re.compile(r"[a-z]+")
NAME_OR_END = re.compile(r"[A-Za-z_][A-Za-z0-9_]{3,}|\n")
HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9\n]+")
# Line ends with the markers of comments, string literals and lists around them, so that a phrase may span lines.
WRAP = re.compile(r"[ \t]*(?:\\?[\"'])?[ \t]*\n[ \t]*(?:(?:///?|\#|\*|>|[rfbu]{0,2}[\"'])[ \t]*)?")
MARKDOWN_CODE = re.compile(r"^([ \t]*)(`{3,}|~{3,})[^\n]*\n.*?^[ \t]*\2[ \t]*$|`[^`\n]*`", re.DOTALL | re.MULTILINE)
TITLE = re.compile(
    r"\"(?:title|legendFormat|displayName|label|text|noValue)\": \"((?:\\.|[^\"\\])*)\""
    r"|<(?:h\d|th|title)\b[^>]*>([^<]*)<"
)
HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t]*$", re.MULTILINE)
TABLE_HEADER = re.compile(r"^\|([^\n]*)\|[ \t]*\n\|[ \t:|-]+\|[ \t]*$", re.MULTILINE)
CHINESE = "\u3000-\u303f\u4e00-\u9fff\uff00-\uffef"
CHINESE_BREAK = re.compile(rf"(?<=[{CHINESE}])\n[ \t]*(?=[{CHINESE}])(?![（(#|>-])")

Parts = list[tuple[int, str]]


class Text:
    """Text in lower case, also as one line of the same length."""

    def __init__(self, text: str) -> None:
        self.lower = text.lower()
        self.line = self.lower.replace("\n", " ")
        self.words = set(WORD.findall(self.line))


class Rule:
    """A phrase to reject: its class, context, pattern and replacement."""

    def __init__(self, kind: str, line: str) -> None:
        self.kind = kind
        phrase, _, self.replacement = line.partition(" -> ")
        context = re.match(r"(name|word|prose|title|start|zh): ", phrase)
        self.context = context[1] if context else "any"
        phrase = phrase[context.end() :] if context else phrase
        # A text without all of these has no match.
        self.words = set[str]()
        if phrase.startswith("/"):
            source = phrase[1:-1]
        else:
            parts = [part.strip() for part in phrase.lower().split("...")]
            source = ".{0,40}".join(re.escape(part) for part in parts)
            if self.context == "title":
                source += "[.?]?"
            elif self.context != "zh":
                source = (r"\b" if source[0].isalnum() else "") + source + (r"\b" if source[-1].isalnum() else "")
                self.words = set(WORD.findall(" ".join(parts)))
        if self.context == "title":
            source = rf"(?:{source})\Z"
        elif self.context == "word":
            source = rf"(?<![a-z])(?:{source})(?![a-z])"
        self.pattern = re.compile(source)

    def find(self, text: Text) -> Iterator[tuple[int, str]]:
        """Yields line and text of each match."""
        if self.words <= text.words:
            for match in self.pattern.finditer(text.line):
                yield text.lower.count("\n", 0, match.start()) + 1, match[0]


def read_rules() -> tuple[list[Rule], dict[str, tuple[str, str]]]:
    """Returns the rules, and for each class the file name and text of its sample."""
    rules, samples, kind = list[Rule](), dict[str, tuple[str, str]](), ""
    for line in WORDS.read_text("utf-8").splitlines():
        if line.startswith("["):
            kind = line.strip("[]")
        elif line.startswith("sample "):
            file, _, text = line.removeprefix("sample ").partition(": ")
            samples[kind] = file, text
        elif line and not line.startswith("#"):
            rules.append(Rule(kind, line))
    return rules, samples


BROKEN = Rule(
    "chinese", "zh: a line break in a sentence -> one line per sentence; browsers render the break as a space"
)


def split_source(text: str, token: re.Pattern[str]) -> tuple[str, str]:
    """Returns the comments and string literals, joined by separators, and the rest; both keep all newlines."""
    prose, code, position = [], [], 0
    for match in token.finditer(text):
        between = text[position : match.start()]
        code += [between, "\n" * match[0].count("\n")]
        # A comment or literal that directly follows another one continues it; anything else in between separates them.
        prose += [re.sub(r"[^\n]+", lambda gap: " \0 " if gap[0].strip() else gap[0], between), match[0]]
        position = match.end()
    return "".join(prose), "".join([*code, text[position:]])


def blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


def found(pattern: re.Pattern[str], text: str) -> Parts:
    """Returns the first group of each match that has one, with its line."""
    return [
        (text.count("\n", 0, match.start()) + 1, group.strip())
        for match in pattern.finditer(text)
        if (group := next(filter(None, match.groups()), None))
    ]


def hits(path: pathlib.Path, text: str, rules: list[Rule]) -> Iterator[tuple[int, str, Rule]]:
    """Yields (line, matched text, rule) for the file `path`."""
    prose, code, starts, titles = text, "", Parts(), found(TITLE, text)
    if path.suffix in C_LIKE:
        prose, code = split_source(text, C_TOKEN)
        starts = found(C_START, text)
    elif path.suffix == ".py":
        prose, code = split_source(text, PYTHON_TOKEN)
        starts = found(PYTHON_START, text)
    plain = prose
    if path.suffix == ".md":
        plain = MARKDOWN_CODE.sub(blank, text)
        titles += found(HEADING, text)
        titles += [(line, cell.strip()) for line, cells in found(TABLE_HEADER, text) for cell in cells.split("|")]
        for match in CHINESE_BREAK.finditer(plain):
            yield plain.count("\n", 0, match.start()) + 1, "line break in a Chinese sentence", BROKEN
    names = Text(" \0 ".join(HUMP.sub(" ", name) for name in (str(path), *NAME_OR_END.findall(code))))
    whole, bare = (Text(WRAP.sub("\n", part)) for part in (prose, plain))
    searched = {"any": [whole, names], "word": [whole, names], "name": [names], "prose": [bare]}
    if ".zh." in path.name:
        searched["zh"] = [whole]
    phrases = {"title": titles, "start": starts}
    for rule in rules:
        for part in searched.get(rule.context, ()):
            for line, phrase in rule.find(part):
                yield line, phrase, rule
        for number, phrase in phrases.get(rule.context, ()):
            if rule.pattern.match(phrase.lower()):
                yield number, phrase, rule


def files_of(folder: pathlib.Path) -> list[pathlib.Path]:
    if (folder / ".git").exists():
        listed = subprocess.run(["git", "-C", folder, "ls-files", "-z"], check=True, capture_output=True, text=True)
        return [pathlib.Path(name) for name in listed.stdout.split("\0") if name]
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def problems(folder: pathlib.Path) -> Iterator[str]:
    """Yields the hits in all files of `folder`."""
    rules, _ = read_rules()
    for path in files_of(folder):
        file = folder / path
        if SKIPPED.fullmatch(str(path)) or not file.is_file() or file.is_symlink():
            continue
        try:
            text = file.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        for line, phrase, rule in sorted(hits(path, text, rules), key=lambda hit: hit[0]):
            yield f'{path}:{line}: "{phrase.strip()}" ({rule.kind}): write {rule.replacement}'


def main() -> int:
    parser = argparse.ArgumentParser(prog="lint-words", description=__doc__)
    parser.add_argument("folder", metavar="FOLDER", nargs="?", type=pathlib.Path, default=ROOT)
    count = 0
    for problem in problems(parser.parse_args().folder):
        print(problem, file=sys.stderr)
        count += 1
    if count:
        print(f"lint-words: {count} hits; {WORDS.relative_to(ROOT)} has the rules", file=sys.stderr)
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
