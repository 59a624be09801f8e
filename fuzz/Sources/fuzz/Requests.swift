// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOEmbedded
import NIOHTTP1

@testable import Requests

/// Limits that inputs of the fuzzer's size can reach.
private enum Limits {
    static let headerBytes = 512
    static let headerLines = 8
    static let bodyBytes = 64
}

/// What a client sends until it closes, to the web server's parser and what collects requests from its parts.
func checkRequest(_ input: UnsafeBufferPointer<UInt8>) {
    let whole = outcomes([ByteBuffer(bytes: input)])
    // However the network cuts it, the requests are the same.
    for size in [1, 7] where input.count <= 1024 {
        let slices = stride(from: 0, to: input.count, by: size).map { start in
            ByteBuffer(bytes: input[start..<min(start + size, input.count)])
        }
        let cut = outcomes(slices)
        require(cut.map(describe) == whole.map(describe), "cut into pieces of \(size) it reads \(cut), not \(whole)")
    }
    for outcome in whole {
        switch outcome {
        case .request(let request, let isHTTP10, _): check(request, isHTTP10)
        case .refused(let status): require([400, 413, 431].contains(status), "status \(status)")
        case .end: break
        }
    }
}

private func check(_ request: ListenerRequest, _ isHTTP10: Bool) {
    require(!request.method.isEmpty && !request.path.isEmpty, "no method or no path")
    require(request.body.count <= Limits.bodyBytes, "a body of \(request.body.count) bytes")
    require(request.headers.count <= Limits.headerLines, "\(request.headers.count) header lines")
    let bytes = request.headers.reduce(0) { $0 + leastBytes($1.name) + leastBytes($1.value) }
    require(bytes <= Limits.headerBytes, "\(bytes) bytes of headers")
    require(leastBytes(request.rawTarget) <= Limits.headerBytes, "a target of \(request.rawTarget.utf8.count) bytes")
    require(isHTTP10 || request.headerValues("host").count == 1, "\(request.headerValues("host").count) hosts")
    require(!request.rawTarget.utf8.contains { $0 < 0x21 || $0 == 0x7F }, "a control character in the target")
    require(!request.headers.contains { $0.value.utf8.contains { $0 == 0 || $0 == 10 || $0 == 13 } }, "a broken header")
    // A byte that is no UTF-8 becomes U+FFFD, of three bytes.
    let decoded = request.query.reduce(request.path.utf8.count) { $0 + $1.name.utf8.count + $1.value.utf8.count }
    require(decoded <= 3 * request.rawTarget.utf8.count + 1, "decoding makes \(decoded) bytes")
    if request.rawTarget.hasPrefix("/"), !request.rawTarget.contains(where: { "%?#".contains($0) }) {
        require(request.path == request.rawTarget, "\(request.rawTarget) decodes to \(request.path)")
    }
}

/// The minimum of bytes that `text` was read from: one that is no UTF-8 became U+FFFD.
private func leastBytes(_ text: String) -> Int {
    text.unicodeScalars.reduce(0) { $0 + ($1 == "\u{FFFD}" ? 1 : String($1).utf8.count) }
}

/// The requests in what a client sends by `pieces`, until the server would close or the client does.
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
    // Where a header is too long and malformed, it depends on what came last which is found first.
    case .refused: "refused"
    case .end: "end"
    }
}
