// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Config
internal import Fabric

/// Remedies for the failures that `check --connect` finds, in English.
struct ConnectionRemedies {
    /// The minimum clock skew for which a warning is printed, in seconds.
    static let clockWarningThreshold: Int64 = 3 * 60

    private let remedies: SourceRemedies

    init(_ findings: SourceFindings, environment: [String: String]) {
        var remedies = SourceRemedies(findings.settings, environment: environment)
        remedies.clockSkewSeconds = findings.clockSkewSeconds
        remedies.visibleWorkspaces = findings.visible
        self.remedies = remedies
    }

    /// Returns the remedy for `failure`, one or more sentences.
    /// - Parameter usesServices: whether the request was sent to `services_url`.
    func remedy(for failure: APIFailure, of subject: SourceRemedies.Subject, usesServices: Bool = false) -> String {
        let remedies = usesServices ? remedies.ofServices : remedies
        return Language.english(remedies.remedy(for: failure.reason, of: subject).text)
    }

    /// Returns the remedy for a discovery that succeeded but has no workspaces to poll.
    static func remedy(forEmpty discovery: SourceFindings.Discovery) -> String {
        let remedy: Remedy =
            if !discovery.excluded.isEmpty { .checkPatterns } else if let all = discovery.unfiltered, all > 0 {
                .checkDiscoveryFilter(count: all)
            } else { .checkDiscoveryPermission }
        return Language.english(remedy.text)
    }

    /// A warning about clock skew; nil if the clock is right or the skew is unknown.
    var clockWarning: String? {
        guard let ahead = remedies.clockSkewSeconds, abs(ahead) >= Self.clockWarningThreshold else { return nil }
        return "this machine's clock is \(Language.english(Remedy.skew(ahead))): synchronize it (NTP); "
            + "signed requests are rejected beyond 15 minutes, and ages in metrics are off by the same amount"
    }
}
