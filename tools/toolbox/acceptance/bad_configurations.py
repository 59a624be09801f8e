# SPDX-License-Identifier: Apache-2.0
"""Tables of configurations and flags that must be rejected."""

from __future__ import annotations

import dataclasses

SECRET = "SECRET-TOKEN-VALUE-of-a-bad-file"
ID = "e935d0ef-f4eb-4b95-aff1-9d33ae9f57a6"
HERE = "  # here"

GOOD = f"""\
poll:
  interval: 60s
metrics:
  endpoint_details: problems
sources:
  - name: prod
    region: cn-north-4
    base_url: http://127.0.0.1:9
    auth:
      token: {SECRET}
    workspaces:
      - id: {ID}
        name: analytics
"""
POLL = "  interval: 60s"
METRICS = "  endpoint_details: problems"
AUTH = f"    auth:\n      token: {SECRET}"
TOKEN = f"      token: {SECRET}"
SPACES = f"    workspaces:\n      - id: {ID}\n        name: analytics"
NAME = "        name: analytics"
URL = "    base_url: http://127.0.0.1:9"
SOURCES = GOOD[GOOD.index("sources:\n") :].rstrip("\n")


@dataclasses.dataclass(frozen=True)
class BadFile:
    """Replaces `old` in the good file by `new`. The message must name the path, and the line marked `# here`."""

    title: str
    path: str
    old: str
    new: str
    hint: str = ""

    def text(self) -> str:
        return GOOD.replace(self.old, self.new)

    def line(self) -> int | None:
        lines = [number for number, line in enumerate(self.text().split("\n"), 1) if line.endswith(HERE)]
        return lines[0] if lines else None


def poll(title: str, key: str, value: str) -> BadFile:
    return BadFile(title, f"poll.{key}", POLL, f"{POLL}\n  {key}: {value}{HERE}")


S, A, W = "sources[0]", "sources[0].auth", "sources[0].workspaces[0]"

