// SPDX-License-Identifier: Apache-2.0
import Base
import Fabric
import Testing

@Suite("Remedies")
struct RemedyTests {
    private static let proxy = SourceRemedies.Proxy(address: "proxy.example:3128", origin: .variable("https_proxy"))

    static let all: [Remedy] = [
        .replaceToken, .replaceAccessKey, .alignRegions, .synchronizeClock(ahead: -90), .synchronizeClock(ahead: 960),
        .setToken, .checkPassword, .checkAccessKey, .checkMetadata, .checkEnvironment, .checkAgency,
        .correctIAMAddress(region: nil), .correctIAMAddress(region: "cn-south-1"), .compareClocks, .provideSecretFile,
        .waitForIssuer, .grant(Phrase("the permission", "权限")), .grantDiscovery,
        .checkWorkspace(looksUpProject: false, visible: nil), .checkWorkspace(looksUpProject: true, visible: []),
        .checkWorkspace(looksUpProject: true, visible: ["a", "b", "c", "d", "e", "f"]),
        .checkAddress(baseURL: "https://fabric.example"), .checkFilter, .checkRequest, .checkDiscovery,
        .checkConnection(server: nil, host: "fabric.example", nil),
        .checkConnection(server: "fabric.example", host: "fabric.example", proxy),
        .raiseTimeout(host: "fabric.example", nil), .raiseTimeout(host: "fabric.example", proxy),
        .checkTLS(host: "fabric.example"), .checkResponse(baseURL: "https://fabric.example"), .lowerRate, .reportFault,
        .readAgain, .restart, .checkPatterns, .checkDiscoveryFilter(count: 3), .checkDiscoveryPermission,
    ]

    @Test("Every remedy is complete sentences in both languages", arguments: all)
    func sentences(remedy: Remedy) {
        let (english, chinese) = (remedy.text[.english], remedy.text[.chinese])
        #expect(english.hasSuffix(".") && !english.contains("  ") && english.count > 20)
        #expect(chinese.hasSuffix("。") && chinese.contains(#/[\u4e00-\u9fff]{4}/#))
        #expect(!chinese.contains(#/[\u4e00-\u9fff，。：；）] [\u4e00-\u9fff]/#), "a space between Chinese characters")
        #expect(!english.contains("`") && !chinese.contains("`"))
    }

    @Test("Both languages name the same configuration keys, variables and permissions", arguments: all)
    func code(remedy: Remedy) {
        func spans(_ language: Language) -> [String] {
            remedy.markdown[language].matches(of: #/`([^`]+)`/#).map { String($0.1) }
        }
        #expect(Set(spans(.english)) == Set(spans(.chinese)))
    }

    @Test("No two remedies have the same text")
    func distinct() {
        for language in Language.allCases { #expect(Set(Self.all.map { $0.text[language] }).count == Self.all.count) }
    }

    @Test("Every reason has a meaning in both languages", arguments: FailureReason.allCases)
    func meaning(reason: FailureReason) {
        #expect(reason.meaning[.english].hasSuffix(".") && reason.meaning[.chinese].hasSuffix("。"))
        #expect(!reason.meaning[.english].contains("`"))
    }

    @Test("A long list of names is cut")
    func names() {
        let text = Remedy.names(["a", "b", "c", "d", "e", "f", "g"])
        #expect(text[.english] == "a, b, c, d, e and 2 more" && text[.chinese] == "a、b、c、d、e 以及另外 2 个")
        #expect(Remedy.names(["a"])[.english] == "a")
    }

    @Test("A skew is in seconds below two minutes")
    func skew() {
        #expect(Remedy.skew(-119)[.english] == "119 s behind the service's")
        #expect(Remedy.skew(120)[.english] == "2 minutes ahead of the service's")
        #expect(Remedy.skew(960)[.chinese] == "比服务端快 16 分钟")
    }
}
