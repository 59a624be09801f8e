// SPDX-License-Identifier: Apache-2.0
internal import Base

/// The text of a runbook, which is about one or more alerts: meaning, impact, diagnosis and mitigation.
struct RunbookText: Sendable {
    /// Markup in every language.
    struct Body: Sendable {
        let english: HTML
        let chinese: HTML

        subscript(language: Language) -> HTML {
            switch language {
            case .english: english
            case .chinese: chinese
            }
        }
    }

    /// The names of the alerts. The first one is the runbook's name.
    let alerts: [String]
    let body: Body

    var title: Phrase { Phrase(alerts.joined(separator: ", "), alerts.joined(separator: "、")) }

    /// Returns the text about an alert, with or without the file name extension `.md`; nil if there is none.
    static func named(_ name: String) -> RunbookText? {
        let alert = name.hasSuffix(".md") ? String(name.dropLast(3)) : name
        return all.first { $0.alerts.contains(alert) }
    }
}
