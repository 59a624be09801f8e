// SPDX-License-Identifier: Apache-2.0

/// Numbers and choices, each with its exact error lines.
enum BadNumberFiles {
    static let all: [BadFile] = [
        BadFile(
            "A fraction, word, quoted number, boolean or null is not an integer",
            Reading.withSource(
                """
                poll:
                  concurrency: 1.5
                  retries: many
                  page_size: "100"
                  max_endpoints: true
                  max_response_bytes: null
                """),
            [
                "config.yaml:2:16: poll.concurrency: must be a whole number from 1 to 10000, not the string \"1.5\"",
                "config.yaml:3:12: poll.retries: must be a whole number from 0 to 100, not the string \"many\"",
                "config.yaml:4:14: poll.page_size: must be a whole number from 1 to 100, not the string \"100\"",
                "config.yaml:5:18: poll.max_endpoints: must be a whole number from 1 to 1000000000, not a boolean",
                "config.yaml:6:23: poll.max_response_bytes: must be a whole number from 1 to 4294967295, not null",
            ]
        ),
        BadFile(
            "Integers have bounds",
            Reading.withSource(
                """
                poll: {concurrency: 0, retries: -1, page_size: 101, max_endpoints: 0, max_response_bytes: 0}
                """),
            [
                "config.yaml:1:21: poll.concurrency: must be a whole number from 1 to 10000, not 0",
                "config.yaml:1:33: poll.retries: must be a whole number from 0 to 100, not -1",
                "config.yaml:1:48: poll.page_size: must be a whole number from 1 to 100, not 101",
                "config.yaml:1:68: poll.max_endpoints: must be a whole number from 1 to 1000000000, not 0",
                "config.yaml:1:91: poll.max_response_bytes: must be a whole number from 1 to 4294967295, not 0",
            ]
        ),
        BadFile(
            "An integer beyond 64 bits is out of range",
            Reading.withSource("poll: {max_endpoints: 99999999999999999999, retries: 0xffffffffffffffffff}"),
            [
                "config.yaml:1:23: poll.max_endpoints: must be a whole number from 1 to 1000000000, not "
                    + "99999999999999999999",
                "config.yaml:1:54: poll.retries: must be a whole number from 0 to 100, not 0xffffffffffffffffff",
            ]
        ),
        BadFile(
            "A rate is not negative",
            Reading.withSource(
                """
                poll: {requests_per_second: -1}
                metrics: {max_endpoint_details: -1}
                """),
            [
                "config.yaml:1:29: poll.requests_per_second: must be a number from 0 to 1000000, not -1",
                "config.yaml:2:33: metrics.max_endpoint_details: must be a whole number from 0 to 1000000000, not "
                    + "-1",
            ]
        ),
        BadFile(
            "max_label_values is at least 1",
            Reading.withSource("metrics: {max_label_values: 0}"),
            ["config.yaml:1:29: metrics.max_label_values: must be a whole number from 1 to 1000000, not 0"]
        ),
        BadFile(
            "A rate is finite",
            Reading.withSource("poll: {requests_per_second: .inf}"),
            [
                "config.yaml:1:29: poll.requests_per_second: must be a number from 0 to 1000000, not the string "
                    + "\".inf\""
            ]
        ),
        BadFile(
            "A rate has no unit",
            Reading.withSource("poll: {requests_per_second: 20/s}"),
            [
                "config.yaml:1:29: poll.requests_per_second: must be a number from 0 to 1000000, not the string "
                    + "\"20/s\""
            ]
        ),
        BadFile(
            "A number cannot be a variable",
            Reading.withSource("poll: {concurrency: '${N}', retries: '${N}'}"),
            [
                "config.yaml:1:21: poll.concurrency: must be a whole number from 1 to 10000, not the string "
                    + "\"${N}\"",
                "config.yaml:1:38: poll.retries: must be a whole number from 0 to 100, not the string \"${N}\"",
            ]
        ),
        BadFile(
            "An invalid choice lists the values and suggests one",
            Reading.withSource("metrics: {endpoint_details: problem}"),
            [
                "config.yaml:1:29: metrics.endpoint_details: must be one of problems, all, none, not \"problem\"; "
                    + "did you mean problems?"
            ]
        ),
        BadFile(
            "A choice is case-sensitive",
            Reading.withSource("metrics: {endpoint_details: ALL}"),
            [
                "config.yaml:1:29: metrics.endpoint_details: must be one of problems, all, none, not \"ALL\"; did "
                    + "you mean all?"
            ]
        ),
        BadFile(
            "owner is name, id or none",
            Reading.withSource("metrics: {owner: names}"),
            ["config.yaml:1:18: metrics.owner: must be one of name, id, none, not \"names\"; did you mean name?"]
        ),
        BadFile(
            "A boolean is not a choice",
            Reading.withSource("metrics: {endpoint_details: false}"),
            [
                "config.yaml:1:29: metrics.endpoint_details: must be one of problems, all, none, not a boolean"
            ]
        ),
    ]
}
