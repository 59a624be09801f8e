# SPDX-License-Identifier: Apache-2.0
"""The dashboard of the exporter's health: polls, API, credentials, discovery, process."""

from toolbox.dashboards import common
from toolbox.dashboards import panels as p
from toolbox.dashboards import promql as q
from toolbox.dashboards.board import SOURCE, WORKSPACE, dashboard, query_variable
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


def polled(family: str, *by: str, value: str = "{}", matchers: tuple[str, ...] = EXPORTERS) -> str:
    return q.each(family, *matchers, by=by, value=value)


def called(family: str, *by: str, value: str = "{}") -> str:
    return q.per_source(family, *EXPORTERS, by=by, value=value)


# An exporter that was scraped within a day still counts while it is down.
KNOWN = f"on (job, instance) last_over_time({BUILD_INFO}[1d])"
DISCOVERY_UP, FOUND = q.per_source("discovery_up"), q.per_source("discovery_workspaces")
STATS = [
    p.stat("Exporters down", "Exporters that were scraped within the last day and are down now.",
           f"sum(1 - (up and {KNOWN}))", "short", p.ANY_IS_CRITICAL),
    p.stat("Listings down", "Listings whose last poll failed, over all workspaces.",
           f"sum(1 - {q.each('workspace_up', by=('listing',))})", "short", p.ANY_IS_CRITICAL),
    common.DATA_AGE,
    p.stat("Sources locked out", "Sources that send no requests because the API rejected their credential.",
           q.total(q.per_source("source_locked_out")), "short", p.ANY_IS_CRITICAL),
    p.stat("Sources throttled", "Sources that are rate limited by the API and back off.",
           q.total(q.per_source("source_throttled")), "short", p.ANY_IS_WARNING),
    p.stat("Failing discovery",
           "Sources whose last discovery failed or found no workspaces. No data without discovery.",
           f"count({DISCOVERY_UP} == 0 or {FOUND} == 0) or 0 * count({DISCOVERY_UP})", "short", p.ANY_IS_CRITICAL),
    p.stat("Configuration loaded", "Whether the last attempt to load the configuration succeeded.",
           f"min({own('exporter_config_last_reload_successful')})", "none", p.ONE_IS_GOOD, mappings=p.YES_NO),
    p.stat("Credential expires in",
           "Time until the first credential expires, if known. The exporter renews credentials in time; a value"
           " near zero means that renewal fails.",
           f"min({q.per_source('credential_expiry_timestamp_seconds')}) - time()", "s",
           p.steps((None, "red"), (600, "orange"), (1800, "green")), no_value="unknown", decimals=1),
]  # fmt: skip

# The titles and expressions of a table, and settings of its columns.
SOURCES: dict[str, tuple[str, Json]] = {
    "Locked out": (q.per_source("source_locked_out"), {"mappings": p.NO_YES}),
    "Throttled": (q.per_source("source_throttled"), {"mappings": p.NO_YES}),
    "Next credential probe": (
        q.per_source("source_next_probe_timestamp_seconds") + " * 1000", {"unit": "dateTimeAsIso"}),
    "Discovery": (q.per_source("discovery_up"), {"mappings": p.UP_DOWN}),
    "Discovered": (
        q.per_source("discovery_workspaces"), {"unit": "short", "thresholds": p.ONE_IS_GOOD, "cell": "color-text"}),
    "Last discovery": (
        q.age(q.per_source("discovery_last_success_timestamp_seconds")), {"unit": "s", "decimals": 1}),
    "Credential expires in": (
        q.per_source("credential_expiry_timestamp_seconds") + " - time()", {"unit": "s", "decimals": 1}),
}  # fmt: skip
SOURCES_TABLE = p.table(
    "Sources", "Credential, throttling and discovery of each source. A dash means not applicable.",
    [expression for expression, _ in SOURCES.values()],
    [p.column(title, **settings) for title, (_, settings) in SOURCES.items()],
    shown={"source": "Source", **p.values(SOURCES)}, sort=[("Source", False)], no_value="No sources")  # fmt: skip
