# SPDX-License-Identifier: Apache-2.0
"""Is what the other dashboards say to be trusted? Polls, the API, credentials, discovery, the process."""

import common
import panels as p
import promql as q
from board import SOURCE, WORKSPACE, dashboard, query_variable

JOB = query_variable("job", "Job", "label_values(dataarts_fabric_exporter_build_info, job)")
INSTANCE = query_variable(
    "instance", "Instance", 'label_values(dataarts_fabric_exporter_build_info{job=~"$job"}, instance)')
OURS = ('job=~"$job"', 'instance=~"$instance"')
BUILD_INFO = q.select("exporter_build_info", *OURS, source=False, workspace=False)
RATE = common.RATE


def own(family, *matchers):
    return q.select(family, *OURS, *matchers, source=False, workspace=False)


def process(family):
    """A family that every process has, of the exporters alone."""
    return f"{family} and on (job, instance) {BUILD_INFO}"


def headlines():
    # What has been an exporter within a day is still one while it cannot be scraped.
    known = f"on (job, instance) last_over_time({BUILD_INFO}[1d])"
    return [
        (3, p.stat("Exporters down", "Exporters that Prometheus scraped within the last day and cannot scrape now.",
                   f"sum(1 - (up and {known}))", "short", p.ANY_IS_BAD)),
        (3, p.stat("Listings failing", "Listings whose last poll was not complete, over all workspaces.",
                   f"sum(1 - {q.each('workspace_up', by=('listing',))})", "short", p.ANY_IS_BAD)),
        (3, common.data_age()),
        (3, p.stat("Sources locked out", "Sources that send nothing, because their credential was refused.",
                   q.total(q.per_source("source_locked_out")), "short", p.ANY_IS_BAD)),
        (3, p.stat("Sources throttled", "Sources that pause, because the service throttles them.",
                   q.total(q.per_source("source_throttled")), "short", p.ANY_IS_ODD)),
        (3, p.stat("Discoveries failing or empty",
                   "Sources whose last discovery failed, or found no workspace.",
                   f"count({q.per_source('discovery_up')} == 0 or {q.per_source('discovery_workspaces')} == 0)"
                   f" or 0 * count({q.per_source('discovery_up')})", "short", p.ANY_IS_BAD, no_value="off")),
        (3, p.stat("Configuration loaded", "Whether the last attempt to load the configuration succeeded.",
                   f"min({own('exporter_config_last_reload_successful')})", "none", p.ONE_IS_GOOD, mappings=p.YES_NO)),
        (3, p.stat("Credential expires in",
                   "Time until the first of the credentials expires, where that is known. The exporter renews in time; this "
                   "nears zero when it cannot.",
                   f"min({q.per_source('credential_expiry_timestamp_seconds')}) - time()", "s",
                   p.steps((None, "red"), (600, "orange"), (1800, "green")), no_value="unknown", decimals=0)),
    ]


def sources_table():
    return p.table(
        "Sources", "Every source: its credential, its pace, and what discovery found. A dash means that it has no such thing.",
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
            p.column("Credential is tested at", unit="dateTimeAsIso"),
            p.column("Discovery works", mappings=p.YES_NO),
            p.column("Discovered", unit="short", thresholds=p.ONE_IS_GOOD, cell="color-text"),
            p.column("Discovery's age", unit="s", decimals=0),
            p.column("Credential expires in", unit="s", decimals=0),
        ],
        shown={"source": "Source", "Value #A": "Locked out", "Value #B": "Throttled",
               "Value #C": "Credential is tested at", "Value #D": "Discovery works", "Value #E": "Discovered",
               "Value #F": "Discovery's age", "Value #G": "Credential expires in"},
        sort=[("Source", False)], no_value="No source")


