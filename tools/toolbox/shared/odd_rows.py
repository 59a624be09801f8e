# SPDX-License-Identifier: Apache-2.0
"""Malformed and unusual rows; each function returns one kind."""

import copy
import datetime
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from toolbox.shared.json_text import Literal

Row = dict[str, Any]
Base = Callable[[int], Row]
Path = tuple[str | int, ...]

TRICKY_NAMES = (
    'say "hello"',
    "back\\slash and \\n that is none",
    "two\nlines",
    "tab\there",
    "carriage\rreturn and \u2028 and \u0085",
    "端点·数据 名.称",
    "lone \ud800 surrogate",
    "trailing \udfff",
    "swapped \udc00\ud800",
    "nul \x00 inside",
    "emoji \U0001f600 pair",
    "trailing backslash \\",
    " spaces kept ",
    '# HELP not_a_family {x="y"} 1',
    "n" * 128,
    "n" * 256,
    "n" * 257,
    "端" * 200,
    "e" + "\u0301" * 5000,
    "",
)

READABLE_TIMES = (
    "2023-05-30T12:24:30.401Z", "2023-05-30T12:24:30Z", "2023-05-30T12:24:30.401", "2023-05-30T12:24:30",
    "2023-05-30 12:24:30", "2023-05-30 12:24:30.401Z", "2023-05-30T12:24:30.401+08:00", "2023-05-30T12:24:30+08:00",
    "2023-05-30 12:24:30-03:30", "2025-01-10T03:37:12.000+00:00", "2024-02-29T23:59:59.123456Z",
    "2024-12-31T23:59:59.123456789Z", "2019-12-31T23:59:59.5-11:00", "2010-01-01T00:00:00Z",
)  # fmt: skip

UNREADABLE_TIMES = ("yesterday", "2025-13-40T00:00:00Z", "2025-02-29T00:00:00Z", "2025-01-10T25:61:00Z", "12:24:30")


def hours_ahead(hours: int) -> str:
    """Returns a future time in the API's format."""
    moment = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=hours)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


# Valid but implausible times, and those of a clock that is ahead.
ODD_TIMES = (
    "0001-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z", "2009-12-31T23:59:59.999Z", hours_ahead(26),
    "9999-12-31T23:59:59Z", hours_ahead(2), hours_ahead(2), hours_ahead(22),
)  # fmt: skip
TIMED_STATUSES = ("CREATING", "UPDATING", "DELETING", "UPDATE_FAILED", "RUNNING")

# One of these replaces a field by a value of a wrong type.
OTHER_VALUES = (17, "7", 1.5, True, ["a"], {"text": "x"})

# Integral floats are integers.
INTEGRAL_FLOATS: tuple[tuple[Path, Any], ...] = (
    (("reserved_resource", "apu", "warm_up_num"), 2.0),
    (("reserved_resource", "mu", "max"), Literal("3e0")),
    (("ray_resource", "worker_group_spec", 0, "max_replicas"), Literal("20.00")),
)


def full_row(base: Base, number: int) -> Row:
    """Returns a row with all fields of all levels."""
    row = base(number)
    row["reserved_resource"] = {
        "apu": {"spec_code": "a1x", "warm_up_num": 4, "max_num": 9},
        "dpu": {"spec_code": "d1x", "warm_up_num": 5, "max_num": 11, "use_public_resource": True},
        "mu": {"spec_code": "mu", "min": 1, "max": 13},
    }
    row["ray_resource"] = {
        "head_group_spec": {"spec_code": "h1x"},
        "worker_group_spec": [
            {"name": "small", "spec_code": "w1x", "min_replicas": 2, "max_replicas": 6},
            {"name": "small", "spec_code": "w1x", "min_replicas": 3, "max_replicas": 7},
            {"spec_code": "w2x", "min_replicas": 1, "max_replicas": 10000},
        ],
    }
    row.setdefault("error_code", "dataartsfabric.00010195")
    row.setdefault("error_msg", "not enabled")
    return row


def replaced(row: Row, path: Path, value: Any) -> Row:
    """Returns a copy of `row` with `value` at `path`."""
    changed = copy.deepcopy(row)
    holder_of(changed, path)[path[-1]] = value
    return changed


def removed(row: Row, path: Path) -> Row:
    """Returns a copy of `row` without the field or list element at `path`."""
    changed = copy.deepcopy(row)
    del holder_of(changed, path)[path[-1]]
    return changed


def holder_of(row: Any, path: Path) -> Any:
    """Returns the part of a row that contains `path`."""
    for key in path[:-1]:
        row = row[key]
    return row


def paths_of(value: Any, prefix: Path = ()) -> Iterator[Path]:
    """Yields the paths of all fields and list elements below `value`."""
    items: Iterable[Any] = enumerate(value) if isinstance(value, list) else ()
    for key, item in value.items() if isinstance(value, dict) else items:
        yield (*prefix, key)
        yield from paths_of(item, (*prefix, key))


def odd_field_rows(base: Base) -> list[Row]:
    """Returns for each field of all levels rows without it, with null and with a value of a wrong type, which does not
    matter if the exporter does not read the field; rows with unusual but valid values; and hollow rows."""
    pattern = full_row(base, 0)
    rows = []
    for number, path in enumerate(path for path in paths_of(pattern) if path != ("id",)):
        row = full_row(base, number)
        rows += [removed(row, path), replaced(row, path, None)]
        if isinstance(path[-1], str):
            right = type(holder_of(pattern, path)[path[-1]])
            values = [value for value in OTHER_VALUES if type(value) is not right]
            rows.append(replaced(row, path, values[number % len(values)]))
    rows += [replaced(pattern, *case) for case in INTEGRAL_FLOATS]
    hollow = full_row(base, 1)
    hollow["reserved_resource"] = {"apu": {}, "dpu": {}, "mu": {}}
    hollow["ray_resource"] = {"head_group_spec": {}, "worker_group_spec": [{}, {}]}
    return [*rows, dict.fromkeys(pattern) | {"id": pattern["id"]}, hollow]


def named_rows(base: Base) -> list[Row]:
    """Returns rows with hostile names, of endpoints with details."""
    return [
        base(number) | {"name": name, "status": "CREATE_FAILED", "owner": {"user_name": name, "user_id": f"u{number}"}}
        for number, name in enumerate(TRICKY_NAMES)
    ]


def timed_rows(base: Base) -> list[Row]:
    """Returns rows with all time formats, malformed and implausible times in each of the two fields, or no times."""
    rows = []
    for number, text in enumerate(READABLE_TIMES + UNREADABLE_TIMES + ODD_TIMES):
        status = TIMED_STATUSES[number % len(TIMED_STATUSES)]
        row = base(number) | {"status": status}
        row["create_time" if status == "CREATING" else "update_time"] = text
        rows.append(row)
    for number, status in enumerate(TIMED_STATUSES[:4]):
        row = base(number) | {"status": status}
        rows.append(row | {"type": f"timeless-{number}", "create_time": None, "update_time": "never"})
        rows.append(removed(row, ("create_time" if status == "CREATING" else "update_time",)))
    return rows


def unusable_rows(base: Base) -> list[Any]:
    """Returns rows without a usable id, which are skipped and counted."""
    row = full_row(base, 0)
    anonymous = removed(row, ("id",))
    ids = [row | {"id": id} for id in (None, "", "é" * 128 + "x")]
    return [anonymous, row | {"id": 42, "status": 7}, *ids, anonymous | {"update_time": "never"}, "text", None, [row]]