FILES: tuple[BadFile, ...] = (
    BadFile("unknown key at the top level", "pol", "poll:", f"pol:{HERE}", "poll"),
    BadFile("unknown key of poll", "poll.intervall", POLL, f"  intervall: 60s{HERE}", "interval"),
    BadFile("unknown key of metrics", "metrics.endpoint_detail", METRICS,
            f"  endpoint_detail: all{HERE}", "endpoint_details"),
    BadFile("unknown key of a source", f"{S}.base_ur", URL, f"    base_ur: http://127.0.0.1:9{HERE}", "base_url"),
    BadFile("unknown key of auth", f"{A}.tokn", TOKEN, f"      tokn: {SECRET}{HERE}", "token"),
    BadFile("unknown key of a workspace", f"{W}.nam", NAME, f"        nam: analytics{HERE}", "name"),
    BadFile("unknown key of a filter", f"{W}.filter.status", NAME,
            f"{NAME}\n        filter:\n          status: RUNNING{HERE}"),
    BadFile("unknown key of tls", f"{S}.tls.ca", URL, f"{URL}\n    tls: {{ca: x}}{HERE}"),
    BadFile("unknown key of discovery", f"{S}.discovery.every", URL, f"{URL}\n    discovery: {{every: 5m}}{HERE}"),
    BadFile("poll is a number", "poll", f"poll:\n{POLL}", f"poll: 5{HERE}"),
    BadFile("metrics is a list", "metrics", f"metrics:\n{METRICS}", f"metrics: [all]{HERE}"),
    BadFile("sources is a string", "sources", SOURCES, f"sources: none{HERE}"),
    BadFile("sources is empty", "sources", SOURCES, f"sources: []{HERE}"),
    BadFile("sources is missing", "sources", SOURCES, ""),
    BadFile("a source is a string", S, SOURCES, f"sources:\n  - prod{HERE}"),
    BadFile("interval is a string", "poll.interval", POLL, f"  interval: soon{HERE}"),
    BadFile("interval has no unit", "poll.interval", POLL, f"  interval: 60{HERE}"),
    BadFile("interval is zero", "poll.interval", POLL, f"  interval: 0s{HERE}"),
    BadFile("interval is negative", "poll.interval", POLL, f"  interval: -5s{HERE}"),
    BadFile("interval has an unknown unit", "poll.interval", POLL, f"  interval: 5fortnights{HERE}"),
    poll("timeout is zero", "timeout", "0s"),
    poll("stale_after below twice the interval", "stale_after", "119s"),
    poll("concurrency is zero", "concurrency", "0"),
    poll("concurrency is a string", "concurrency", "many"),
    poll("concurrency is a list", "concurrency", "[16]"),
    poll("requests_per_second is negative", "requests_per_second", "-1"),
    poll("retries is negative", "retries", "-1"),
    poll("page_size is zero", "page_size", "0"),
    poll("page_size above the API's maximum", "page_size", "101"),
    poll("page_size is not an integer", "page_size", "1.5"),
    poll("max_endpoints is negative", "max_endpoints", "-1"),
    poll("max_response_bytes is negative", "max_response_bytes", "-1"),
    BadFile("unknown endpoint_details", "metrics.endpoint_details", METRICS,
            f"  endpoint_details: some{HERE}", "problems"),
    BadFile("max_endpoint_details is negative", "metrics.max_endpoint_details", METRICS,
            f"{METRICS}\n  max_endpoint_details: -1{HERE}"),
    BadFile("max_label_values is zero", "metrics.max_label_values", METRICS, f"{METRICS}\n  max_label_values: 0{HERE}"),
    BadFile("no auth", A, AUTH + "\n", ""),
    BadFile("an empty auth", A, AUTH, f"    auth: {{}}{HERE}"),
    BadFile("two kinds of auth", A, TOKEN, f"{TOKEN}\n      environment: {{}}"),
    BadFile("two tokens", A, TOKEN, f"{TOKEN}\n      token_file: token"),
    BadFile("token is a list", f"{A}.token", TOKEN, f"      token: [{SECRET}]{HERE}"),
    BadFile("token is a mapping", f"{A}.token", TOKEN, f"      token: {{{SECRET}: 1}}{HERE}"),
    BadFile("token_file is missing", f"{A}.token_file", TOKEN, f"      token_file: no-such-file{HERE}", "no-such-file"),
    BadFile("password without user", f"{A}.password.user", TOKEN,
            f"      password: {{domain: d, password: {SECRET}}}{HERE}"),
    BadFile("access key without secret", f"{A}.access_key", TOKEN, f"      access_key: {{id: {SECRET}}}{HERE}"),
    BadFile("an agency with a token", f"{A}.assume_agency", TOKEN,
            f"{TOKEN}\n      assume_agency: {{agency: a, domain: d}}{HERE}"),
    BadFile("an agency with too short a duration", f"{A}.assume_agency.duration", TOKEN,
            f"      access_key: {{id: a, secret: {SECRET}}}\n"
            f"      assume_agency: {{agency: a, domain: d, duration: 5m}}{HERE}"),
    BadFile("an unset variable", f"{A}.token", TOKEN, f"      token: ${{UNSET_VARIABLE_OF_THE_SUITE}}{HERE}",
            "UNSET_VARIABLE_OF_THE_SUITE"),
    BadFile("workspace id too long", f"{W}.id", f"- id: {ID}", f"- id: {'a' * 37}{HERE}"),
    BadFile("workspace id with an underscore", f"{W}.id", f"- id: {ID}", f"- id: a_b{HERE}"),
    BadFile("workspace id empty", f"{W}.id", f"- id: {ID}", f'- id: ""{HERE}'),
    BadFile("workspace id missing", f"{W}.id", f"- id: {ID}\n        name", "- name"),
    BadFile("workspace twice", "sources[0].workspaces[1].id", NAME, f"{NAME}\n      - id: {ID}"),
    BadFile("duplicate source name", "sources[1].name", SOURCES,
            SOURCES + "\n" + SOURCES.removeprefix("sources:\n").replace(ID, "another-id")),
    BadFile("a key twice", "poll.interval", POLL, f"{POLL}\n{POLL}"),
    BadFile("neither workspaces nor discovery", S, SPACES, ""),
    BadFile("workspaces is a string", f"{S}.workspaces", SPACES, f"    workspaces: all{HERE}"),
    BadFile("base_url with an unsupported scheme", f"{S}.base_url", URL, f"    base_url: ftp://127.0.0.1{HERE}"),
    BadFile("base_url without scheme", f"{S}.base_url", URL, f"    base_url: fabric.example.com{HERE}"),
    BadFile("unknown visibility", f"{W}.filter.visibility", NAME,
            f"{NAME}\n        filter:\n          visibility: SOME{HERE}", "PRIVATE"),
    BadFile("invalid regular expression", f"{S}.discovery.include", URL,
            f"{URL}\n    discovery:\n      include: '('{HERE}"),
    BadFile("discovery interval is a string", f"{S}.discovery.interval", URL,
            f"{URL}\n    discovery:\n      interval: often{HERE}"),
    BadFile("obsolete TLS version", f"{S}.tls.min_version", URL, f"{URL}\n    tls:\n      min_version: TLS10{HERE}"),
    BadFile("a missing CA file", f"{S}.tls.ca_file", URL, f"{URL}\n    tls:\n      ca_file: no-ca{HERE}"),
    BadFile("insecure_skip_verify is a string", f"{S}.tls.insecure_skip_verify", URL,
            f"{URL}\n    tls:\n      insecure_skip_verify: perhaps{HERE}"),
)  # fmt: skip

