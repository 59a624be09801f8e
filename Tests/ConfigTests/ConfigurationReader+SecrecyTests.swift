// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Config

@Suite("ConfigurationReader: secrets in messages")
struct ConfigurationReaderSecrecyTests {
    static let secret = "S3cr3tVALUE"

    /// Ways to misplace a secret at, near or instead of its key.
    static let misplacements: [String] =
        [
            "token: #", "token: '# x'", "token: \"#", "token: '#", "token: @#", "token: *#", "token: !# y", "token: &#",
            "token: [#]", "token: {#: #}", "token: {a: #}", "token:#", "# : token", "#", "{#}", "[#]", "? #", "tokn: #",
            "totally_unknown: #", "token: ${#", "token: ${-#}", "token: #${UNSET}", "token: |\n  #\n  #",
            "token: \"#\\q\"",
            "token: #\ntoken: #", "token: #\ntoken_file: /run/secrets/none", "token_file: ########", "token_file: [#]",
            "token: `#", "token: %#", "#: x\n#: y", "token: > #", "token: ,#", "token: #: x", "password: #",
            "access_key: #",
            "password: {domain: a, user: u, password: '#', password_file: '#'}", "password: {password: [#]}",
            "access_key: {id: a, secret: '# #', security_token: 'é#'}", "access_key: {secret_file: #}",
            "environment: #",
            "metadata: {url: 'http://u:#@h', iam_url: 'https://#:p@h/'}", "assume_agency: #", "<<: #", "token: !!int #",
        ].map { $0.replacing("#", with: secret) }

    @Test("Messages never contain a secret that is misplaced in the auth section", arguments: misplacements)
    func misplaced(_ auth: String) {
        for text in [Reading.authOf(auth), Reading.sourceOf("region: r\nworkspaces: [{id: w1}]\nauth: " + auth)] {
            let lines = Reading.problems(text)
            #expect(!lines.contains { $0.contains(Self.secret) }, "\(lines)")
        }
    }

    /// Every key with a text value, each set from a variable.
    static let keys = [
        "name: '#'", "region: '#/'", "base_url: '#'", "base_url: 'https://#:x@h'", "proxy_url: '#'",
        "proxy_url: 'http://u:#@proxy:99999'", "proxy_url: 'http://u:#@proxy?x'", "workspaces: [{id: '#/'}]",
        "workspaces: [{id: '#'}, {id: '#'}]", "workspaces: [{id: w1, filter: {visibility: '#'}}]",
        "workspaces: [{id: w1, filter: {type: '#'}}]", "tls: {ca_file: '#'}", "tls: {min_version: '#'}",
        "tls: {server_name: '#/'}", "discovery: {include: '#(', exclude: '['}", "discovery: {interval: '#'}",
        "auth: {token_file: '/run/#'}", "auth: {token: '# #'}",
    ]

    @Test("Errors and warnings never contain the value of a variable", arguments: keys)
    func variable(_ entry: String) {
        let key = entry.prefix { $0 != ":" }
        let others = ["region: r1", "auth: {token: t}", "workspaces: [{id: w1}]"].filter { !$0.hasPrefix(key + ":") }
        let text = Reading.sourceOf((others + [entry.replacing("#", with: "${S}")]).joined(separator: "\n"))
        do throws(ConfigurationProblems) {
            let configuration = try Reading.read(text, environment: ["S": Self.secret])
            #expect(!configuration.warnings.contains { $0.contains(Self.secret) })
        } catch {
            #expect(!error.description.contains(Self.secret), "\(error)")
        }
    }

    @Test("Messages never contain the content of a secret file")
    func file() {
        let access = FileAccess { (_, _) throws(FileAccess.Failure) in Array("\(Self.secret) \n\(Self.secret)".utf8) }
        let text = Reading.authOf("token_file: /run/secrets/token")
        do throws(ConfigurationProblems) {
            _ = try ConfigurationReader.read(
                text: Array(text.utf8), fileName: "config.yaml", environment: [:], files: access
            )
            Issue.record("the file was accepted")
        } catch {
            #expect(!error.description.contains(Self.secret))
        }
    }

    @Test("A configuration's description contains no secret")
    func description() throws {
        let configuration = try Reading.read(Reading.authOf("token: \(Self.secret)"))
        #expect(!"\(configuration)".contains(Self.secret))
        #expect(!String(reflecting: configuration).contains(Self.secret))
    }
}
