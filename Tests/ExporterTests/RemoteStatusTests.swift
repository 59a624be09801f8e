// SPDX-License-Identifier: Apache-2.0
import Base
import TestSupport
import Testing

@testable import Exporter

@Suite("The status of another exporter", .timeLimit(.minutes(5)))
struct RemoteStatusTests {
    /// The smallest status.
    private static let status = """
        {"version":"9.9.9","time":"2027-01-15T08:00:00.000Z","state":"unknown","needs_attention":{"sources":0,\
        "workspaces":0,"endpoints":{},"workspaces_without_data":0},"sources":[],"workspaces":[]}
        """

    private static func response(_ status: String, _ headers: String = "", _ body: String = "") -> String {
        "HTTP/1.1 \(status)\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    /// Returns the lines, or the error, of an exporter that sends `response`.
    private static func lines(
        _ response: String, path: String = "/", user: RemoteStatus.User? = nil
    ) async throws -> (result: Result<[String], ExporterError>, requests: [String], address: String) {
        let server = try ScriptedServer(.answer(response))
        defer { server.stop() }
        let remote = try await RemoteStatus(url: server.url(path), user: user)
        let result: Result<[String], ExporterError>
        do throws(ExporterError) {
            result = .success(try await remote.lines(.english, columns: nil))
        } catch {
            result = .failure(error)
        }
        return (result, server.log.requests, server.url(""))
    }

    @Test(
        "The path of the address may be a prefix, with a slash at its end or without",
        arguments: [
            ("", "/api/v1/status"), ("/", "/api/v1/status"), ("/a/b", "/a/b/api/v1/status"),
            ("/a/b//", "/a/b/api/v1/status"),
        ])
    func prefix(path: String, target: String) async throws {
        let (result, requests, _) = try await Self.lines(Self.response("200 OK", "", Self.status), path: path)
        #expect(try result.get()[0] == "Unknown: no workspaces configured or discovered.")
        #expect(requests.count == 1 && requests[0].hasPrefix("GET \(target) HTTP/1.1\r\n"))
        #expect(!requests[0].lowercased().contains("authorization"))
    }

    @Test("The user and the password from its file are sent, and the password never appears in an error")
    func user() async throws {
        let file = try TemporaryFile("p:ssword-of-RemoteStatusTests\n")
        defer { file.remove() }
        let user = RemoteStatus.User(name: "ops", passwordFile: file.path)
        let (_, requests, _) = try await Self.lines(Self.response("200 OK", "", Self.status), user: user)
        let encoded = Base64.encode("ops:p:ssword-of-RemoteStatusTests")
        #expect(requests.first?.contains("\r\nAuthorization: Basic \(encoded)\r\n") == true)
        let (result, _, address) = try await Self.lines(
            Self.response("302 Found", "Location: /\(encoded)\r\n"), user: user)
        #expect(throws: ExporterError.self) { try result.get() }
        let error = #expect(throws: ExporterError.self) { try result.get() }
        #expect(error?.description.hasPrefix("\(address) responded with HTTP 302: ") == true)
        let (rejected, _, _) = try await Self.lines(Self.response("401 Unauthorized"), user: user)
        let text = #expect(throws: ExporterError.self) { try rejected.get() }?.description
        #expect(
            text?.hasSuffix("HTTP 401: it rejected the user or the password; check --username and --password-file")
                == true)
    }

    @Test(
        "A response that is not a status gives one sentence",
        arguments: [
            (
                response("401 Unauthorized"),
                "responded with HTTP 401: it requires a user; set --username and --password-file"
            ),
            (
                response("404 Not Found", "", "<html>"),
                "responded with HTTP 404: there is no exporter; check the address and its path"
            ),
            (response("503 Service Unavailable"), "responded with HTTP 503: it is busy; try again later"),
            (response("429 Too Many"), "responded with HTTP 429: it is busy; try again later"),
            (
                response("301 Moved", "Location: https://h/x\r\n"),
                "responded with HTTP 301: it redirects to https://h/x; use that address"
            ),
            (response("302 Found"), "responded with HTTP 302: it redirects to another address; use that address"),
            (response("500 Error"), "responded with HTTP 500: it did not return its status; see its log"),
            (response("204 No Content"), "responded with HTTP 204: it did not return its status; see its log"),
        ])
    func status(response: String, text: String) async throws {
        let (result, _, address) = try await Self.lines(response)
        #expect(throws: ExporterError("\(address) \(text)")) { try result.get() }
    }

    @Test(
        "A body that is not a status gives one sentence",
        arguments: [
            ("<html>not an exporter</html>", "is not JSON, or has a number that is out of range"),
            ("", "is not JSON, or has a number that is out of range"),
            (#"{"status":"success","data":{}}"#, "is not the status of a dataarts-fabric-exporter: version is missing"),
        ])
    func body(body: String, text: String) async throws {
        let (result, _, address) = try await Self.lines(Self.response("200 OK", "", body))
        #expect(throws: ExporterError("the response of \(address) \(text)")) { try result.get() }
    }

    @Test("A response that is not HTTP, cut off or too large gives one sentence")
    func broken() async throws {
        for response in ["SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{"] {
            let server = try ScriptedServer(.expectRequest, .send(response))
            defer { server.stop() }
            let remote = try await RemoteStatus(url: server.url())
            let error = await #expect(throws: ExporterError.self) { try await remote.lines(.english, columns: nil) }
            #expect(error?.description.hasPrefix("cannot get the status from \(server.url("")): ") == true)
        }
        let spaces = [UInt8](repeating: UInt8(ascii: " "), count: 1 << 20)
        let server = try ScriptedServer(.expectRequest, .send("HTTP/1.1 200 OK\r\n\r\n"), .flood(spaces))
        defer { server.stop() }
        let remote = try await RemoteStatus(url: server.url())
        await #expect(throws: ExporterError("the response of \(server.url("")) exceeds 64 MiB")) {
            try await remote.lines(.english, columns: nil)
        }
    }

    @Test("Without a listener the error names the address")
    func unreachable() async throws {
        let port = try LoopbackSocket.freePort()
        let remote = try await RemoteStatus(url: "http://127.0.0.1:\(port)")
        let error = await #expect(throws: ExporterError.self) { try await remote.lines(.english, columns: nil) }
        #expect(error?.description.hasPrefix("cannot get the status from http://127.0.0.1:\(port): ") == true)
    }

    @Test(
        "An invalid address is rejected before a request, without quoting a password",
        arguments: [
            "", "localhost:9942", "ftp://h", "http://", "http://h/?q=x", "http://h/#x", "http://h/数", "http://h /x",
            "http://user:secret-word@h",
        ])
    func address(url: String) async {
        let error = await #expect(throws: ExporterError.self) { try await RemoteStatus(url: url) }
        #expect(
            error?.description.hasSuffix(
                "must be an http or https address of an exporter, without user, query and fragment") == true)
        #expect(error?.description.contains("secret-word") == false)
    }

    @Test("A user with a colon and a password file that cannot be read are rejected before a request")
    func invalidUser() async {
        await #expect(throws: ExporterError("--username: must not contain a colon")) {
            try await RemoteStatus(url: "http://h", user: .init(name: "a:b", passwordFile: "/dev/null"))
        }
        let error = await #expect(throws: ExporterError.self) {
            try await RemoteStatus(url: "http://h", user: .init(name: "a", passwordFile: "/nonexistent/file"))
        }
        #expect(error?.description.hasPrefix("--password-file: cannot read /nonexistent/file: ") == true)
    }
}
