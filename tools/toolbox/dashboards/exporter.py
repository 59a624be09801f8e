# SPDX-License-Identifier: Apache-2.0
"""The dashboard of the exporter's health: polls, API, credentials, discovery, process."""

import common
import panels as p
import promql as q
from board import SOURCE, WORKSPACE, dashboard, query_variable

JOB = query_variable("job", "Job", "label_values(dataarts_fabric_exporter_build_info, job)")
INSTANCE = query_variable(
    "instance", "Instance", 'label_values(dataarts_fabric_exporter_build_info{job=~"$job"}, instance)')
EXPORTERS = ('job=~"$job"', 'instance=~"$instance"')
BUILD_INFO = q.select("exporter_build_info", *EXPORTERS, source=False, workspace=False)
RATE = common.RATE


def own(family, *matchers):
    return q.select(family, *EXPORTERS, *matchers, source=False, workspace=False)


def process(family):
    """Restricts a family that every process exports to the exporters."""
    return f"{family} and on (job, instance) {BUILD_INFO}"


def headlines():
    # An exporter that was scraped within a day still counts while it is down.
    known = f"on (job, instance) last_over_time({BUILD_INFO}[1d])"
    return [
        (3, p.stat("Exporters down", "Exporters that were scraped within the last day and are down now.",
                   f"sum(1 - (up and {known}))", "short", p.ANY_IS_CRITICAL)),
        (3, p.stat("Listings down", "Listings whose last poll failed, over all workspaces.",
                   f"sum(1 - {q.each('workspace_up', by=('listing',))})", "short", p.ANY_IS_CRITICAL)),
        (3, common.data_age()),
        (3, p.stat("Sources locked out", "Sources that send no requests because the API rejected their credential.",
                   q.total(q.per_source("source_locked_out")), "short", p.ANY_IS_CRITICAL)),
        (3, p.stat("Sources throttled", "Sources that are rate limited by the API and back off.",
                   q.total(q.per_source("source_throttled")), "short", p.ANY_IS_WARNING)),
        (3, p.stat("Failing discovery",
                   "Sources whose last discovery failed or found no workspaces.",
                   f"count({q.per_source('discovery_up')} == 0 or {q.per_source('discovery_workspaces')} == 0)"
                   f" or 0 * count({q.per_source('discovery_up')})", "short", p.ANY_IS_CRITICAL, no_value="off")),
        (3, p.stat("Configuration loaded", "Whether the last attempt to load the configuration succeeded.",
                   f"min({own('exporter_config_last_reload_successful')})", "none", p.ONE_IS_GOOD, mappings=p.YES_NO)),
        (3, p.stat("Credential expires in",
                   "Time until the first credential expires, if known. The exporter renews credentials in time; a value near "
                   "zero means that renewal fails.",
                   f"min({q.per_source('credential_expiry_timestamp_seconds')}) - time()", "s",
                   p.steps((None, "red"), (600, "orange"), (1800, "green")), no_value="unknown", decimals=0)),
    ]


def sources_table():
    return p.table(
        "Sources", "Credential, throttling and discovery of each source. A dash means not applicable.",
        [
            q.per_source("source_locked_out"),
            q.per_source("source_throttled"),
            q.per_source("source_next_probe_timestamp_seconds") + " * 1000",
            q.per_source("discovery_up"),
            q.per_source("discovery_workspaces"),
            q.age(q.per_source("discovery_last_success_timestamp_seconds")),
            q.per_source("credential_expiry_timestamp_seconds") + " - time()",
        ],
        [
            p.column("Locked out", mappings=p.NO_YES),
            p.column("Throttled", mappings=p.NO_YES),
            p.column("Next credential probe", unit="dateTimeAsIso"),
            p.column("Discovery", mappings=p.UP_DOWN),
            p.column("Discovered", unit="short", thresholds=p.ONE_IS_GOOD, cell="color-text"),
            p.column("Last discovery", unit="s", decimals=0),
            p.column("Credential expires in", unit="s", decimals=0),
        ],
        shown={"source": "Source", "Value #A": "Locked out", "Value #B": "Throttled",
               "Value #C": "Next credential probe", "Value #D": "Discovery", "Value #E": "Discovered",
               "Value #F": "Last discovery", "Value #G": "Credential expires in"},
        sort=[("Source", False)], no_value="No sources")


