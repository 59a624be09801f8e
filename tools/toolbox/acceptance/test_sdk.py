# SPDX-License-Identifier: Apache-2.0
"""The official SDK of AI DataLake as a client of the demo's simulated API: it accepts the requests that the SDK signs,
and the SDK's models have every field that it sends."""

import json
import time
import urllib.parse
from collections.abc import Iterator
from typing import Any

import huaweicloudsdkaidatalake.v2 as sdk
import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.auth.internal import MetadataAccessor
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkcore.http.http_config import HttpConfig
from huaweicloudsdkcore.region.region import Region

from toolbox.shared import pool_api
from toolbox.shared.configuration import REGION
from toolbox.shared.exporter import Exporter
from toolbox.shared.processes import wait_for

WORKSPACE = "lakehouse"
METRICS = {"production": ("CPU", "MEM", "NPU"), "reporting": ("CPU", "MEM"), "npu-trial": ()}


@pytest.fixture(scope="module")
def base_url(exporter: Exporter) -> Iterator[str]:
    """The address of the simulated API of version 2, which the exporter's status shows."""
    with exporter.serve(command="demo") as running:

        def address() -> str | None:
            document = running.fetch("/api/v1/status?source=data-lake").json()
            return next((str(workspace["base_url"]) for workspace in document["workspaces"]), None)

        yield wait_for(address, 30, "the workspace is discovered")


@pytest.fixture(scope="module")
def client(base_url: str) -> Iterator[Any]:
    """A client whose temporary key (AK/SK) the SDK gets from the metadata service, and the project's id from IAM."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MetadataAccessor, "_METADATA_ENDPOINT", base_url)
        credentials = BasicCredentials().with_iam_endpoint(base_url)
        configuration = HttpConfig.get_default_config()
        configuration.timeout = 30
        builder = sdk.AIDataLakeClient.new_builder().with_http_config(configuration).with_credentials(credentials)
        client = builder.with_region(Region(REGION, base_url)).build()
        yield client
        client.close()


@pytest.fixture(scope="module")
def workspace_id(client: Any) -> str:
    response = received(client.list_v2_workspaces(sdk.ListV2WorkspacesRequest(limit=100)))
    assert [workspace.name for workspace in response.workspaces] == [WORKSPACE]
    return str(response.workspaces[0].id)


@pytest.fixture(scope="module")
def pools(client: Any, workspace_id: str) -> dict[str, Any]:
    """The pools by name."""
    response = received(client.list_v2_computes(sdk.ListV2ComputesRequest(workspace_id=workspace_id, limit=1000)))
    assert response.total == len(response.computes)
    return {pool.name: pool for pool in response.computes}


def received(response: Any) -> Any:
    """Requires the models to have every field of the response with its value, except fields that are null."""
    # A response that is an array is the attribute `body`; some models also have the header with the request's id.
    parsed = {key: value for key, value in pool_api.fields(response).items() if key != "X-request-id"}
    sent = json.loads(response.raw_content)
    assert plain(parsed.get("body", parsed)) == plain(sent)
    assert response.status_code == 200
    return response


def plain(value: Any) -> Any:
    """Returns a value without fields that are null, and with times as they were sent."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if item is not None}
    return [plain(item) for item in value] if isinstance(value, list) else value


def test_workspaces_can_be_selected(client: Any, workspace_id: str) -> None:
    request = sdk.ListV2WorkspacesRequest(enterprise_project_id="0", name=WORKSPACE, id=workspace_id, offset=0, limit=1)
    assert received(client.list_v2_workspaces(request)).total == 1
    assert received(client.list_v2_workspaces(sdk.ListV2WorkspacesRequest(name="other"))).workspaces == []


def test_every_field_of_an_endpoint_is_parsed(client: Any, workspace_id: str) -> None:
    response = received(client.list_v2_endpoints(sdk.ListV2EndpointsRequest(workspace_id=workspace_id, limit=100)))
    assert response.total == len(response.endpoints) > 3
    endpoint = next(endpoint for endpoint in response.endpoints if endpoint.status == "ABNORMAL")
    assert endpoint.engine == {"type": "FlinkJob"}
    assert endpoint.resource_type == sdk.ResourceType.RESERVED
    assert (endpoint.capacity[0].type, endpoint.capacity[0].minimum_capacity) == ("CPU", 16)
    assert endpoint.error.error_code.startswith("AIDataLake.")
    assert endpoint.creator.user_name == "lin"


