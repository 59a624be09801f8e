// SPDX-License-Identifier: Apache-2.0

/// Turns checked sections into settings: defaults, and what must hold between keys of different sections. Where a value
/// is missing because it was reported already, nothing is said about it a second time.
struct SettingsBuilder {
    let environment: [String: String]
    var log: ProblemLog

    /// - Throws: every problem found by now, here or before.
    mutating func configuration(_ file: CheckedSection?) throws(ConfigurationProblems) -> ExporterConfiguration {
        let poll = file?.section("poll").map { self.poll($0) } ?? PollSettings()
        let metrics = file?.section("metrics").map(self.metrics) ?? MetricsSettings()
        let sections = file?.list("sources") ?? []
        var sources: [SourceSettings] = []
        for section in sections {
            guard let source = source(section) else { continue }
            sources.append(source)
            warnAboutRate(source, section, poll)
        }
        refuseDuplicateNames(sections)
        guard log.isClean else { throw log.failure }
        return ExporterConfiguration(
            poll: poll, metrics: metrics, sources: sources, warnings: log.warnings,
            missingSecrets: log.missingSecrets)
    }

    private mutating func poll(_ section: CheckedSection) -> PollSettings {
        var poll = PollSettings()
        poll.interval = section.duration("interval") ?? poll.interval
        poll.timeout = section.duration("timeout") ?? poll.timeout
        poll.concurrency = section.integer("concurrency") ?? poll.concurrency
        poll.requestsPerSecond = section.number("requests_per_second") ?? poll.requestsPerSecond
        poll.retries = section.integer("retries") ?? poll.retries
        poll.pageSize = section.integer("page_size") ?? poll.pageSize
        poll.connectionMaxAge = section.duration("connection_max_age") ?? poll.connectionMaxAge
        poll.maxEndpoints = section.integer("max_endpoints") ?? poll.maxEndpoints
        poll.maxResponseBytes = section.integer("max_response_bytes") ?? poll.maxResponseBytes
        let staleAfter = section.duration("stale_after")
        poll.staleAfter = staleAfter ?? PollSettings.defaultStaleAfter(interval: poll.interval)
        let isIntervalKnown = !section.isGiven("interval") || section.duration("interval") != nil
        if let staleAfter, isIntervalKnown, staleAfter < poll.interval * 2 {
            let least = Durations.format(poll.interval * 2)
            log.report(
                section.mark(of: "stale_after"), section.path(of: "stale_after"),
                "must be at least 2 × interval, \(least), not \(Durations.format(staleAfter))"
            )
        }
        return poll
    }

    private func metrics(_ section: CheckedSection) -> MetricsSettings {
        var metrics = MetricsSettings()
        metrics.endpointDetails =
            section.text("endpoint_details").flatMap(EndpointDetails.init) ?? metrics.endpointDetails
        metrics.maxEndpointDetails = section.integer("max_endpoint_details") ?? metrics.maxEndpointDetails
        return metrics
    }

    private mutating func refuseDuplicateNames(_ sections: [CheckedSection]) {
        var firstPaths: [String: String] = [:]
        for section in sections {
            // The region is the name where there is none, so it can collide as well.
            let key = section.isGiven("name") ? "name" : "region"
            guard let name = section.text(key) else { continue }
            if let first = firstPaths[name] {
                let hint = key == "region" ? "; give one of them a name" : ""
                log.report(section.mark(of: key), section.path(of: key), "the name is that of \(first) already\(hint)")
            } else {
                firstPaths[name] = section.path
            }
        }
    }

    mutating func warnAboutRate(_ source: SourceSettings, _ section: CheckedSection, _ poll: PollSettings) {
        let count = source.workspaces.count
        let (seconds, attoseconds) = poll.interval.components
        let interval = Double(seconds) + Double(attoseconds) / 1e18
        let asked = Double(count) * 60 / interval
        let allowed = poll.requestsPerSecond * 60
        guard poll.requestsPerSecond > 0, asked > allowed else { return }
        log.warn(
            section.mark(of: "workspaces"), section.path(of: "workspaces"),
            "\(count) workspaces every \(Durations.format(poll.interval)) ask for \(Int(asked.rounded(.up))) requests a "
                + "minute or more, poll.requests_per_second allows \(Int(allowed))"
        )
    }
}
