// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPClient

@testable import Fabric

/// A secret long enough to be redacted by its prefix.
private let secret = "MIIsecretTOKENofTheFuzzer"

private let known = Secret(secret)

private let credential = Credential(generation: 1) { _ in }

/// Decodes an error response: the first byte selects the status, the rest is the body, in which each `\u{7}` is
/// replaced with a secret that the service echoes.
func checkErrorBody(_ input: UnsafeBufferPointer<UInt8>) {
    // Initializes the global, which registers the secret.
    require(!known.isEmpty, "no secret")
    let statuses = [400, 401, 403, 404, 429, 500, 503, 302]
    let status = statuses[Int(input.first ?? 0) % statuses.count]
    let body = input.dropFirst().flatMap { $0 == 7 ? Array(secret.utf8) : [$0] }
    require(ErrorBody(body) == ErrorBody(body), "decoding the same body twice gives different results")
    let read = ErrorBody(body)
    for text in [read.code, read.message, read.requestID] { require(text != "", "an empty text that is not absent") }
    let response = HTTPResponse(status: status, headers: [], body: body, receivedBytes: body.count)
    let failure = SourceClient.failure(of: response, credential, wallMicroseconds: 1_800_000_000_000_000)
    require(failure.status == status, "another status")
    require(failure.message.utf8.count <= 1_000, "a message of \(failure.message.utf8.count) bytes")
    require((failure.code ?? "").utf8.count <= 64 && (failure.requestID ?? "").utf8.count <= 64, "a long code or id")
    require(!failure.message.isEmpty, "no message")
    let shown = Array(failure.description.utf8)
    // If the prefix doesn't appear, neither does the whole secret.
    require(!contains(shown, Array(secret.utf8.prefix(16))), "the secret shows")
}

/// Returns whether `bytes` contain `part`. Compares bytes, because a combining mark after it would change a
/// `Character`.
func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
    guard let first = part.first, bytes.count >= part.count else { return false }
    return (0...bytes.count - part.count).contains { start in
        bytes[start] == first && bytes[start..<start + part.count].elementsEqual(part)
    }
}
