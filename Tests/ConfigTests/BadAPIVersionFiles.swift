// SPDX-License-Identifier: Apache-2.0

/// Keys that the source's version of the API does not have, each with its exact error lines.
enum BadAPIVersionFiles {
    private static let inV1 =
        "not a filter of api: v1, which has type, visibility, name, model_id and endpoint_id; remove it"
    private static let inV2 = "not a filter of api: v2, which has name, engine_types and compute_id; remove it"

    static let all: [BadFile] = [
        BadFile(
            "api is v1 or v2, and an invalid one reports no other keys",
            Reading.sourceOf(
                """
                region: cn-north-4
                api: v3
                auth: {token: MIIsecretTOKEN}
                workspaces: [{id: w1, filter: {compute_id: c}}]
                """),
            ["config.yaml:3:8: sources[0].api: must be one of v1, v2, not \"v3\"; did you mean v1?"]
        ),
        BadFile(
            "v2 has no filters of v1",
            Reading.sourceOf(
                """
                region: cn-north-4
                api: v2
                auth: {token: MIIsecretTOKEN}
                workspaces:
                - id: w1
                  filter: {type: ray, visibility: ALL, name: n, model_id: m, endpoint_id: e}
                - id: w2
                  filter: {name: n, engine_types: [RayJob], compute_id: c}
                - id: w3
                  filter: {type: ray}
                discovery:
                  filter: {visibility: ALL}
                """),
            [
                "config.yaml:7:20: sources[0].workspaces[0].filter.type: \(inV2)",
                "config.yaml:7:37: sources[0].workspaces[0].filter.visibility: \(inV2)",
                "config.yaml:7:61: sources[0].workspaces[0].filter.model_id: \(inV2)",
                "config.yaml:7:77: sources[0].workspaces[0].filter.endpoint_id: \(inV2)",
                "config.yaml:11:20: sources[0].workspaces[2].filter.type: \(inV2)",
                "config.yaml:13:26: sources[0].discovery.filter.visibility: \(inV2)",
            ]
        ),
        BadFile(
            "v1, the default, has no filters of v2",
            Reading.sourceOf(
                """
                region: cn-north-4
                auth: {token: MIIsecretTOKEN}
                workspaces:
                - id: w1
                  filter: {name: n, engine_types: [RayJob]}
                discovery:
                  filter: {compute_id: c}
                """),
            [
                "config.yaml:6:37: sources[0].workspaces[0].filter.engine_types: \(inV1)",
                "config.yaml:8:26: sources[0].discovery.filter.compute_id: \(inV1)",
            ]
        ),
        BadFile(
            "Engine types are a list of texts",
            Reading.sourceOf(
                """
                region: cn-north-4
                api: v2
                auth: {token: MIIsecretTOKEN}
                workspaces:
                - {id: w1, filter: {engine_types: RayJob}}
                - {id: w2, filter: {engine_types: []}}
                - {id: w3, filter: {engine_types: [RayJob, 7, '']}}
                """),
            [
                "config.yaml:6:37: sources[0].workspaces[0].filter.engine_types: must be a list, not a string",
                "config.yaml:7:37: sources[0].workspaces[1].filter.engine_types: must have at least one entry",
                "config.yaml:8:46: sources[0].workspaces[2].filter.engine_types[1]: must be a string, not a number; "
                    + "put it in quotes",
                "config.yaml:8:49: sources[0].workspaces[2].filter.engine_types[2]: must not be empty",
            ]
        ),
        BadFile(
            "v2 has no service instances and no job runs",
            Reading.sourceOf(
                """
                name: lake
                base_url: https://fabric.example.com
                api: v2
                auth: {token: MIIsecretTOKEN}
                workspaces: [{id: w1}]
                collect:
                  service_instances: {interval: 2m}
                  job_runs: {}
                  quotas: {project_id: p}
                """),
            [
                "config.yaml:8:24: sources[0].collect.service_instances: not available with api: v2; remove it",
                "config.yaml:9:15: sources[0].collect.job_runs: not available with api: v2; remove it",
            ]
        ),
    ]
}