# Files that are invalid as a whole, so that the message has no path.
BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join(['*' + before] * 10)}]\n" for before, name in zip("abcdefg", "bcdefgh", strict=True)
)
UNREADABLE = {
    "an open bracket": GOOD.replace(POLL, "  interval: [60s").encode(),
    "a tab as indentation": GOOD.replace(POLL, "\tinterval: 60s").encode(),
    "invalid UTF-8": GOOD.replace("analytics", "anal\udcff\udcfe").encode("utf-8", "surrogateescape"),
    "exponential aliases": (BOMB + GOOD).encode(),
    "an undefined alias": GOOD.replace("analytics", "*nowhere").encode(),
    "a list at the top level": b"- poll\n- sources\n",
    "an empty file": b"",
}

# Three errors in one file, all of which must be reported.
SEVERAL = (
    GOOD.replace(POLL, "  interval: soon").replace(METRICS, "  endpoint_details: some").replace(ID, "a_b"),
    ("poll.interval", "metrics.endpoint_details", f"{W}.id"),
)

GOOD_FILE = ("--config.file", "good.yaml")

# Arguments, and a part of the message.
FLAGS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("serve", "--bogus"), "bogus"),
    (("frobnicate",), "frobnicate"),
    (("serve", *GOOD_FILE, "superfluous"), "superfluous"),
    (("serve", "--config.file"), "config.file"),
    (("serve", "--config.file", "missing.yaml"), "missing.yaml"),
    (("check", "--config.file", "missing.yaml"), "missing.yaml"),
    (("once", "--config.file", "missing.yaml"), "missing.yaml"),
    (("serve",), "--config.file"),
    (("once",), "--config.file"),
    (("serve", "--region", "cn-north-4", "--workspace", "bad_id!", "--token-file", "token"), "bad_id!"),
    (("check", "--region", "cn-north-4", "--workspace", "a", "--token-file", "no-such-file"), "no-such-file"),
    (("serve", "--region", "cn-north-4", "--workspace", "a", "--token-file", "."), "a directory"),
    (("once", *GOOD_FILE, "--format", "xml"), "xml"),
    (("metrics", "--format", "xml"), "xml"),
    (("serve", *GOOD_FILE, "--log.level", "loud"), "loud"),
    (("serve", *GOOD_FILE, "--log.format", "xml"), "xml"),
    (("serve", *GOOD_FILE, "--shard", "3/2"), "3/2"),
    (("serve", *GOOD_FILE, "--shard", "2/2"), "2/2"),
    (("serve", *GOOD_FILE, "--shard", "0/0"), "0/0"),
    (("serve", *GOOD_FILE, "--shard", "one"), "one"),
    (("serve", *GOOD_FILE, "--web.listen-address", "127.0.0.1:99999"), "99999"),
    (("serve", *GOOD_FILE, "--web.listen-address", "127.0.0.1:http?"), "http?"),
    (("serve", *GOOD_FILE, "--web.max-requests", "many"), "many"),
    (("serve", *GOOD_FILE, "--web.max-requests", "-1"), "-1"),
    (("serve", *GOOD_FILE, "--web.telemetry-path", "metrics"), "telemetry-path"),
    (("serve", *GOOD_FILE, "--web.external-url", "ftp://x"), "ftp"),
    (("serve", *GOOD_FILE, "--web.config.file", "no-web.yaml"), "no-web.yaml"),
)
