# SPDX-License-Identifier: Apache-2.0
"""The dashboard of the exporter's health: polls, API, credentials, discovery, process."""

from __future__ import annotations

from toolbox.dashboards import common
from toolbox.dashboards import panels as p
from toolbox.dashboards import promql as q
from toolbox.dashboards.board import SOURCE, WORKSPACE, Section, dashboard, query_variable
from toolbox.dashboards.common import POLL_STEP
from toolbox.dashboards.panels import Json

JOB = query_variable("job", "Job", "label_values(dataarts_fabric_exporter_build_info, job)")
INSTANCES = 'label_values(dataarts_fabric_exporter_build_info{job=~"$job"}, instance)'
INSTANCE = query_variable("instance", "Instance", INSTANCES)
EXPORTERS = ('job=~"$job"', 'instance=~"$instance"')


def own(family: str) -> str:
    return q.select(family, *EXPORTERS, source=False, workspace=False)


BUILD_INFO = own("exporter_build_info")


def process(family: str) -> str:
    """Restricts a family that every process exports to the exporters."""
    return f"{family} and on (job, instance) {BUILD_INFO}"


def polled(family: str, *by: str, value: str = "{}", matcher: str = "") -> str:
    return q.each(family, *EXPORTERS, *([matcher] if matcher else []), by=by, value=value)


def called(family: str, *by: str, value: str = "{}") -> str:
    return q.per_source(family, *EXPORTERS, by=by, value=value)


def headlines() -> list[tuple[int, Json]]:
    # An exporter that was scraped within a day still counts while it is down.
    known = f"on (job, instance) last_over_time({BUILD_INFO}[1d])"
    discovery, found = q.per_source("discovery_up"), q.per_source("discovery_workspaces")
    stats = [
        p.stat("Exporters down", "Exporters that were scraped within the last day and are down now.",
               f"sum(1 - (up and {known}))", "short", p.ANY_IS_CRITICAL),
        p.stat("Listings down", "Listings whose last poll failed, over all workspaces.",
               f"sum(1 - {q.each('workspace_up', by=('listing',))})", "short", p.ANY_IS_CRITICAL),
        common.data_age(),
        p.stat("Sources locked out", "Sources that send no requests because the API rejected their credential.",
               q.total(q.per_source("source_locked_out")), "short", p.ANY_IS_CRITICAL),
        p.stat("Sources throttled", "Sources that are rate limited by the API and back off.",
               q.total(q.per_source("source_throttled")), "short", p.ANY_IS_WARNING),
        p.stat("Failing discovery", "Sources whose last discovery failed or found no workspaces.",
               f"count({discovery} == 0 or {found} == 0) or 0 * count({discovery})", "short", p.ANY_IS_CRITICAL,
               no_value="off"),
        p.stat("Configuration loaded", "Whether the last attempt to load the configuration succeeded.",
               f"min({own('exporter_config_last_reload_successful')})", "none", p.ONE_IS_GOOD, mappings=p.YES_NO),
        p.stat("Credential expires in",
               "Time until the first credential expires, if known. The exporter renews credentials in time; a value"
               " near zero means that renewal fails.",
               f"min({q.per_source('credential_expiry_timestamp_seconds')}) - time()", "s",
               p.steps((None, "red"), (600, "orange"), (1800, "green")), no_value="unknown", decimals=0),
    ]  # fmt: skip
    return [(3, stat) for stat in stats]


