# SPDX-License-Identifier: Apache-2.0
"""A good configuration, and bad ones that differ from it in one place, each with an error that a schema can express."""

ID = "e935d0ef-f4eb-4b95-aff1-9d33ae9f57a6"
POLL = "  interval: 60s"
METRICS = "  endpoint_details: problems"
URL = "    base_url: http://127.0.0.1:9"
TOKEN = "      token: SECRET-TOKEN-VALUE-of-a-bad-file"
AUTH = f"    auth:\n{TOKEN}"
NAME = "        name: analytics"
SPACES = f"    workspaces:\n      - id: {ID}\n{NAME}"
SOURCES = f"sources:\n  - name: prod\n    region: cn-north-4\n{URL}\n{AUTH}\n{SPACES}"
GOOD = f"poll:\n{POLL}\nmetrics:\n{METRICS}\n{SOURCES}\n"

# What replaces each part of the good file.
WRONG = {
    "poll:": ["pol:"],
    f"poll:\n{POLL}": ["poll: 5"],
    POLL: [
        "  intervall: 60s",
        *(f"  interval: {value}" for value in ("soon", "60", "-5s", "5fortnights")),
        *(
            f"{POLL}\n  {setting}"
            for setting in (
                "concurrency: 0", "concurrency: many", "concurrency: [16]", "requests_per_second: -1", "retries: -1",
                "page_size: 0", "page_size: 101", "page_size: 1.5", "max_endpoints: -1", "max_response_bytes: -1",
            )
        ),
    ],
    f"metrics:\n{METRICS}": ["metrics: [all]"],
    METRICS: [
        "  endpoint_detail: all", "  endpoint_details: some", f"{METRICS}\n  max_endpoint_details: -1",
        f"{METRICS}\n  max_label_values: 0",
        *(
            f"{METRICS}\nprices: {prices}"
            for prices in (
                "{}", "{currency: CNY, per_hour: []}", "{currency: yuan, per_hour: [{unit: mu, price: 1}]}",
                "{currency: CNY, per_hour: [{unit: gpu, price: 1}]}",
                "{currency: CNY, per_hour: [{unit: mu, price: -1}]}",
                "{currency: CNY, per_hour: [{unit: mu, price: .inf}]}",
                "{currency: CNY, per_hour: [{unit: mu, price: 1, spec: a1x}]}",
            )
        ),
    ],
    SOURCES: ["sources: none", "sources: []", "", "sources:\n  - prod"],
    URL: [
        "    base_ur: http://127.0.0.1:9", "    base_url: ftp://127.0.0.1", "    base_url: fabric.example.com",
        *(
            f"{URL}\n    {setting}"
            for setting in (
                "tls: {ca: x}", "tls: {min_version: TLS10}", "tls: {insecure_skip_verify: perhaps}",
                "discovery: {every: 5m}", "discovery: {interval: often}",
            )
        ),
    ],
    AUTH: ["", "    auth: {}"],
    TOKEN: [
        "      tokn: a", f"{TOKEN}\n      environment: {{}}", f"{TOKEN}\n      token_file: token",
        "      token: [a]", "      token: {a: 1}", "      password: {domain: d, password: a}",
        "      access_key: {id: a}",
    ],
    SPACES: ["", "    workspaces: all"],
    f"- id: {ID}\n        name": ["- name"],
    f"- id: {ID}": [f"- id: {'a' * 37}", "- id: a_b", '- id: ""'],
    NAME: [
        "        nam: analytics", f"{NAME}\n        filter: {{status: RUNNING}}",
        f"{NAME}\n        filter: {{visibility: SOME}}",
    ],
}  # fmt: skip
BAD = [GOOD.replace(part, wrong) for part, replacements in WRONG.items() for wrong in replacements]
