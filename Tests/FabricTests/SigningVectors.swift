// SPDX-License-Identifier: Apache-2.0
import Base
import Glibc
import HTTPClient
import Testing

@testable import Fabric

/// A request and its signature, with all intermediate values, from the reference implementation.
struct SigningVector: Sendable, CustomTestStringConvertible {
    let index: Int

    static let all: [SigningVector] =
        (0..<(document?.count("/vectors") ?? 0)).map { SigningVector(index: $0) }

    /// The file, parsed on each access because a parsed document isn't shared between threads.
    private static var document: JSONDocument? {
        let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        guard let file = fopen(folder.joined(separator: "/") + "/signing-vectors.json", "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
        return JSONDocument(bytes)
    }

    private func text(_ path: String) -> String? { Self.document?.text("/vectors/\(index)/\(path)") }

    var testDescription: String { text("name") ?? "no name" }

    func input(_ name: String) -> String? { text("input/\(name)") }
    func expected(_ name: String) -> String? { text("expected/\(name)") }

    /// The encoded query, in the caller's order.
    var query: String {
        let pairs = (0..<(Self.document?.count("/vectors/\(index)/input/query") ?? 0)).map { position in
            (0...1).map { PercentEncoding.encode((input("query/\(position)/\($0)") ?? "").utf8) }
                .joined(separator: "=")
        }
        return pairs.joined(separator: "&")
    }

    var url: String {
        "\(input("scheme") ?? "")://\(input("host") ?? "")\(input("path") ?? "")" + (query.isEmpty ? "" : "?\(query)")
    }

    var signer: RequestSigner {
        RequestSigner(
            key: AccessKey(
                id: input("ak") ?? "", secret: Secret(input("sk") ?? ""),
                securityToken: input("security_token").map { Secret($0) }),
            projectID: input("project_id"))
    }

    /// The caller's own signed headers.
    var ownHeaders: [HTTPHeader] {
        ["Content-Type", "User-Agent", "X-Custom-Note", "Accept", "X_Internal_Trace"].compactMap { name in
            input("headers/\(name)").map { HTTPHeader(name, $0) }
        }
    }
}