def sources_table() -> Json:
    expressions = [
        q.per_source("source_locked_out"),
        q.per_source("source_throttled"),
        q.per_source("source_next_probe_timestamp_seconds") + " * 1000",
        q.per_source("discovery_up"),
        q.per_source("discovery_workspaces"),
        q.age(q.per_source("discovery_last_success_timestamp_seconds")),
        q.per_source("credential_expiry_timestamp_seconds") + " - time()",
    ]
    columns = [
        p.column("Locked out", mappings=p.NO_YES),
        p.column("Throttled", mappings=p.NO_YES),
        p.column("Next credential probe", unit="dateTimeAsIso"),
        p.column("Discovery", mappings=p.UP_DOWN),
        p.column("Discovered", unit="short", thresholds=p.ONE_IS_GOOD, cell="color-text"),
        p.column("Last discovery", unit="s", decimals=0),
        p.column("Credential expires in", unit="s", decimals=0),
    ]
    titles = [column["matcher"]["options"] for column in columns]
    values = {f"Value #{letter}": title for letter, title in zip("ABCDEFG", titles, strict=True)}
    return p.table(
        "Sources", "Credential, throttling and discovery of each source. A dash means not applicable.", expressions,
        columns, shown={"source": "Source", **values}, sort=[("Source", False)], no_value="No sources")  # fmt: skip


def failing_table() -> Json:
    failures = polled("workspace_poll_failures_total", "listing", "reason", value="increase({}[15m])")
    return p.table(
        "Failed polls within 15 minutes",
        "Workspaces with failed polls, by reason. docs/metrics.md lists the reasons.",
        [f"{failures} > 0"],
        [p.column("Polls", unit="short", decimals=0, width=80), p.column("Reason", width=140),
         p.column("Source", width=130), p.column("Listing", width=140), p.column("Workspace", link=p.WORKSPACE_LINK)],
        shown={"workspace": "Workspace", "source": "Source", "listing": "Listing", "reason": "Reason",
               "Value": "Polls"},
        sort=[("Polls", True)], no_value="No failed polls")  # fmt: skip


def availability() -> Json:
    down = polled("workspace_up", "listing", value="min_over_time({}[$__range] @ end())")
    return p.statetimeline(
        "Workspace availability",
        "Whether the last poll succeeded (green) or failed (red), for listings that were down at some time in the"
        " range.",
        f"{polled('workspace_up', 'listing')} and on (source, workspace_id, listing) ({down} == 0)",
        "{{workspace}} {{listing}}", mappings=p.UP_DOWN, no_value="All listings were up")  # fmt: skip


def polls() -> Section:
    total = q.total(polled("workspace_polls_total", "listing", value=q.RATE))
    failed = q.total(polled("workspace_poll_failures_total", "listing", "reason", value=q.RATE))
    outcome = p.timeseries(
        "Polls", "Completed polls per minute, by outcome.",
        [(f"60 * ({total} - {failed})", "succeeded"), (f"60 * {failed}", "failed")],
        "opm", stacked=True, interval=POLL_STEP,
        overrides=p.colors({"succeeded": "green", "failed": "red"}))  # fmt: skip
    oldest = polled("workspace_last_success_timestamp_seconds", "listing")
    age = p.timeseries(
        "Data age",
        "Maximum age of the last complete listings of each source, and the age from which they are stale (dashed):"
        " poll.stale_after, for listings other than endpoints at least 3 x their interval.",
        [(q.age(f"min by (source, listing) ({oldest})"), "{{source}} {{listing}}"),
         (f"min by (listing) ({called('poll_stale_after_seconds', 'listing')})", "{{listing}} stale")],
        "s", overrides=[p.dashed("/ stale$/")])  # fmt: skip
    duration = p.timeseries(
        "Poll duration",
        "Duration of the last poll, including retries and waits: top 10. A poll that takes longer than its interval"
        " (dashed) skips the next one.",
        [(f"topk(10, {polled('workspace_last_poll_duration_seconds', 'listing')})", "{{workspace}} {{listing}}"),
         (f"min by (listing) ({called('poll_interval_seconds', 'listing')})", "{{listing}} interval")],
        "s", overrides=[p.dashed("/ interval$/")])  # fmt: skip
    repeated = {"workspace_polls_skipped_total": "skipped", "workspace_relists_total": "relists"}
    skipped = p.timeseries(
        "Skipped polls and relists",
        "Per minute: polls skipped because the previous one was still running, and lists read again because they"
        " changed meanwhile.",
        [(f"60 * {q.total(polled(family, 'listing', value=q.RATE))}", name) for family, name in repeated.items()],
        "opm", interval=POLL_STEP)  # fmt: skip
    malformed = {
        "skipped_records": "records skipped", "malformed_fields": "fields ignored", "cut_values": "values truncated",
        "dropped_details": "details dropped",
    }  # fmt: skip
    records = p.timeseries(
        "Malformed records",
        "In the last complete listings: records without a usable ID, fields of a wrong type, values that were truncated"
        " or replaced by other, and records beyond metrics.max_endpoint_details.",
        [(q.total(polled(f"workspace_{family}", "listing")), name) for family, name in malformed.items()],
        "short", decimals=0)  # fmt: skip
    stalls = polled("workspace_poll_failures_total", "listing", value="increase({}[15m])", matcher='reason="stalled"')
    stalled = p.timeseries(
        "Stalled polls",
        "Stalls that the exporter's watchdog detected within 15 minutes, by source: no poll of a listing completed for"
        " twice the maximum duration of a poll. Each stall counts once, however long it lasts.",
        [(q.total(stalls, "source"), "{{source}}")], "short", interval=POLL_STEP, decimals=0)  # fmt: skip
    since = polled("workspace_failing_since_timestamp_seconds", "listing")
    failing = p.timeseries(
        "Downtime of failing workspaces", "Time since each listing began to fail or stall: top 10.",
        [(f"topk(10, {q.age(since)})", "{{workspace}} {{listing}}")], "s", no_value="No failing listings")  # fmt: skip
    return (
        "Polls", (8, [(12, outcome), (12, common.failed_polls(*EXPORTERS))]), (8, [(12, age), (12, duration)]),
        (7, [(12, skipped), (12, records)]), (7, [(12, stalled), (12, failing)]),
    )  # fmt: skip