@pytest.mark.parametrize("types", [["SparkSql"], ["RayCluster", "FlinkJob"], ["SparkJob", "AuraJob", "RayJob"]])
def test_repeated_parameters_are_part_of_the_signature(client: Any, workspace_id: str, types: list[str]) -> None:
    request = sdk.ListV2EndpointsRequest(workspace_id=workspace_id, engine_types=types, limit=50, offset=0)
    response = received(client.list_v2_endpoints(request))
    assert sorted(endpoint.engine["type"] for endpoint in response.endpoints) == sorted(types)


def test_every_field_of_a_pool_is_parsed(client: Any, workspace_id: str, pools: dict[str, Any]) -> None:
    assert {"RUNNING", "FAILED", "FREEZING", "SCALEOUT"} == {pool.status for pool in pools.values()}
    assert {pool.charge_mode for pool in pools.values()} == {sdk.ChargeMode.PREPAID, sdk.ChargeMode.POSTPAID}
    assert [(item.type, item.capacity) for item in pools["production"].capacity] == [("CPU", 256), ("NPU", 16)]
    assert pools["npu-trial"].error.error_code.startswith("AIDataLake.")
    request = sdk.ListV2ComputesRequest(workspace_id=workspace_id, name="produc", compute_id=pools["production"].id)
    assert received(client.list_v2_computes(request)).total == 1


@pytest.mark.parametrize("metric", ["CPU", "MEM", "GPU", "NPU"])
def test_utilization_is_that_of_the_last_minutes(
    client: Any, workspace_id: str, pools: dict[str, Any], metric: str
) -> None:
    end = int(time.time())
    request = sdk.ShowV2ComputesMetricsRequest(
        workspace_id=workspace_id, step=60, metric_name=metric, start_time=end - 900, end_time=end,
        compute_ids=",".join(pools[name].id for name in METRICS),
    )  # fmt: skip
    data = received(client.show_v2_computes_metrics(request)).data
    found = {value.compute_name for point in data for value in point.values}
    assert found == {name for name, metrics in METRICS.items() if metric in metrics}
    assert all(0 <= value.compute_value <= 100 for point in data for value in point.values)
    assert all(end - 900 <= point.collection_time <= end for point in data)
    assert len(data) >= 10 if found else not data


def test_what_is_allocatable_is_an_array_of_limits(client: Any, workspace_id: str, pools: dict[str, Any]) -> None:
    def limits(name: str) -> list[Any]:
        request = sdk.ShowV2EndpointResourceLimitRequest(
            workspace_id=workspace_id, engine_type="SparkJob", compute_id=pools[name].id
        )
        return list(received(client.show_v2_endpoint_resource_limit(request)).body)

    first = limits("production")
    assert [(limit.type, limit.compute_allocatable.cpu, limit.compute_size.cpu) for limit in first] == [
        ("CPU", 96_000, 256_000), ("NPU", 0, 0),
    ]  # fmt: skip
    assert [limit.compute_allocatable.accelerator for limit in first] == [0, 8]
    assert limits("experiments")[0].compute_allocatable.cpu == 0


@pytest.mark.parametrize("lost", ["step", "metric_name", "start_time", "end_time", "compute_ids"])
def test_a_missing_parameter_is_rejected(client: Any, workspace_id: str, lost: str) -> None:
    every = {"step": 60, "metric_name": "CPU", "start_time": 0, "end_time": 60, "compute_ids": "a"}
    request = sdk.ShowV2ComputesMetricsRequest(
        workspace_id=workspace_id, **{k: v for k, v in every.items() if k != lost}
    )
    with pytest.raises(ClientRequestException) as failure:
        client.show_v2_computes_metrics(request)
    assert failure.value.status_code == 400


def test_another_secret_is_rejected(client: Any, base_url: str, workspace_id: str) -> None:
    """So the signatures of the other tests were verified."""
    right = client.get_credentials()
    wrong = BasicCredentials(right.ak, right.sk + "x", right.project_id).with_security_token(right.security_token)
    other = sdk.AIDataLakeClient.new_builder().with_credentials(wrong).with_endpoint(base_url).build()
    request = sdk.ListV2EndpointsRequest(workspace_id=workspace_id, engine_types=["RayJob", "AuraJob"])
    with pytest.raises(ClientRequestException) as failure:
        other.list_v2_endpoints(request)
    assert (failure.value.status_code, failure.value.error_code) == (401, "APIG.0301")
    assert urllib.parse.urlsplit(base_url).hostname == "127.0.0.1"