FAILURES = polled("workspace_poll_failures_total", "listing", "reason", value="increase({}[15m])")
FAILING_TABLE = p.table(
    "Failed polls within 15 minutes", "Workspaces with failed polls, by reason. docs/metrics.md lists the reasons.",
    [f"{FAILURES} > 0"],
    [p.column("Polls", unit="short", decimals=0, width=80), p.column("Reason", width=140),
     p.column("Source", width=130), p.column("Listing", width=140), p.column("Workspace", link=p.WORKSPACE_LINK)],
    shown={"workspace": "Workspace", "source": "Source", "listing": "Listing", "reason": "Reason", "Value": "Polls"},
    sort=[("Polls", True)], no_value="No failed polls")  # fmt: skip
DOWN = polled("workspace_up", "listing", value="min_over_time({}[$__range] @ end())")
AVAILABILITY = p.chart(
    "state-timeline", "Workspace availability",
    "Whether the last poll succeeded (green) or failed (red), for listings that were down at some time in the range.",
    f"{polled('workspace_up', 'listing')} and on (source, workspace_id, listing) ({DOWN} == 0)",
    "{{workspace}} {{listing}}", mappings=p.UP_DOWN, no_value="All listings were up")  # fmt: skip

ALL_POLLS = q.total(polled("workspace_polls_total", "listing", value=q.RATE))
FAILED_POLLS = q.total(polled("workspace_poll_failures_total", "listing", "reason", value=q.RATE))
OUTCOME = p.timeseries(
    "Polls", "Completed polls per minute, by outcome.",
    [(f"60 * ({ALL_POLLS} - {FAILED_POLLS})", "succeeded"), (f"60 * {FAILED_POLLS}", "failed")],
    "opm", stacked=True, interval=POLL_STEP,
    overrides=p.colors({"succeeded": "green", "failed": "red"}))  # fmt: skip
OLDEST = polled("workspace_last_success_timestamp_seconds", "listing")
AGE = p.timeseries(
    "Data age",
    "Maximum age of the last complete listings of each source, and the age from which they are stale (dashed):"
    " poll.stale_after, for listings other than endpoints at least 3 x their interval.",
    [(q.age(f"min by (source, listing) ({OLDEST})"), "{{source}} {{listing}}"),
     (f"min by (listing) ({called('poll_stale_after_seconds', 'listing')})", "{{listing}} stale")],
    "s", overrides=[p.dashed("/ stale$/")])  # fmt: skip
DURATION = p.timeseries(
    "Poll duration",
    "Duration of the last poll, including retries and waits: top 10. A poll that takes longer than its interval"
    " (dashed) skips the next one.",
    [(f"topk(10, {polled('workspace_last_poll_duration_seconds', 'listing')})", "{{workspace}} {{listing}}"),
     (f"min by (listing) ({called('poll_interval_seconds', 'listing')})", "{{listing}} interval")],
    "s", overrides=[p.dashed("/ interval$/")])  # fmt: skip
REPEATED = {"workspace_polls_skipped_total": "skipped", "workspace_relists_total": "relists"}
SKIPPED = p.timeseries(
    "Skipped polls and relists",
    "Per minute: polls skipped because the previous one was still running, and lists read again because they"
    " changed meanwhile.",
    [(f"60 * {q.total(polled(family, 'listing', value=q.RATE))}", name) for family, name in REPEATED.items()],
    "opm", interval=POLL_STEP)  # fmt: skip
MALFORMED = {
    "skipped_records": "records skipped", "malformed_fields": "fields ignored", "cut_values": "values truncated",
    "dropped_details": "details dropped",
}  # fmt: skip
RECORDS = p.timeseries(
    "Malformed records",
    "In the last complete listings: records without a usable ID, fields of a wrong type, values that were truncated"
    " or replaced by other, and records beyond metrics.max_endpoint_details.",
    [(q.total(polled(f"workspace_{family}", "listing")), name) for family, name in MALFORMED.items()],
    "short", decimals=0)  # fmt: skip