def api() -> Section:
    codes = q.total(called("api_requests_total", "operation", "code", value=q.RATE), "code")
    requests = p.timeseries(
        "API requests by code", "API requests per second, by status code; none means no response.",
        [(codes, "{{code}}")], "reqps", stacked=True, interval=POLL_STEP,
        overrides=p.colors(p.CODE_COLORS))  # fmt: skip
    buckets = f"sum by (le) ({q.RATE.format(own('api_request_duration_seconds_bucket'))})"
    latency = p.timeseries(
        "API latency", "Duration of API requests: p50, p90 and p99.",
        [(f"histogram_quantile({quantile}, {buckets})", name)
         for quantile, name in ((0.5, "p50"), (0.9, "p90"), (0.99, "p99"))], "s", interval=POLL_STEP)  # fmt: skip
    retried = q.total(called("api_retries_total", "operation", value=q.RATE), "operation")
    retries = p.timeseries(
        "API retries", "Retried API requests per second, by operation.", [(retried, "{{operation}}")], "reqps",
        interval=POLL_STEP)  # fmt: skip
    received = p.timeseries(
        "API traffic", "Bytes received from the API per second, before decompression, by source.",
        [(called("api_received_bytes_total", value=q.RATE), "{{source}}")], "Bps", interval=POLL_STEP)  # fmt: skip
    refreshed = {"credential_refreshes_total": "{{source}}", "credential_refresh_failures_total": "{{source}} failed"}
    refreshes = p.timeseries(
        "Credential refreshes", "Credential refreshes and failed refreshes per minute, by source.",
        [("60 * " + called(family, value=q.RATE), legend) for family, legend in refreshed.items()],
        "opm", interval=POLL_STEP, no_value="No credential refreshes")  # fmt: skip
    discovery = p.timeseries(
        "Failed discoveries by reason", "Failed discoveries per minute, by source and reason.",
        [(f"60 * {called('discovery_failures_total', 'reason', value=q.RATE)} > 0", "{{source}} {{reason}}")], "opm",
        stacked=True, bars=True, interval=POLL_STEP, no_value="No failed discoveries")  # fmt: skip
    return (
        "API and credentials", (8, [(12, requests), (12, latency)]), (7, [(12, retries), (12, received)]),
        (7, [(12, refreshes), (12, discovery)]), (7, [(24, common.discovered(*EXPORTERS))]),
    )  # fmt: skip