def failing_table():
    failures = q.each("workspace_poll_failures_total", *OURS, by=("listing", "reason"), value="increase({}[15m])")
    return p.table(
        "Failed polls within 15 minutes",
        "Workspaces that polls failed for, why, and how often. docs/metrics.md lists the reasons.",
        [f"{failures} > 0"],
        [p.column("Polls", unit="short", decimals=0, width=80), p.column("Reason", width=140), p.column("Source", width=130),
         p.column("Listing", width=140),
         p.column("Workspace", link=p.WORKSPACE_LINK)],
        shown={"workspace": "Workspace", "source": "Source", "listing": "Listing", "reason": "Reason", "Value": "Polls"},
        sort=[("Polls", True)], no_value="No poll failed")


def polls():
    total = q.total(q.each("workspace_polls_total", *OURS, by=("listing",), value=RATE))
    failed = q.total(q.each("workspace_poll_failures_total", *OURS, by=("listing", "reason"), value=RATE))
    outcome = p.timeseries(
        "Polls", "Polls ended per minute, by outcome.",
        [(f"60 * ({total} - {failed})", "succeeded"), (f"60 * {failed}", "failed")],
        "opm", stacked=True, interval=common.POLL_STEP, overrides=p.colours({"succeeded": "green", "failed": "red"}))
    reasons = common.failed_polls(*OURS)
    oldest = q.each("workspace_last_success_timestamp_seconds", *OURS, by=("listing",))
    age = p.timeseries(
        "Data age", "Age of the oldest complete listing of each source, against the age at which its series are dropped (dashed): "
        "poll.stale_after, for listings other than endpoints also 3 x their interval.",
        [(q.age(f"min by (source, listing) ({oldest})"), "{{source}} {{listing}}"),
         ("min by (listing) (" + q.per_source("poll_stale_after_seconds", *OURS, by=("listing",)) + ")", "{{listing}} stale")],
        "s", overrides=[p.dashed("/ stale$/")])
    duration = p.timeseries(
        "Poll duration", "How long the last poll took, retries and waits included: the ten slowest. A poll that takes "
        "longer than its interval (dashed) skips slots.",
        [("topk(10, " + q.each("workspace_last_poll_duration_seconds", *OURS, by=("listing",)) + ")",
          "{{workspace}} {{listing}}"),
         ("min by (listing) (" + q.per_source("poll_interval_seconds", *OURS, by=("listing",)) + ")",
          "{{listing}} interval")],
        "s", overrides=[p.dashed("/ interval$/")])
    slots = p.timeseries(
        "Polls skipped and begun again",
        "Per minute: slots missed because the poll before was still running, and listings begun again because pages shifted.",
        [("60 * " + q.total(q.each("workspace_polls_skipped_total", *OURS, by=("listing",), value=RATE)), "skipped"),
         ("60 * " + q.total(q.each("workspace_relists_total", *OURS, by=("listing",), value=RATE)), "begun again")], "opm",
        interval=common.POLL_STEP)
    seen = p.statetimeline(
        "Workspaces that did not always answer",
        "When the last poll ended in a complete listing (green) and when not (red), for the listings that failed at some time "
        "in the range.",
        f"{q.each('workspace_up', *OURS, by=('listing',))} and on (source, workspace_id, listing) "
        f"({q.each('workspace_up', *OURS, by=('listing',), value='min_over_time({}[$__range] @ end())')} == 0)",
        "{{workspace}} {{listing}}", mappings=p.YES_NO, no_value="All answered at all times")
    records = p.timeseries(
        "Records that were not as documented",
        "Records without a usable id, fields of a wrong type and values that were cut or replaced by other in the last complete "
        "listings, and records beyond metrics.max_endpoint_details that have no series of their own.",
        [(q.total(q.each("workspace_skipped_records", *OURS, by=("listing",))), "records skipped"),
         (q.total(q.each("workspace_malformed_fields", *OURS, by=("listing",))), "fields taken as absent"),
         (q.total(q.each("workspace_cut_values", *OURS, by=("listing",))), "values cut"),
         (q.total(q.each("workspace_dropped_details", *OURS, by=("listing",))), "details dropped")], "short", decimals=0)
    stalled = p.timeseries(
        "Stalled polls", "Stalls that the exporter's watchdog noticed within 15 minutes, by source: no poll of a listing ended for "
        "twice the time that a poll may take. Each stall counts once, however long it lasts.",
        [(q.total(q.each("workspace_poll_failures_total", *OURS, 'reason="stalled"', by=("listing",),
                         value="increase({}[15m])"), "source"),
          "{{source}}")], "short", interval=common.POLL_STEP, decimals=0)
    failing = p.timeseries(
        "Time since a workspace began to fail",
        "For how long each listing has failed or stalled: the ten that have for the longest time.",
        [("topk(10, " + q.age(q.each("workspace_failing_since_timestamp_seconds", *OURS, by=("listing",))) + ")",
          "{{workspace}} {{listing}}")], "s",
        no_value="No listing fails")
    return outcome, reasons, age, duration, slots, seen, records, stalled, failing