STALLS = polled(
    "workspace_poll_failures_total", "listing", value="increase({}[15m])", matchers=(*EXPORTERS, 'reason="stalled"')
)
STALLED = p.timeseries(
    "Stalled polls",
    "Stalls that the exporter's watchdog detected within 15 minutes, by source: no poll of a listing completed for"
    " twice the maximum duration of a poll. Each stall counts once, however long it lasts.",
    [(q.total(STALLS, "source"), "{{source}}")], "short", interval=POLL_STEP, decimals=0)  # fmt: skip
SINCE = polled("workspace_failing_since_timestamp_seconds", "listing")
FAILING = p.timeseries(
    "Downtime of failing workspaces", "Time since each listing began to fail or stall: top 10.",
    [(f"topk(10, {q.age(SINCE)})", "{{workspace}} {{listing}}")], "s", no_value="No failing listings")  # fmt: skip

CODES = q.total(called("api_requests_total", "operation", "code", value=q.RATE), "code")
REQUESTS = p.timeseries(
    "API requests by code", "API requests per second, by status code; none means no response.",
    [(CODES, "{{code}}")], "reqps", stacked=True, interval=POLL_STEP,
    overrides=p.colors(p.COLORS["code"]))  # fmt: skip
BUCKETS = f"sum by (le) ({q.RATE.format(own('api_request_duration_seconds_bucket'))})"
LATENCY = p.timeseries(
    "API latency", "Duration of API requests: p50, p90 and p99.",
    [(f"histogram_quantile({quantile}, {BUCKETS})", name)
     for quantile, name in ((0.5, "p50"), (0.9, "p90"), (0.99, "p99"))], "s", interval=POLL_STEP)  # fmt: skip
RETRIED = q.total(called("api_retries_total", "operation", value=q.RATE), "operation")
RETRIES = p.timeseries(
    "API retries", "Retried API requests per second, by operation.", [(RETRIED, "{{operation}}")], "reqps",
    interval=POLL_STEP)  # fmt: skip
RECEIVED = p.timeseries(
    "API traffic", "Bytes received from the API per second, before decompression, by source.",
    [(called("api_received_bytes_total", value=q.RATE), "{{source}}")], "Bps", interval=POLL_STEP)  # fmt: skip
REFRESHED = {"credential_refreshes_total": "{{source}}", "credential_refresh_failures_total": "{{source}} failed"}
REFRESHES = p.timeseries(
    "Credential refreshes", "Credential refreshes and failed refreshes per minute, by source.",
    [("60 * " + called(family, value=q.RATE), legend) for family, legend in REFRESHED.items()],
    "opm", interval=POLL_STEP, no_value="No credential refreshes")  # fmt: skip
DISCOVERY = p.timeseries(
    "Failed discoveries by reason", "Failed discoveries per minute, by source and reason.",
    [(f"60 * {called('discovery_failures_total', 'reason', value=q.RATE)} > 0", "{{source}} {{reason}}")], "opm",
    stacked=True, bars=True, interval=POLL_STEP, no_value="No failed discoveries")  # fmt: skip

MEMORY = p.timeseries("Memory", "Resident memory of each exporter.",
                      [(process("process_resident_memory_bytes"), "{{instance}}")], "bytes")  # fmt: skip
CPU = p.timeseries("CPU", "CPU usage of each exporter; 100 % is one CPU.",
                   [(process(q.RATE.format("process_cpu_seconds_total")), "{{instance}}")],
                   "percentunit")  # fmt: skip
FILES = p.timeseries("Open files", "Open file descriptors / limit.",
                     [(process("process_open_fds / process_max_fds"), "{{instance}}")],
                     "percentunit")  # fmt: skip
