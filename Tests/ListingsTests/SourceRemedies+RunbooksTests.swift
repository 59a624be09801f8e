// SPDX-License-Identifier: Apache-2.0
import Base
import Fabric
import Glibc
import TestSupport
import Testing

@testable import Listings

/// Tables of the runbooks, compared with the table of remedies. `WRITE_RUNBOOKS=1 swift test` writes them.
@Suite("Remedies in runbooks")
struct SourceRemediesRunbooksTests {
    /// Returns the path of a file in `dashboards`.
    private static func path(_ name: String) -> String {
        #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" } + "/dashboards/\(name)"
    }

    private static func read(_ path: String) throws -> String {
        let descriptor = open(path, O_RDONLY)
        try #require(descriptor >= 0, "\(path)")
        defer { close(descriptor) }
        return String(decoding: contents(of: descriptor, 0..<1_000_000), as: UTF8.self)
    }

    /// The usually permanent reasons first, each in the order in which they are frequent.
    private static let reasons: [FailureReason] = [
        .unauthenticated, .forbidden, .credentials, .notFound, .badRequest, .tls, .throttled, .timeout, .server,
        .network, .response, .inconsistent, .stalled,
    ]
    private static let listing = SourceRemedies.Subject.listing(
        permission: ListingRegistry.all[0].permission, isFiltered: nil)
    private static let agency = Phrase("with `assume_agency`", "使用 `assume_agency`")

    private static func remedies(_ kind: CredentialKind = .token, agency: Bool = false) -> SourceRemedies {
        SourceRemedies(
            baseURL: "https://fabric.$REGION.myhuaweicloud.com", credential: kind, assumesAgency: agency)
    }

    private static func line(_ cells: [String]) -> String { "| \(cells.joined(separator: " | ")) |" }

    /// The table of all reasons.
    private static func reasonTable(_ language: Language) -> [String] {
        let titles = [
            Phrase("`reason`"), Phrase("severity", "级别"), Phrase("meaning", "含义"), Phrase("remedy", "处理"),
        ]
        let rows = reasons.map { reason in
            let severity = reason.isUsuallyPermanent ? Phrase("critical", "严重") : Phrase("warning", "警告")
            return line([
                "`\(reason.rawValue)`", language(severity), language(reason.markdownMeaning),
                language(remedy(of: reason, language)),
            ])
        }
        return [line(titles.map { language($0) }), line(titles.map { _ in "---" })] + rows
    }

    private static func remedy(of reason: FailureReason, _ language: Language) -> Phrase {
        switch reason {
        case .unauthenticated, .credentials:
            return Phrase("See the table by kind of credential below.", "见下面按凭证类型的表。")
        case .notFound:
            let both = [listing, .discovery].map { remedies().remedy(for: reason, of: $0).markdown }
            return Phrase(both.map { $0[.english] }.joined(separator: " "), both.map { $0[.chinese] }.joined())
        default: return remedies().remedy(for: reason, of: listing).markdown
        }
    }

    /// The table of credentials that are rejected or cannot be obtained.
    private static func credentialTable(_ language: Language) -> [String] {
        func row(_ name: String, _ remedies: SourceRemedies) -> String {
            line(
                [name]
                    + [.unauthenticated, .credentials].map {
                        language(remedies.remedy(for: $0, of: .discovery).markdown)
                    })
        }
        return [line(["`auth`", "`unauthenticated`", "`credentials`"]), line(["---", "---", "---"])]
            + CredentialKind.allCases.map { row("`\($0.rawValue)`", remedies($0)) }
            + [row(language(agency), remedies(.accessKey, agency: true))]
    }

    /// The table of reasons whose remedy is another one for discovery.
    private static func discoveryTable(_ language: Language) -> [String] {
        let differing = reasons.filter {
            remedies().remedy(for: $0, of: listing) != remedies().remedy(for: $0, of: .discovery)
        }
        return [line(["`reason`", language(Phrase("remedy", "处理"))]), line(["---", "---"])]
            + differing.map {
                line(["`\($0.rawValue)`", language(remedies().remedy(for: $0, of: .discovery).markdown)])
            }
    }

    private static let tables: [(runbook: String, table: @Sendable (Language) -> [String])] = [
        ("WorkspaceFailing", reasonTable), ("WorkspaceFailing", credentialTable),
        ("DiscoveryFailing", discoveryTable), ("SourceLockedOut", credentialTable),
    ]

    @Test(
        "The tables of reasons and remedies are those of the program; WRITE_RUNBOOKS=1 generates them",
        arguments: Language.allCases)
    func tables(language: Language) throws {
        for (runbook, table) in Self.tables {
            let ending = language == .english ? "md" : "zh.md"
            let path = Self.path("runbooks/DataArtsFabric\(runbook).\(ending)")
            var lines = try Self.read(path).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            let expected = table(language)
            let start = try #require(lines.firstIndex(of: expected[0]), "\(path) has no such table")
            let end = lines[start...].firstIndex { !$0.hasPrefix("|") } ?? lines.endIndex
            if getenv("WRITE_RUNBOOKS") != nil {
                lines.replaceSubrange(start..<end, with: expected)
                let file = try #require(fopen(path, "w"))
                defer { fclose(file) }
                try #require(fputs(lines.joined(separator: "\n"), file) >= 0)
            } else {
                #expect(Array(lines[start..<end]) == expected)
            }
        }
    }

    @Test("Every reason is in the tables, and alerts about usually permanent ones are critical")
    func reasons() throws {
        #expect(Set(Self.reasons) == Set(FailureReason.allCases))
        let alerts = try Self.read(Self.path("prometheus/alerts.yaml"))
        for pattern in alerts.matches(of: #/reason(?:=~|!~)"(unauthenticated[^"]*)"/#).map({ String($0.1) }) {
            #expect(
                Set(pattern.split(separator: "|").map(String.init))
                    == Set(FailureReason.allCases.filter(\.isUsuallyPermanent).map(\.rawValue)))
        }
    }

    @Test("The description of an alert names only configuration keys of the remedy", arguments: FailureReason.allCases)
    func alerts(reason: FailureReason) throws {
        let alerts = try Self.read(Self.path("prometheus/alerts.yaml")).replacing(#/\s+/#, with: " ")
        let start = #"eq $labels.reason "\#(reason.rawValue)" }}"#
        let place = try #require(alerts.firstRange(of: start)).upperBound
        // Up to the next reason; conditions on the listing are within.
        let clause = alerts[place...].prefix(600).split(
            separator: #/{{ ?else if eq \$labels.reason|check the status page/#)[0]
        let text = clause.replacing(#/{{.*?}}/#, with: " ")
        let remedies = CredentialKind.allCases.flatMap { kind in
            [Self.listing, .discovery].map { Self.remedies(kind).remedy(for: reason, of: $0) }
        }
        var keys: Set<String> = []
        for span in remedies.flatMap({ $0.markdown[.english].matches(of: #/`([^`]+)`/#) }) {
            keys.insert(String(span.1))
            keys.formUnion(span.1.split(separator: ".").map { String($0) })
        }
        for key in text.matches(of: #/[a-z]+(?:[._][a-z]+)+/#).map({ String($0.0) }) {
            // The key of the address of listings other than endpoints.
            #expect(keys.contains(key) || key == "services_url", "\(reason.rawValue): \(key)")
        }
        #expect(text.count > 20)
    }
}
