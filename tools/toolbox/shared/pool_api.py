# SPDX-License-Identifier: Apache-2.0
"""The API of compute pools of AI DataLake, by the models of the official SDK: the list, the utilization of pools, and
what an endpoint could still get of one pool."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import huaweicloudsdkaidatalake.v2 as sdk
from huaweicloudsdkcore.utils.http_utils import sanitize_for_serialization

from toolbox.shared.cloud_data import Body, Workspace

LIST, METRICS, LIMIT = "computes", "computes/metrics", "endpoint-limit"
PATH = re.compile(rf"/v2/workspaces/([^/]*)/({LIST}|{METRICS}|{LIMIT})")
ID = r"[A-Za-z0-9-]{1,36}"
ENGINES = "AuraJob|AuraJobV2|SparkSql|SparkJob|FlinkJob|RayCluster|RayJob|RayService"

# The models of the requests, whose attributes are the parameters. Those of queries are mandatory, except `id`.
MODELS = {
    LIST: sdk.ListV2ComputesRequest,
    METRICS: sdk.ShowV2ComputesMetricsRequest,
    LIMIT: sdk.ShowV2EndpointResourceLimitRequest,
}
OPTIONAL = ("id",)
# The values of the parameters, as the models document them.
VALID = {
    "offset": r"[0-9]{1,9}|10{9}",
    "limit": r"[1-9][0-9]{0,2}|1000",
    "name": r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?",
    "compute_id": ID,
    "id": ID,
    "engine_type": ENGINES,
    "step": r"60|3600|86400",
    "metric_name": r"CPU|MEM|NPU|GPU",
    "start_time": r"[0-9]{1,10}",
    "end_time": r"[0-9]{1,10}",
    "compute_ids": r"[A-Za-z0-9,-]{1,1110}",
}


def fields(model: object) -> Any:
    """Returns the JSON value of a model of the SDK, or of a list of them."""
    return sanitize_for_serialization(model)


def checked(operation: str, query: Mapping[str, list[str]]) -> dict[str, str] | None:
    """Returns the parameters of a request; None if one is unknown, invalid, repeated or missing."""
    names = {name for name in MODELS[operation].attribute_map.values() if name != "workspace_id"}
    mandatory = set() if operation == LIST else names.difference(OPTIONAL)
    if not mandatory <= query.keys() <= names or any(len(values) != 1 for values in query.values()):
        return None
    parameters = {name: values[0] for name, values in query.items()}
    valid = all(re.fullmatch(VALID.get(name, ".*"), value) for name, value in parameters.items())
    return parameters if valid else None


def answer(operation: str, workspace: Workspace, parameters: Mapping[str, str]) -> Any:
    """Returns the body of a response."""
    if operation == LIST:
        return pool_list(workspace.pools, parameters)
    if operation == METRICS:
        return metrics(workspace, parameters)
    held = workspace.pool_limits.get(parameters["compute_id"], [])
    return held.value if isinstance(held, Body) else held


def pool_list(rows: Iterable[Any], parameters: Mapping[str, str]) -> Any:
    """Returns a page of the pools that match the filters; names match in part."""

    def shown(row: Any) -> bool:
        held = row if isinstance(row, dict) else {}
        return parameters.get("name", "") in str(held.get("name", "")) and (
            "compute_id" not in parameters or held.get("id") == parameters["compute_id"]
        )

    matching = [row for row in rows if shown(row)]
    offset = int(parameters.get("offset", 0))
    return {"total": len(matching), "computes": matching[offset : offset + int(parameters.get("limit", 100))]}


def metrics(workspace: Workspace, parameters: Mapping[str, str]) -> Any:
    """Returns the points of the queried pools within the window. A `Body` replaces the response."""
    points: list[Any] = []
    for identity in parameters["compute_ids"].split(","):
        held = workspace.pool_metrics.get((identity, parameters["metric_name"]), [])
        if isinstance(held, Body):
            return held.value
        points += within(held, int(parameters["start_time"]), int(parameters["end_time"]))
    return {"data": points}


def within(points: Iterable[Any], start: int, end: int) -> list[Any]:
    """Returns the points of this window, and those without an integer as time."""

    def shown(point: Any) -> bool:
        moment = point.get("collection_time") if isinstance(point, dict) else None
        return type(moment) is not int or start <= moment <= end

    return [point for point in points if shown(point)]


def subject(operation: str, of: str) -> str:
    """Returns the key of a fault of an operation for a workspace, or for one pool."""
    return f"{operation} of {of}"
