// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOEmbedded
import NIOHTTP1

@testable import Requests

/// Limits that the fuzzer's inputs can reach.
private enum Limits {
    static let headerBytes = 512
    static let headerLines = 8
    static let bodyBytes = 64
}

/// Parses the input as the bytes that a client sends, and collects the requests.
func checkRequest(_ input: UnsafeBufferPointer<UInt8>) {
    let whole = outcomes([ByteBuffer(bytes: input)])
    // The requests don't depend on how the bytes are split.
    for size in [1, 7] where input.count <= 1024 {
        let slices = stride(from: 0, to: input.count, by: size).map { start in
            ByteBuffer(bytes: input[start..<min(start + size, input.count)])
        }
        let split = outcomes(slices)
        require(split.map(describe) == whole.map(describe), "in pieces of \(size) bytes: \(split), not \(whole)")
    }
    for outcome in whole {
        switch outcome {
        case .request(let request, let isHTTP10, _): check(request, isHTTP10)
        case .rejected(let status): require([400, 413, 431].contains(status), "status \(status)")
        case .end: break
        }
    }
}

private func check(_ request: ListenerRequest, _ isHTTP10: Bool) {
    require(!request.method.isEmpty && !request.path.isEmpty, "no method or no path")
    require(request.body.count <= Limits.bodyBytes, "a body of \(request.body.count) bytes")
    require(request.headers.count <= Limits.headerLines, "\(request.headers.count) header lines")
    let bytes = request.headers.reduce(0) { $0 + minimumBytes($1.name) + minimumBytes($1.value) }
    require(bytes <= Limits.headerBytes, "\(bytes) bytes of headers")
    require(minimumBytes(request.rawTarget) <= Limits.headerBytes, "a target of \(request.rawTarget.utf8.count) bytes")
    require(isHTTP10 || request.headerValues("host").count == 1, "\(request.headerValues("host").count) hosts")
    require(!request.rawTarget.utf8.contains { $0 < 0x21 || $0 == 0x7F }, "a control character in the target")
    require(
        !request.headers.contains { $0.value.utf8.contains { $0 == 0 || $0 == 10 || $0 == 13 } }, "an invalid header")
    // A byte that is not UTF-8 becomes U+FFFD, of three bytes.
    let decoded = request.query.reduce(request.path.utf8.count) { $0 + $1.name.utf8.count + $1.value.utf8.count }
    require(decoded <= 3 * request.rawTarget.utf8.count + 1, "decoding makes \(decoded) bytes")
    if request.rawTarget.hasPrefix("/"), !request.rawTarget.contains(where: { "%?#".contains($0) }) {
        require(request.path == request.rawTarget, "\(request.rawTarget) decodes to \(request.path)")
    }
}

/// Returns the minimum number of bytes that `text` was decoded from: U+FFFD may come from one invalid byte.
private func minimumBytes(_ text: String) -> Int {
    text.unicodeScalars.reduce(0) { $0 + ($1 == "\u{FFFD}" ? 1 : String($1).utf8.count) }
}

/// Returns the requests in the bytes that a client sends in `pieces`, until either side would close the connection.
private func outcomes(_ pieces: [ByteBuffer]) -> [RequestCollector.Outcome] {
    let limits = RequestCollector.decoderLimits(
        maxHeaderBytes: Limits.headerBytes, maxHeaderLines: Limits.headerLines)
    let channel = EmbeddedChannel()
    var outcomes: [RequestCollector.Outcome] = []
    var collector = RequestCollector(maxBodyBytes: Limits.bodyBytes, remoteAddress: nil)
    var isOver = false
    func collect() {
        while !isOver, let part = try? channel.readInbound(as: HTTPServerRequestPart.self) {
            guard case .done(let outcome) = collector.take(part) else { continue }
            outcomes.append(outcome)
            collector = RequestCollector(maxBodyBytes: Limits.bodyBytes, remoteAddress: nil)
            if case .request(_, _, keepsAlive: true) = outcome { continue }
            isOver = true
        }
    }
    func run(_ body: () throws -> Void) {
        guard !isOver else { return }
        var failure: (any Error)?
        do { try body() } catch { failure = error }
        collect()
        guard let failure, !isOver else { return }
        guard let error = failure as? HTTPParserError else { return require(false, "fails with \(failure)") }
        outcomes.append(RequestCollector.outcome(of: error))
        isOver = true
    }
    run {
        let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: limits)
        try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(decoder))
    }
    for piece in pieces { run { _ = try channel.writeInbound(piece) } }
    run { _ = try channel.finish() }
    if isOver { _ = try? channel.finish(acceptAlreadyClosed: true) }
    return outcomes
}

private func describe(_ outcome: RequestCollector.Outcome) -> String {
    switch outcome {
    case .request(let request, let isHTTP10, let keepsAlive):
        "\(request.method) \(request.rawTarget) \(request.headers) \(request.body) \(isHTTP10) \(keepsAlive)"
    // If a header is both too long and malformed, which error is found first depends on the split.
    case .rejected: "rejected"
    case .end: "end"
    }
}
