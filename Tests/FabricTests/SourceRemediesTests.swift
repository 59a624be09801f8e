// SPDX-License-Identifier: Apache-2.0
import Base
import Fabric
import Testing

@Suite("Remedies of a source")
struct SourceRemediesTests {
    private static let permission = Phrase("the IAM action x:y:z", "授权项 x:y:z")
    private static let listing = SourceRemedies.Subject.listing(permission: permission, isFiltered: nil)
    static let subjects: [SourceRemedies.Subject] =
        [.discovery, .quotas, listing, .listing(permission: permission, isFiltered: true)]
        + [.secretFile, .rejected, .address, .expired, .unavailable, .other].flatMap {
            [.credential(didRespond: false, $0), .credential(didRespond: true, $0)]
        }

    @Test("Every failure of every subject and kind of credential has a remedy in both languages", arguments: subjects)
    func complete(subject: SourceRemedies.Subject) {
        for kind in CredentialKind.allCases {
            for assumesAgency in [false, true] {
                let remedies = SourceRemedies(
                    baseURL: "https://fabric.example", credential: kind, assumesAgency: assumesAgency)
                for reason in FailureReason.allCases {
                    let text = remedies.remedy(for: reason, of: subject).text
                    #expect(!text[.english].isEmpty && !text[.chinese].isEmpty && text[.english] != text[.chinese])
                }
            }
        }
    }

    @Test(arguments: [
        (FailureReason.forbidden, Remedy.grantQuotas), (.credentials, .setQuotaProject),
        (.notFound, .checkQuotas(baseURL: "https://fabric.example")),
        (.badRequest, .checkQuotas(baseURL: "https://fabric.example")), (.server, .reportFault),
    ])
    func `Failures of quotas have remedies of their own`(reason: FailureReason, remedy: Remedy) {
        let remedies = SourceRemedies(baseURL: "https://fabric.example", credential: .token)
        #expect(remedies.remedy(for: reason, of: .quotas) == remedy)
    }

    @Test(
        "A rejected or missing credential's remedy names its key",
        arguments: [
            (CredentialKind.token, Remedy.replaceToken, Remedy.setToken), (.password, .alignRegions, .checkPassword),
            (.accessKey, .replaceAccessKey, .checkAccessKey), (.metadata, .alignRegions, .checkMetadata),
            (.environment, .alignRegions, .checkEnvironment),
        ])
    func credential(kind: CredentialKind, rejected: Remedy, missing: Remedy) {
        var remedies = SourceRemedies(baseURL: "https://fabric.example", credential: kind)
        #expect(remedies.remedy(for: .unauthenticated, of: Self.listing) == rejected)
        #expect(remedies.remedy(for: .credentials, of: .discovery) == missing)
        remedies.assumesAgency = true
        #expect(remedies.remedy(for: .credentials, of: Self.listing) == .checkAgency)
    }

    @Test("A wrong clock is the remedy only for signed requests that are rejected")
    func clock() {
        var remedies = SourceRemedies(
            baseURL: "https://fabric.example", credential: .accessKey, clockSkewSeconds: SourceRemedies.maximumSkew + 1)
        for reason in [FailureReason.unauthenticated, .forbidden, .credentials] {
            #expect(remedies.remedy(for: reason, of: Self.listing) == .synchronizeClock(ahead: 901))
        }
        #expect(remedies.remedy(for: .network, of: Self.listing) != .synchronizeClock(ahead: 901))
        remedies.credential = .token
        #expect(remedies.remedy(for: .unauthenticated, of: Self.listing) == .replaceToken)
        (remedies.credential, remedies.clockSkewSeconds) = (.accessKey, -SourceRemedies.maximumSkew)
        #expect(remedies.remedy(for: .unauthenticated, of: Self.listing) == .replaceAccessKey)
    }

    @Test("The cause of a failure to get a credential is more specific than its reason")
    func causes() {
        let remedies = SourceRemedies(baseURL: "https://fabric.example", region: "cn-south-1", credential: .password)
        func remedy(_ cause: CredentialFailure.Cause, didRespond: Bool = true) -> Remedy {
            remedies.remedy(for: .credentials, of: .credential(didRespond: didRespond, cause))
        }
        #expect(remedy(.address) == .correctIAMAddress(region: "cn-south-1"))
        #expect(remedy(.expired) == .compareClocks && remedy(.secretFile) == .provideSecretFile)
        #expect(remedy(.unavailable) == .waitForIssuer && remedy(.rejected) == .checkPassword)
        #expect(
            remedy(.other, didRespond: false) == .checkConnection(server: nil, host: "fabric.example", nil))
    }

    @Test("The remedy names host, proxy, permission and workspaces")
    func facts() {
        let proxy = SourceRemedies.Proxy(address: "proxy.example:3128", origin: .setting)
        let remedies = SourceRemedies(
            baseURL: "https://fabric.example:8443/x", credential: .accessKey, looksUpProject: true, proxy: proxy,
            visibleWorkspaces: ["w1"])
        func text(_ reason: FailureReason, _ language: Language = .english) -> String {
            remedies.remedy(for: reason, of: Self.listing).text[language]
        }
        #expect(text(.network).hasPrefix("fabric.example:8443 is unreachable through the proxy proxy.example:3128 "))
        #expect(text(.timeout, .chinese).contains("fabric.example:8443") && text(.timeout, .chinese).contains("代理"))
        #expect(text(.forbidden).hasPrefix("Grant the IAM action x:y:z to ") && text(.notFound).hasSuffix(" w1."))
        #expect(text(.forbidden, .chinese).contains("授予授权项 x:y:z。") && text(.notFound).contains("project_id"))
    }

    @Test(
        "The authority of a URL has no user and password",
        arguments: [
            ("http://user:p@ss/word@proxy:3128/", "proxy:3128"), ("https://fabric.example", "fabric.example"),
            ("proxy:3128", "proxy:3128"), ("http://[::1]:80?x", "[::1]:80"), ("", ""),
        ])
    func authority(url: String, expected: String) { #expect(SourceRemedies.authority(of: url) == expected) }
}