def api():
    requests = p.timeseries(
        "API requests by code", "HTTP exchanges with the API per second, by status code; none where no response came.",
        [(q.total(q.per_source("api_requests_total", *OURS, by=("operation", "code"), value=RATE), "code"), "{{code}}")],
        "reqps", stacked=True, interval=common.POLL_STEP, overrides=p.colours(p.CODE_COLOURS))
    buckets = q.select("api_request_duration_seconds_bucket", *OURS, source=False, workspace=False)
    latency = p.timeseries(
        "API latency", "How long HTTP exchanges with the API took: median, and what 90 and 99 of 100 stayed below.",
        [(f"histogram_quantile({quantile}, sum by (le) (rate({buckets}[$__rate_interval])))", name)
         for quantile, name in ((0.5, "median"), (0.9, "90 %"), (0.99, "99 %"))], "s", interval=common.POLL_STEP)
    retries = p.timeseries(
        "API retries", "Further tries of exchanges that failed, per second, by operation.",
        [(q.total(q.per_source("api_retries_total", *OURS, by=("operation",), value=RATE), "operation"), "{{operation}}")],
        "reqps", interval=common.POLL_STEP)
    received = p.timeseries(
        "API traffic", "Bytes received from the API per second, as they came over the wire, by source.",
        [(q.per_source("api_received_bytes_total", *OURS, value=RATE), "{{source}}")], "Bps", interval=common.POLL_STEP)
    refreshes = p.timeseries(
        "Credential refreshes", "Credentials obtained anew per minute, and attempts that failed, by source.",
        [("60 * " + q.per_source("credential_refreshes_total", *OURS, value=RATE), "{{source}}"),
         ("60 * " + q.per_source("credential_refresh_failures_total", *OURS, value=RATE), "{{source}} failed")],
        "opm", interval=common.POLL_STEP, no_value="No credential is refreshed")
    discovery = p.timeseries(
        "Failed discoveries by reason",
        "Discoveries per minute that ended without a complete list of workspaces, by source and reason.",
        [("60 * " + q.per_source("discovery_failures_total", *OURS, by=("reason",), value=RATE) + " > 0",
          "{{source}} {{reason}}")], "opm", stacked=True, bars=True, interval=common.POLL_STEP,
        no_value="No discovery failed")
    return requests, latency, retries, received, refreshes, discovery