def failing_table():
    failures = q.each("workspace_poll_failures_total", *EXPORTERS, by=("listing", "reason"), value="increase({}[15m])")
    return p.table(
        "Failed polls within 15 minutes",
        "Workspaces with failed polls, by reason. docs/metrics.md lists the reasons.",
        [f"{failures} > 0"],
        [p.column("Polls", unit="short", decimals=0, width=80), p.column("Reason", width=140), p.column("Source", width=130),
         p.column("Listing", width=140),
         p.column("Workspace", link=p.WORKSPACE_LINK)],
        shown={"workspace": "Workspace", "source": "Source", "listing": "Listing", "reason": "Reason", "Value": "Polls"},
        sort=[("Polls", True)], no_value="No failed polls")


def polls():
    total = q.total(q.each("workspace_polls_total", *EXPORTERS, by=("listing",), value=RATE))
    failed = q.total(q.each("workspace_poll_failures_total", *EXPORTERS, by=("listing", "reason"), value=RATE))
    outcome = p.timeseries(
        "Polls", "Completed polls per minute, by outcome.",
        [(f"60 * ({total} - {failed})", "succeeded"), (f"60 * {failed}", "failed")],
        "opm", stacked=True, interval=common.POLL_STEP, overrides=p.colors({"succeeded": "green", "failed": "red"}))
    reasons = common.failed_polls(*EXPORTERS)
    oldest = q.each("workspace_last_success_timestamp_seconds", *EXPORTERS, by=("listing",))
    age = p.timeseries(
        "Data age", "Maximum age of the last complete listings of each source, and the age from which they are stale (dashed): "
        "poll.stale_after, for listings other than endpoints at least 3 x their interval.",
        [(q.age(f"min by (source, listing) ({oldest})"), "{{source}} {{listing}}"),
         ("min by (listing) (" + q.per_source("poll_stale_after_seconds", *EXPORTERS, by=("listing",)) + ")", "{{listing}} stale")],
        "s", overrides=[p.dashed("/ stale$/")])
    duration = p.timeseries(
        "Poll duration", "Duration of the last poll, including retries and waits: top 10. A poll that takes longer than its "
        "interval (dashed) skips the next one.",
        [("topk(10, " + q.each("workspace_last_poll_duration_seconds", *EXPORTERS, by=("listing",)) + ")",
          "{{workspace}} {{listing}}"),
         ("min by (listing) (" + q.per_source("poll_interval_seconds", *EXPORTERS, by=("listing",)) + ")",
          "{{listing}} interval")],
        "s", overrides=[p.dashed("/ interval$/")])
    skipped = p.timeseries(
        "Skipped polls and relists",
        "Per minute: polls skipped because the previous one was still running, and lists read again because they changed "
        "meanwhile.",
        [("60 * " + q.total(q.each("workspace_polls_skipped_total", *EXPORTERS, by=("listing",), value=RATE)), "skipped"),
         ("60 * " + q.total(q.each("workspace_relists_total", *EXPORTERS, by=("listing",), value=RATE)), "relists")], "opm",
        interval=common.POLL_STEP)
    availability = p.statetimeline(
        "Workspace availability",
        "Whether the last poll succeeded (green) or failed (red), for listings that were down at some time in the range.",
        f"{q.each('workspace_up', *EXPORTERS, by=('listing',))} and on (source, workspace_id, listing) "
        f"({q.each('workspace_up', *EXPORTERS, by=('listing',), value='min_over_time({}[$__range] @ end())')} == 0)",
        "{{workspace}} {{listing}}", mappings=p.UP_DOWN, no_value="All listings were up")
    records = p.timeseries(
        "Malformed records",
        "In the last complete listings: records without a usable ID, fields of a wrong type, values that were truncated or "
        "replaced by other, and records beyond metrics.max_endpoint_details.",
        [(q.total(q.each("workspace_skipped_records", *EXPORTERS, by=("listing",))), "records skipped"),
         (q.total(q.each("workspace_malformed_fields", *EXPORTERS, by=("listing",))), "fields ignored"),
         (q.total(q.each("workspace_cut_values", *EXPORTERS, by=("listing",))), "values truncated"),
         (q.total(q.each("workspace_dropped_details", *EXPORTERS, by=("listing",))), "details dropped")], "short", decimals=0)
    stalled = p.timeseries(
        "Stalled polls", "Stalls that the exporter's watchdog detected within 15 minutes, by source: no poll of a listing completed for "
        "twice the maximum duration of a poll. Each stall counts once, however long it lasts.",
        [(q.total(q.each("workspace_poll_failures_total", *EXPORTERS, 'reason="stalled"', by=("listing",),
                         value="increase({}[15m])"), "source"),
          "{{source}}")], "short", interval=common.POLL_STEP, decimals=0)
    failing = p.timeseries(
        "Downtime of failing workspaces",
        "Time since each listing began to fail or stall: top 10.",
        [("topk(10, " + q.age(q.each("workspace_failing_since_timestamp_seconds", *EXPORTERS, by=("listing",))) + ")",
          "{{workspace}} {{listing}}")], "s",
        no_value="No failing listings")
    return outcome, reasons, age, duration, skipped, availability, records, stalled, failing


