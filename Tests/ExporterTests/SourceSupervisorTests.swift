// SPDX-License-Identifier: Apache-2.0
import Base
import Config
import Fabric
import Testing

@testable import Exporter

@Suite("SourceSupervisor")
struct SourceSupervisorTests {
    private static func settings(
        _ auth: AuthSettings, _ change: (inout SourceSettings) -> Void = { _ in }
    ) -> SourceSettings {
        var settings = SourceSettings(
            name: "s", region: "cn-north-4", baseURL: "https://fabric.example", auth: auth, workspaces: [],
            discovery: DiscoverySettings())
        change(&settings)
        return settings
    }

    private static let secret = SecretSource.value(Secret("s-0123456789"))

    private static func password(domain: String = "acme", _ project: NameOrID) -> AuthSettings {
        .password(
            PasswordSettings(
                iamURL: "https://iam.example", domain: domain, user: "u", password: secret, project: project))
    }

    private static func key(_ project: String?) -> AuthSettings {
        .accessKey(AccessKeySettings(id: "AK", secret: secret, projectID: project))
    }

    @Test("Discovered workspaces are kept after a change of patterns, secret or kind of credential")
    func kept() {
        let token = Self.settings(.token(Self.secret))
        for later in [
            token, Self.settings(.token(.value(Secret("another")))), Self.settings(Self.key("p")),
            Self.settings(.environment), Self.settings(.token(Self.secret)) { $0.region = nil },
            Self.settings(.token(Self.secret)) { $0.discovery?.name = "x" },
            Self.settings(.token(Self.secret)) { $0.discovery?.enterpriseProjectID = "0" },
        ] { #expect(later.sharesWorkspaces(with: token)) }
        #expect(Self.settings(Self.key("p")).sharesWorkspaces(with: Self.settings(Self.password(.id("p")))))
        #expect(Self.settings(Self.key("p")).sharesWorkspaces(with: Self.settings(Self.password(.name("n")))))
    }

    @Test("Discovered workspaces are dropped after a change of address, region, account or project")
    func dropped() {
        let key = Self.settings(Self.key("p"))
        let password = Self.settings(Self.password(.name("n")))
        for (earlier, later) in [
            (key, Self.settings(Self.key("p")) { $0.baseURL = "https://fabric.other" }),
            (key, Self.settings(Self.key("p")) { $0.region = "cn-east-3" }),
            (key, Self.settings(Self.key("q"))),
            (key, Self.settings(Self.password(.id("q")))),
            (key, Self.settings(Self.key("p")) { $0.assumeAgency = Agency(name: "a", account: .name("d")) }),
            (password, Self.settings(Self.password(.name("m")))),
            (password, Self.settings(Self.password(domain: "other", .name("n")))),
        ] {
            #expect(!later.sharesWorkspaces(with: earlier))
            #expect(!earlier.sharesWorkspaces(with: later))
        }
    }
}