def the_process():
    memory = p.timeseries("Memory", "Resident memory of each exporter.",
                          [(process("process_resident_memory_bytes"), "{{instance}}")], "bytes")
    cpu = p.timeseries("CPU", "Share of one CPU that each exporter takes.",
                       [(process("rate(process_cpu_seconds_total[$__rate_interval])"), "{{instance}}")], "percentunit")
    files = p.timeseries("Open files", "File descriptors in use, of those allowed.",
                         [(f"process_open_fds / process_max_fds and on (job, instance) {BUILD_INFO}", "{{instance}}")],
                         "percentunit")
    requests = p.timeseries(
        "Requests answered", "HTTP requests that the exporters answered per second, by path and code.",
        [(f"sum by (path, code) (rate({own('exporter_http_requests_total')}[$__rate_interval]))", "{{path}} {{code}}")],
        "reqps")
    scrape = p.timeseries("Scrape duration", "How long Prometheus took to scrape each exporter.",
                          [(process("scrape_duration_seconds"), "{{instance}}")], "s")
    # Of all instances, whichever are chosen: one alone is never a whole. Which shard an exporter is, is a value, so that two
    # of one shard count once.
    told = q.select("exporter_shards", OURS[0], source=False, workspace=False)
    which = q.select("exporter_shard", OURS[0], source=False, workspace=False)
    shards = p.timeseries(
        "Shards", "Different shards that are scraped, of each job, against how many its exporters are told that there are "
        "(--shard, dashed): too few, and workspaces are polled by nobody; told differently, and some are polled twice.",
        [(f'count by (job) (count_values by (job) ("shard", {which}))', "scraped, {{job}}"),
         (f"max by (job) ({told})", "told, {{job}}"), (f"min by (job) ({told})", "told at least, {{job}}")],
        "short", overrides=[p.dashed("/^told/")], decimals=0)
    builds = p.table(
        "Builds", "What each exporter was built from, which shard it is (from 0) of how many, and when its configuration was "
        "loaded.",
        [BUILD_INFO, own("exporter_config_last_reload_success_timestamp_seconds") + " * 1000",
         own("exporter_shard"), own("exporter_shards")],
        [p.column("Configuration of", unit="dateTimeAsIso"), p.column("Shard", unit="none", width=80),
         p.column("Of", unit="none", width=80)],
        shown={"instance": "Instance", "version": "Version", "swift_version": "Swift", "libcurl_version": "libcurl",
               "Value #C": "Shard", "Value #D": "Of", "Value #B": "Configuration of", "revision": "Revision"},
        sort=[("Instance", False)], no_value="No exporter is scraped")
    dropped = p.timeseries(
        "Log lines dropped", "Lines of the log per minute that each exporter dropped, because its standard error was not read fast "
        "enough. Polling never waits for the log.",
        [(f"60 * rate({own('exporter_log_lines_dropped_total')}[$__rate_interval])", "{{instance}}")], "cpm")
    return memory, cpu, files, requests, scrape, shards, builds, dropped


def board():
    outcome, reasons, age, duration, slots, seen, records, stalled, failing = polls()
    requests, latency, retries, received, refreshes, discovery = api()
    memory, cpu, files, http, scrape, shards, builds, dropped = the_process()
    return dashboard(
        "dataarts-fabric-exporter", "DataArts Fabric / Exporter",
        "Whether what the other dashboards of DataArts Fabric say is complete and fresh, and if not, why.",
        [JOB, INSTANCE, SOURCE, WORKSPACE],
        [
            (None, (4, headlines())),
            ("Who cannot be seen", (8, [(12, seen), (12, failing_table())]), (5, [(24, sources_table())])),
            ("Polls", (8, [(12, outcome), (12, reasons)]), (8, [(12, age), (12, duration)]),
             (7, [(12, slots), (12, records)]), (7, [(12, stalled), (12, failing)])),
            ("API and credentials", (8, [(12, requests), (12, latency)]), (7, [(12, retries), (12, received)]),
             (7, [(12, refreshes), (12, discovery)]), (7, [(24, common.discovered(*OURS))])),
            ("The exporter itself", (7, [(8, memory), (8, cpu), (8, files)]), (7, [(8, http), (8, scrape), (8, shards)]),
             (6, [(24, dropped)]),
             (5, [(24, builds)])),
        ])