HTTP = p.timeseries(
    "HTTP requests", "HTTP requests to the exporters per second, by path and code.",
    [(f"sum by (path, code) ({q.RATE.format(own('exporter_http_requests_total'))})", "{{path}} {{code}}")],
    "reqps")  # fmt: skip
SCRAPE = p.timeseries("Scrape duration", "Duration of Prometheus' scrapes of each exporter.",
                      [(process("scrape_duration_seconds"), "{{instance}}")], "s")  # fmt: skip
# Independent of the selected instances, because one instance is never a complete set. The shard index is a sample
# value, so two exporters of one shard count once.
CONFIGURED = q.select("exporter_shards", EXPORTERS[0], source=False, workspace=False)
INDEX = q.select("exporter_shard", EXPORTERS[0], source=False, workspace=False)
SHARDS = p.timeseries(
    "Shards",
    "Number of distinct shards that are scraped, per job, and the configured number (--shard, dashed). With too"
    " few, workspaces are not polled; with different configured numbers, some are polled twice.",
    [(f'count by (job) (count_values by (job) ("shard", {INDEX}))', "scraped, {{job}}"),
     (f"max by (job) ({CONFIGURED})", "configured (max), {{job}}"),
     (f"min by (job) ({CONFIGURED})", "configured (min), {{job}}")],
    "short", overrides=[p.dashed("/^configured/")], decimals=0)  # fmt: skip
BUILDS = p.table(
    "Builds",
    "Version, shard (index from 0, number of shards) and time of the last configuration load of each exporter.",
    [BUILD_INFO, own("exporter_config_last_reload_success_timestamp_seconds") + " * 1000",
     own("exporter_shard"), own("exporter_shards")],
    [p.column("Config loaded at", unit="dateTimeAsIso"), p.column("Shard", unit="none", width=80),
     p.column("Shards", unit="none", width=80)],
    shown={"instance": "Instance", "version": "Version", "swift_version": "Swift", "libcurl_version": "libcurl",
           "Value #C": "Shard", "Value #D": "Shards", "Value #B": "Config loaded at", "revision": "Revision"},
    sort=[("Instance", False)], no_value="No exporters are scraped")  # fmt: skip
DROPPED = p.timeseries(
    "Log lines dropped",
    "Log lines per minute that each exporter dropped because its standard error was not read fast enough. Polling"
    " never waits for the log.",
    [(f"60 * {q.RATE.format(own('exporter_log_lines_dropped_total'))}", "{{instance}}")], "cpm")  # fmt: skip

BOARD = dashboard(
    "exporter", "Exporter",
    "Health of the exporter: whether the data of the other DataArts Fabric dashboards is complete and current.",
    [JOB, INSTANCE, SOURCE, WORKSPACE],
    [
        (None, (4, [(3, stat) for stat in STATS])),
        ("Failing workspaces", (8, [(12, AVAILABILITY), (12, FAILING_TABLE)]), (5, [(24, SOURCES_TABLE)])),
        ("Polls", (8, [(12, OUTCOME), (12, common.failed_polls(*EXPORTERS))]), (8, [(12, AGE), (12, DURATION)]),
         (7, [(12, SKIPPED), (12, RECORDS)]), (7, [(12, STALLED), (12, FAILING)])),
        ("API and credentials", (8, [(12, REQUESTS), (12, LATENCY)]), (7, [(12, RETRIES), (12, RECEIVED)]),
         (7, [(12, REFRESHES), (12, DISCOVERY)]), (7, [(24, common.discovered(*EXPORTERS))])),
        ("Exporter process", (7, [(8, MEMORY), (8, CPU), (8, FILES)]), (7, [(12, HTTP), (12, SCRAPE)]),
         (7, [(12, SHARDS), (12, DROPPED)]), (5, [(24, BUILDS)])),
    ])  # fmt: skip