def api():
    requests = p.timeseries(
        "API requests by code", "API requests per second, by status code; none means no response.",
        [(q.total(q.per_source("api_requests_total", *EXPORTERS, by=("operation", "code"), value=RATE), "code"), "{{code}}")],
        "reqps", stacked=True, interval=common.POLL_STEP, overrides=p.colors(p.CODE_COLORS))
    buckets = q.select("api_request_duration_seconds_bucket", *EXPORTERS, source=False, workspace=False)
    latency = p.timeseries(
        "API latency", "Duration of API requests: p50, p90 and p99.",
        [(f"histogram_quantile({quantile}, sum by (le) (rate({buckets}[$__rate_interval])))", name)
         for quantile, name in ((0.5, "p50"), (0.9, "p90"), (0.99, "p99"))], "s", interval=common.POLL_STEP)
    retries = p.timeseries(
        "API retries", "Retried API requests per second, by operation.",
        [(q.total(q.per_source("api_retries_total", *EXPORTERS, by=("operation",), value=RATE), "operation"), "{{operation}}")],
        "reqps", interval=common.POLL_STEP)
    received = p.timeseries(
        "API traffic", "Bytes received from the API per second, before decompression, by source.",
        [(q.per_source("api_received_bytes_total", *EXPORTERS, value=RATE), "{{source}}")], "Bps", interval=common.POLL_STEP)
    refreshes = p.timeseries(
        "Credential refreshes", "Credential refreshes and failed refreshes per minute, by source.",
        [("60 * " + q.per_source("credential_refreshes_total", *EXPORTERS, value=RATE), "{{source}}"),
         ("60 * " + q.per_source("credential_refresh_failures_total", *EXPORTERS, value=RATE), "{{source}} failed")],
        "opm", interval=common.POLL_STEP, no_value="No credential refreshes")
    discovery = p.timeseries(
        "Failed discoveries by reason",
        "Failed discoveries per minute, by source and reason.",
        [("60 * " + q.per_source("discovery_failures_total", *EXPORTERS, by=("reason",), value=RATE) + " > 0",
          "{{source}} {{reason}}")], "opm", stacked=True, bars=True, interval=common.POLL_STEP,
        no_value="No failed discoveries")
    return requests, latency, retries, received, refreshes, discovery


