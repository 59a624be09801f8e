# SPDX-License-Identifier: Apache-2.0
"""Seeded pages of endpoints, the same in every run, as static files for nginx.

`FOLDER/WORKSPACE/OFFSET.json` is the page at that offset, `.json.gz` the same compressed. Pages of 100 rows begin 99
rows apart, because adjacent pages share one row: the exporter and its peers request them so.
"""

from __future__ import annotations

import collections
import dataclasses
import gzip
import json
import os
import pathlib
import random
import shutil

from machine import BUILD

SEED = 20250530
PAGE = 100
STRIDE = PAGE - 1
# The version of the generator; files of other versions are not reused.
VERSION = 2

TYPES = ("sql", "ray", "inference", "service", "job")
# 90 % are RUNNING; 5 % have an error.
STATUSES = ("RUNNING",) * 36 + ("CREATING", "UPDATING", "FROZEN", "INACTIVE")
FAILED = ("CREATE_FAILED", "UPDATE_FAILED", "DELETE_FAILED")
ERRORS = ("dataartsfabric.00010011", "dataartsfabric.00000001", "common.00000500")


@dataclasses.dataclass
class Truth:
    """The expected counts of all rows."""

    endpoints: int = 0
    capacity: int = 0
    counts: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)

    def as_json(self) -> dict[str, object]:
        return {"endpoints": self.endpoints, "capacity": self.capacity, "counts": dict(sorted(self.counts.items()))}


@dataclasses.dataclass(frozen=True)
class Dataset:
    """A number of workspaces with the same number of endpoints."""

    workspaces: int
    rows: int
    types: tuple[str, ...] = TYPES

    # Workspaces above this number repeat rows of earlier ones, which does not change the cost of a poll.
    DISTINCT = 1000

    @property
    def folder(self) -> pathlib.Path:
        kind = "mixed" if self.types == TYPES else "-".join(self.types)
        return BUILD / f"data/{kind}-{self.workspaces}x{self.rows}-v{VERSION}"

    @property
    def endpoints(self) -> int:
        return self.workspaces * self.rows

    def ids(self) -> list[str]:
        rng = random.Random(f"{SEED} workspaces")
        return [new_id(rng) for _ in range(self.workspaces)]

    def offsets(self) -> list[int]:
        # A full last page needs one more request, because the list may continue.
        further = max(0, (self.rows - 1) // STRIDE)
        return [index * STRIDE for index in range(further + 1)]

    def page_count(self) -> int:
        return self.workspaces * len(self.offsets())

    def paths(self) -> list[str]:
        """Returns the request paths of all pages."""
        return [
            f"/v1/workspaces/{workspace}/endpoints?offset={offset}&limit={PAGE}"
            for workspace in self.ids()
            for offset in self.offsets()
        ]

    def make(self) -> dict[str, object]:
        """Writes the pages if missing; returns the expected counts and the size in bytes."""
        done = self.folder / "truth.json"
        if not done.exists():
            shutil.rmtree(self.folder, ignore_errors=True)
            truth, size = Truth(), 0
            ids = self.ids()
            for number, workspace in enumerate(ids):
                if number < self.DISTINCT:
                    size += self.write_workspace(workspace, number, truth)
                else:
                    os.symlink(ids[number % self.DISTINCT], self.folder / workspace)
            done.write_text(json.dumps({**truth.as_json(), "bytes": size}), "ascii")
        read: dict[str, object] = json.loads(done.read_text("ascii"))
        return read

    def write_workspace(self, workspace: str, number: int, truth: Truth) -> int:
        rng = random.Random(f"{SEED} {number}")
        repeated = len(range(number, self.workspaces, self.DISTINCT))
        rows = [self.row(rng, index, truth, repeated) for index in range(self.rows)]
        folder = self.folder / workspace
        folder.mkdir(parents=True)
        size = 0
        for offset in self.offsets():
            page = f'{{"total":{self.rows},"endpoints":[{",".join(rows[offset : offset + PAGE])}]}}'.encode()
            (folder / f"{offset}.json").write_bytes(page)
            (folder / f"{offset}.json.gz").write_bytes(gzip.compress(page, 6, mtime=0))
            size += len(page)
        return size

    def row(self, rng: random.Random, index: int, truth: Truth, repeated: int) -> str:
        """Returns an endpoint in the API's format, about 580 bytes, and adds it to `truth`."""
        kind = rng.choice(self.types)
        failed = rng.random() < 0.05
        status = rng.choice(FAILED if failed else STATUSES)
        visibility = "PUBLIC" if rng.random() < 0.1 else "PRIVATE"
        low = rng.randint(0, 40)
        truth.endpoints += repeated
        truth.capacity += low * repeated
        truth.counts[f"{kind},{status},{visibility}"] += repeated
        error = ""
        if failed:
            error = f'"error_code":"{rng.choice(ERRORS)}","error_msg":"The specification is sold out in zone {low}.",'
        return (
            f'{{"id":"{new_id(rng)}","name":"endpoint-{index:06d}","type":"{kind}","status":"{status}",'
            f'"visibility":"{visibility}","description":"Endpoint {index} of the nightly reports of the data team",'
            f'"create_time":"{moment(rng)}","update_time":"{moment(rng)}",{error}'
            f'"owner":{{"domain_name":"acme","domain_id":"{new_hex(rng)}","user_name":"alice",'
            f'"user_id":"{new_hex(rng)}"}},'
            f'"cap":{{"cap_id":"{new_id(rng)}"}},'
            f"{resources(kind, low, low + rng.randint(0, 60))}}}"
        )


def resources(kind: str, low: int, high: int) -> str:
    """Returns the capacity of the endpoint: model units, DPU or APU; a Ray cluster also has groups."""
    if kind == "inference":
        return f'"reserved_resource":{{"mu":{{"spec_code":"mu","min":{low},"max":{high}}}}}'
    if kind == "sql":
        amounts = f'"spec_code":"fabric.sql.dcu.std","warm_up_num":{low},"max_num":{high},"use_public_resource":false'
        return f'"reserved_resource":{{"dpu":{{{amounts}}}}}'
    text = f'"reserved_resource":{{"apu":{{"spec_code":"a1x","warm_up_num":{low},"max_num":{high}}}}}'
    if kind == "ray":
        group = f'{{"name":"group-0","spec_code":"d1x","min_replicas":{low},"max_replicas":{high}}}'
        text += f',"ray_resource":{{"head_group_spec":{{"spec_code":"d1x"}},"worker_group_spec":[{group}]}}'
    return text


def new_hex(rng: random.Random) -> str:
    return f"{rng.getrandbits(128):032x}"


def new_id(rng: random.Random) -> str:
    digits = new_hex(rng)
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def moment(rng: random.Random) -> str:
    bits = rng.getrandbits(40)
    month, day, hour = bits % 9 + 1, (bits >> 4) % 28 + 1, (bits >> 9) % 24
    minute, second, thousandth = (bits >> 14) % 60, (bits >> 20) % 60, (bits >> 26) % 1000
    return f"2025-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}.{thousandth:03d}Z"
