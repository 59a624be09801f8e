// SPDX-License-Identifier: Apache-2.0
internal import Base

/// The runbook of one or more alerts: meaning, impact, diagnosis and mitigation.
struct Runbook: Sendable {
    /// Markup in every language.
    struct Text: Sendable {
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
    let text: Text

    var title: Phrase { Phrase(alerts.joined(separator: ", "), alerts.joined(separator: "、")) }

    /// Returns the runbook of an alert, with or without the file name extension `.md`.
    static func named(_ name: String) -> Runbook? {
        let alert = name.hasSuffix(".md") ? String(name.dropLast(3)) : name
        return all.first { $0.alerts.contains(alert) }
    }
}
