# SPDX-License-Identifier: Apache-2.0
"""Seeded pages of endpoints, the same in every run, as static files for nginx.

`FOLDER/WORKSPACE/OFFSET.json` is the page at that offset, `.json.gz` the same compressed. Pages of 100 rows begin 99
rows apart, because adjacent pages share one row: the exporter and its peers request them so. With other listings, the
folder also has `services-OFFSET.json`, as many service instances as endpoints, and `runs-STATUS.json`, job runs.
"""

import collections
import dataclasses
import gzip
import json
import pathlib
import random
import shutil
import uuid

from toolbox.benchmarks import machine

SEED = 20250530
PAGE = 100
STRIDE = PAGE - 1
# The version of the generator; files of other versions are not reused.
VERSION = 3

TYPES = ("sql", "ray", "inference", "service", "job")
# 90 % are RUNNING; 5 % have an error.
STATUSES = ("RUNNING",) * 36 + ("CREATING", "UPDATING", "FROZEN", "INACTIVE")
FAILED = ("CREATE_FAILED", "UPDATE_FAILED", "DELETE_FAILED")
JOB_STATUSES = ("PENDING", "CREATING", "RUNNING", "UPDATING", "STOPPING", "SUCCEEDED", "STOPPED", "FAILED")
ERRORS = ("dataartsfabric.00010011", "dataartsfabric.00000001", "common.00000500")
# Workspaces above this number repeat rows of earlier ones, which does not change the cost of a poll.
DISTINCT = 1000

Truth = dict[str, object]


def truth(counts: collections.Counter[str], capacity: int) -> Truth:
    """Returns what a poll of all pages must find: endpoints by `type,status,visibility`, and reserved capacity."""
    return {"endpoints": counts.total(), "capacity": capacity, "counts": dict(counts)}


@dataclasses.dataclass(frozen=True)
class Dataset:
    """A number of workspaces with the same number of endpoints."""

    workspaces: int
    rows: int
    types: tuple[str, ...] = TYPES
    # Whether there are service instances, job runs and quotas.
    others: bool = False

    @property
    def folder(self) -> pathlib.Path:
        kind = "mixed" if self.types == TYPES else "-".join(self.types)
        if self.others:
            kind += "-others"
        return machine.BUILD / f"data/{kind}-{self.workspaces}x{self.rows}-v{VERSION}"

    def ids(self) -> list[str]:
        rng = random.Random(f"{SEED} workspaces")
        return [str(new_id(rng)) for _ in range(self.workspaces)]

    def offsets(self) -> range:
        # A full last page needs one more request, because the list may continue.
        return range(0, self.rows, STRIDE)

    def paths(self) -> list[str]:
        """Returns the request paths of all pages."""
        return [
            f"/v1/workspaces/{workspace}/endpoints?offset={offset}&limit={PAGE}"
            for workspace in self.ids()
            for offset in self.offsets()
        ]

    def make(self) -> Truth:
        """Writes the pages if missing; returns the expected counts."""
        done = self.folder / "truth.json"
        if not done.exists():
            shutil.rmtree(self.folder, ignore_errors=True)
            ids, written = self.ids(), []
            counts, capacity = collections.Counter[str](), 0
            for number, workspace in enumerate(ids):
                original = number % DISTINCT
                if original == number:
                    written.append(self.write_workspace(workspace, number))
                else:
                    (self.folder / workspace).symlink_to(ids[original])
                counts += written[original][0]
                capacity += written[original][1]
            if self.others:
                quotas = [{"type": f"resource-{number}", "quota": 100, "used": number} for number in range(20)]
                write(self.folder / "quotas.json", {"quotas": {"resources": quotas}})
            done.write_text(json.dumps(truth(counts, capacity)), "ascii")
        read: Truth = json.loads(done.read_text("ascii"))
        return read

    def write_workspace(self, workspace: str, number: int) -> tuple[collections.Counter[str], int]:
        """Writes the pages of a workspace; returns its counts and its reserved capacity."""
        rng = random.Random(f"{SEED} {number}")
        rows = [self.row(rng, index) for index in range(self.rows)]
        texts = [text for text, _, _ in rows]
        folder = self.folder / workspace
        folder.mkdir(parents=True)
        for offset in self.offsets():
            page = f'{{"total":{self.rows},"endpoints":[{",".join(texts[offset : offset + PAGE])}]}}'.encode()
            (folder / f"{offset}.json").write_bytes(page)
            (folder / f"{offset}.json.gz").write_bytes(gzip.compress(page, 6, mtime=0))
        if self.others:
            self.write_others(folder, rng)
        return collections.Counter(key for _, key, _ in rows), sum(low for _, _, low in rows)

    def write_others(self, folder: pathlib.Path, rng: random.Random) -> None:
        """Writes the service instances and the job runs of a workspace."""
        instances = [service_instance(rng, index) for index in range(self.rows)]
        for offset in self.offsets():
            page = {"total": self.rows, "service_instances": instances[offset : offset + PAGE]}
            write(folder / f"services-{offset}.json", page)
        for status in JOB_STATUSES:
            run = {
                "id": str(new_id(rng)), "name": "nightly-report", "status": status,
                "create_time": moment(rng), "update_time": moment(rng),
            }  # fmt: skip
            write(folder / f"runs-{status}.json", {"total": rng.randint(1, 5_000), "job_runs": [run]})

    def row(self, rng: random.Random, index: int) -> tuple[str, str, int]:
        """Returns an endpoint in the API's format, about 580 bytes, how it is counted, and its reserved capacity."""
        kind = rng.choice(self.types)
        failed = rng.random() < 0.05
        status = rng.choice(FAILED if failed else STATUSES)
        visibility = "PUBLIC" if rng.random() < 0.1 else "PRIVATE"
        low = rng.randint(0, 40)
        error = ""
        if failed:
            error = f'"error_code":"{rng.choice(ERRORS)}","error_msg":"The specification is sold out in zone {low}.",'
        text = (
            f'{{"id":"{new_id(rng)}","name":"endpoint-{index:06d}","type":"{kind}","status":"{status}",'
            f'"visibility":"{visibility}","description":"Endpoint {index} of the nightly reports of the data team",'
            f'"create_time":"{moment(rng)}","update_time":"{moment(rng)}",{error}'
            f'"owner":{{"domain_name":"acme","domain_id":"{new_id(rng).hex}","user_name":"alice",'
            f'"user_id":"{new_id(rng).hex}"}},'
            f'"cap":{{"cap_id":"{new_id(rng)}"}},'
            f"{resources(kind, low, low + rng.randint(0, 60))}}}"
        )
        return text, f"{kind},{status},{visibility}", low


