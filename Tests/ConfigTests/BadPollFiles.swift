// SPDX-License-Identifier: Apache-2.0

/// Keys and values of poll, each with its exact error lines.
enum BadPollFiles {
    static let all: [BadFile] = [
        BadFile(
            "An unknown key at the top gets a suggestion",
            Reading.withSource("pol: {}"),
            [
                "config.yaml:1:1: pol: unknown key; did you mean poll?"
            ]
        ),
        BadFile(
            "A key with a hyphen gets a suggestion",
            Reading.withSource("poll: {page-size: 10}"),
            [
                "config.yaml:1:8: poll.page-size: unknown key; did you mean page_size?"
            ]
        ),
        BadFile(
            "An unknown key in poll gets a suggestion",
            Reading.withSource("poll: {intervall: 60s, stale-after: 5m, timout: 1s}"),
            [
                "config.yaml:1:8: poll.intervall: unknown key; did you mean interval?",
                "config.yaml:1:24: poll.stale-after: unknown key; did you mean stale_after?",
                "config.yaml:1:41: poll.timout: unknown key; did you mean timeout?",
            ]
        ),
        BadFile(
            "An unknown key without a suggestion lists the allowed keys",
            Reading.withSource("poll: {frequency: 60s}"),
            [
                "config.yaml:1:8: poll.frequency: unknown key; allowed keys: interval, timeout, stale_after, "
                    + "concurrency, requests_per_second, retries, page_size, connection_max_age, max_endpoints, max_response_bytes"
            ]
        ),
        BadFile(
            "An unknown key in metrics gets a suggestion",
            Reading.withSource("metrics: {endpoint_detail: all}"),
            [
                "config.yaml:1:11: metrics.endpoint_detail: unknown key; did you mean endpoint_details?"
            ]
        ),
        BadFile(
            "A section must not be null",
            Reading.withSource(
                """
                poll:
                metrics: ~
                """),
            [
                "config.yaml:1:6: poll: must be a mapping, not null; write {} for an empty one",
                "config.yaml:2:10: metrics: must be a mapping, not null; write {} for an empty one",
            ]
        ),
        BadFile(
            "A section must be a mapping",
            Reading.withSource(
                """
                poll: []
                metrics: 3
                """),
            [
                "config.yaml:1:7: poll: must be a mapping, not a list",
                "config.yaml:2:10: metrics: must be a mapping, not a number",
            ]
        ),
        BadFile(
            "A duplicate key names its first line",
            Reading.withSource(
                """
                poll:
                  interval: 60s
                  timeout: 10s
                  interval: 30s
                  timeout: 5s
                  interval: 10s
                """),
            [
                "config.yaml:4:3: poll.interval: duplicate key, first on line 2",
                "config.yaml:5:3: poll.timeout: duplicate key, first on line 3",
                "config.yaml:6:3: poll.interval: duplicate key, first on line 2",
            ]
        ),
        BadFile(
            "A duplicate section names its first line",
            Reading.withSource(
                """
                poll: {}
                poll: {}
                """),
            [
                "config.yaml:2:1: poll: duplicate key, first on line 1"
            ]
        ),
        BadFile(
            "A duration requires a unit",
            Reading.withSource("poll: {interval: 60, timeout: \"10\", stale_after: 0}"),
            [
                "config.yaml:1:18: poll.interval: must be a duration with a unit, not 60; write 60s for seconds",
                "config.yaml:1:31: poll.timeout: must be a duration with a unit, not 10; write 10s for seconds",
                "config.yaml:1:50: poll.stale_after: must be a duration with a unit, not 0; write 0s for seconds",
            ]
        ),
        BadFile(
            "A malformed duration is an error with the syntax",
            Reading.withSource(
                """
                poll:
                  interval: 1.5m
                  timeout: 10 s
                  stale_after: 5m1h
                """),
            [
                "config.yaml:2:13: poll.interval: must be a duration, not \"1.5m\"; write integers with the units "
                    + "y, w, d, h, m, s, ms, in this order, such as 1h30m or 500ms",
                "config.yaml:3:12: poll.timeout: must be a duration, not \"10 s\"; write integers with the units "
                    + "y, w, d, h, m, s, ms, in this order, such as 1h30m or 500ms",
                "config.yaml:4:16: poll.stale_after: must be a duration, not \"5m1h\"; write integers with the "
                    + "units y, w, d, h, m, s, ms, in this order, such as 1h30m or 500ms",
            ]
        ),
        BadFile(
            "A duration is not negative",
            Reading.withSource("poll: {interval: -60s}"),
            [
                "config.yaml:1:18: poll.interval: must be a duration, not \"-60s\"; write integers with the units "
                    + "y, w, d, h, m, s, ms, in this order, such as 1h30m or 500ms"
            ]
        ),
        BadFile(
            "A duration has each unit once",
            Reading.withSource("poll: {interval: 1m1m}"),
            [
                "config.yaml:1:18: poll.interval: must be a duration, not \"1m1m\"; write integers with the units "
                    + "y, w, d, h, m, s, ms, in this order, such as 1h30m or 500ms"
            ]
        ),
        BadFile(
            "A duration has bounds",
            Reading.withSource("poll: {interval: 99ms, timeout: 0s, stale_after: 11y}"),
            [
                "config.yaml:1:18: poll.interval: must be a duration from 100ms to 10y, not 99ms",
                "config.yaml:1:33: poll.timeout: must be a duration from 1ms to 10y, not 0s",
                "config.yaml:1:50: poll.stale_after: must be a duration from 1ms to 10y, not 11y",
            ]
        ),
        BadFile(
            "A duration beyond 64 bits is out of range",
            Reading.withSource("poll: {interval: 99999999999999999999s, timeout: 9223372036854775807y}"),
            [
                "config.yaml:1:18: poll.interval: must be a duration from 100ms to 10y, not 99999999999999999999s",
                "config.yaml:1:50: poll.timeout: must be a duration from 1ms to 10y, not 9223372036854775807y",
            ]
        ),
        BadFile(
            "A duration is not a boolean, null or list",
            Reading.withSource(
                """
                poll:
                  interval: true
                  timeout:
                  stale_after: [5m]
                """),
            [
                "config.yaml:2:13: poll.interval: must be a duration, not a boolean",
                "config.yaml:3:11: poll.timeout: must be a duration, not null",
                "config.yaml:4:16: poll.stale_after: must be a duration, not a list",
            ]
        ),
        BadFile(
            "stale_after is at least 2 × interval",
            Reading.withSource("poll: {interval: 3m, stale_after: 5m}"),
            [
                "config.yaml:1:35: poll.stale_after: must be at least 2 × interval (6m), not 5m"
            ]
        ),
    ]
}