def exporter_process():
    memory = p.timeseries("Memory", "Resident memory of each exporter.",
                          [(process("process_resident_memory_bytes"), "{{instance}}")], "bytes")
    cpu = p.timeseries("CPU", "CPU usage of each exporter; 100 % is one CPU.",
                       [(process("rate(process_cpu_seconds_total[$__rate_interval])"), "{{instance}}")], "percentunit")
    files = p.timeseries("Open files", "Open file descriptors / limit.",
                         [(f"process_open_fds / process_max_fds and on (job, instance) {BUILD_INFO}", "{{instance}}")],
                         "percentunit")
    requests = p.timeseries(
        "HTTP requests", "HTTP requests to the exporters per second, by path and code.",
        [(f"sum by (path, code) (rate({own('exporter_http_requests_total')}[$__rate_interval]))", "{{path}} {{code}}")],
        "reqps")
    scrape = p.timeseries("Scrape duration", "Duration of Prometheus' scrapes of each exporter.",
                          [(process("scrape_duration_seconds"), "{{instance}}")], "s")
    # Independent of the selected instances, because one instance is never a complete set. The shard index is a sample value,
    # so two exporters of one shard count once.
    configured = q.select("exporter_shards", EXPORTERS[0], source=False, workspace=False)
    index = q.select("exporter_shard", EXPORTERS[0], source=False, workspace=False)
    shards = p.timeseries(
        "Shards", "Number of distinct shards that are scraped, per job, and the configured number (--shard, dashed). With too few, "
        "workspaces are not polled; with different configured numbers, some are polled twice.",
        [(f'count by (job) (count_values by (job) ("shard", {index}))', "scraped, {{job}}"),
         (f"max by (job) ({configured})", "configured (max), {{job}}"),
         (f"min by (job) ({configured})", "configured (min), {{job}}")],
        "short", overrides=[p.dashed("/^configured/")], decimals=0)
    builds = p.table(
        "Builds", "Version, shard (index from 0, number of shards) and time of the last configuration load of each exporter.",
        [BUILD_INFO, own("exporter_config_last_reload_success_timestamp_seconds") + " * 1000",
         own("exporter_shard"), own("exporter_shards")],
        [p.column("Config loaded at", unit="dateTimeAsIso"), p.column("Shard", unit="none", width=80),
         p.column("Shards", unit="none", width=80)],
        shown={"instance": "Instance", "version": "Version", "swift_version": "Swift", "libcurl_version": "libcurl",
               "Value #C": "Shard", "Value #D": "Shards", "Value #B": "Config loaded at", "revision": "Revision"},
        sort=[("Instance", False)], no_value="No exporters are scraped")
    dropped = p.timeseries(
        "Log lines dropped", "Log lines per minute that each exporter dropped because its standard error was not read fast enough. "
        "Polling never waits for the log.",
        [(f"60 * rate({own('exporter_log_lines_dropped_total')}[$__rate_interval])", "{{instance}}")], "cpm")
    return memory, cpu, files, requests, scrape, shards, builds, dropped


def board():
    outcome, reasons, age, duration, skipped, availability, records, stalled, failing = polls()
    requests, latency, retries, received, refreshes, discovery = api()
    memory, cpu, files, http, scrape, shards, builds, dropped = exporter_process()
    return dashboard(
        "dataarts-fabric-exporter", "DataArts Fabric / Exporter",
        "Health of the exporter: whether the data of the other DataArts Fabric dashboards is complete and current.",
        [JOB, INSTANCE, SOURCE, WORKSPACE],
        [
            (None, (4, headlines())),
            ("Failing workspaces", (8, [(12, availability), (12, failing_table())]), (5, [(24, sources_table())])),
            ("Polls", (8, [(12, outcome), (12, reasons)]), (8, [(12, age), (12, duration)]),
             (7, [(12, skipped), (12, records)]), (7, [(12, stalled), (12, failing)])),
            ("API and credentials", (8, [(12, requests), (12, latency)]), (7, [(12, retries), (12, received)]),
             (7, [(12, refreshes), (12, discovery)]), (7, [(24, common.discovered(*EXPORTERS))])),
            ("Exporter process", (7, [(8, memory), (8, cpu), (8, files)]), (7, [(8, http), (8, scrape), (8, shards)]),
             (6, [(24, dropped)]),
             (5, [(24, builds)])),
        ])