def write(path: pathlib.Path, page: dict[str, object]) -> None:
    """Writes a page, also compressed."""
    body = json.dumps(page, separators=(",", ":")).encode()
    path.write_bytes(body)
    path.with_name(path.name + ".gz").write_bytes(gzip.compress(body, 6, mtime=0))


def service_instance(rng: random.Random, index: int) -> dict[str, object]:
    """Returns a service instance in the API's format, about as long as an endpoint."""
    failed = rng.random() < 0.05
    instance: dict[str, object] = {
        "id": str(new_id(rng)), "name": f"instance-{index:06d}", "type": "LLM_MODEL",
        "status": "FAILED" if failed else rng.choice(("RUNNING",) * 18 + ("CREATING", "STOPPED")),
        "visibility": "PUBLIC" if rng.random() < 0.1 else "PRIVATE", "endpoint_id": str(new_id(rng)),
        "description": f"Model {index} of the assistants of the data team",
        "create_time": moment(rng), "update_time": moment(rng),
        "create_user": {"user_name": "alice", "user_id": new_id(rng).hex, "domain_id": new_id(rng).hex},
        "service": {"id": str(new_id(rng)), "version_id": str(new_id(rng))},
    }  # fmt: skip
    if failed:
        instance |= {"error_code": rng.choice(ERRORS), "error_msg": "The specification is sold out."}
    return instance


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


def new_id(rng: random.Random) -> uuid.UUID:
    return uuid.UUID(int=rng.getrandbits(128))


def moment(rng: random.Random) -> str:
    bits = rng.getrandbits(40)
    month, day, hour = bits % 9 + 1, (bits >> 4) % 28 + 1, (bits >> 9) % 24
    minute, second, thousandth = (bits >> 14) % 60, (bits >> 20) % 60, (bits >> 26) % 1000
    return f"2025-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}.{thousandth:03d}Z"