def exporter_process() -> Section:
    memory = p.timeseries("Memory", "Resident memory of each exporter.",
                          [(process("process_resident_memory_bytes"), "{{instance}}")], "bytes")  # fmt: skip
    cpu = p.timeseries("CPU", "CPU usage of each exporter; 100 % is one CPU.",
                       [(process(q.RATE.format("process_cpu_seconds_total")), "{{instance}}")],
                       "percentunit")  # fmt: skip
    files = p.timeseries("Open files", "Open file descriptors / limit.",
                         [(process("process_open_fds / process_max_fds"), "{{instance}}")],
                         "percentunit")  # fmt: skip
    requests = p.timeseries(
        "HTTP requests", "HTTP requests to the exporters per second, by path and code.",
        [(f"sum by (path, code) ({q.RATE.format(own('exporter_http_requests_total'))})", "{{path}} {{code}}")],
        "reqps")  # fmt: skip
    scrape = p.timeseries("Scrape duration", "Duration of Prometheus' scrapes of each exporter.",
                          [(process("scrape_duration_seconds"), "{{instance}}")], "s")  # fmt: skip
    # Independent of the selected instances, because one instance is never a complete set. The shard index is a sample
    # value, so two exporters of one shard count once.
    configured = q.select("exporter_shards", EXPORTERS[0], source=False, workspace=False)
    index = q.select("exporter_shard", EXPORTERS[0], source=False, workspace=False)
    shards = p.timeseries(
        "Shards",
        "Number of distinct shards that are scraped, per job, and the configured number (--shard, dashed). With too"
        " few, workspaces are not polled; with different configured numbers, some are polled twice.",
        [(f'count by (job) (count_values by (job) ("shard", {index}))', "scraped, {{job}}"),
         (f"max by (job) ({configured})", "configured (max), {{job}}"),
         (f"min by (job) ({configured})", "configured (min), {{job}}")],
        "short", overrides=[p.dashed("/^configured/")], decimals=0)  # fmt: skip
    builds = p.table(
        "Builds",
        "Version, shard (index from 0, number of shards) and time of the last configuration load of each exporter.",
        [BUILD_INFO, own("exporter_config_last_reload_success_timestamp_seconds") + " * 1000",
         own("exporter_shard"), own("exporter_shards")],
        [p.column("Config loaded at", unit="dateTimeAsIso"), p.column("Shard", unit="none", width=80),
         p.column("Shards", unit="none", width=80)],
        shown={"instance": "Instance", "version": "Version", "swift_version": "Swift", "libcurl_version": "libcurl",
               "Value #C": "Shard", "Value #D": "Shards", "Value #B": "Config loaded at", "revision": "Revision"},
        sort=[("Instance", False)], no_value="No exporters are scraped")  # fmt: skip
    dropped = p.timeseries(
        "Log lines dropped",
        "Log lines per minute that each exporter dropped because its standard error was not read fast enough. Polling"
        " never waits for the log.",
        [(f"60 * {q.RATE.format(own('exporter_log_lines_dropped_total'))}", "{{instance}}")], "cpm")  # fmt: skip
    return (
        "Exporter process", (7, [(8, memory), (8, cpu), (8, files)]), (7, [(8, requests), (8, scrape), (8, shards)]),
        (6, [(24, dropped)]), (5, [(24, builds)]),
    )  # fmt: skip


def board() -> Json:
    return dashboard(
        "dataarts-fabric-exporter", "DataArts Fabric / Exporter",
        "Health of the exporter: whether the data of the other DataArts Fabric dashboards is complete and current.",
        [JOB, INSTANCE, SOURCE, WORKSPACE],
        [
            (None, (4, headlines())),
            ("Failing workspaces", (8, [(12, availability()), (12, failing_table())]), (5, [(24, sources_table())])),
            polls(), api(), exporter_process(),
        ])  # fmt: skip
