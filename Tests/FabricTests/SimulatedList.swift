// SPDX-License-Identifier: Apache-2.0
import HTTPClient
import Synchronization
import TestSupport

/// A list of endpoints, served page by page, that may change while it is read.
final class SimulatedList: Sendable {
    struct State {
        /// The records, as JSON.
        var records: [String]
        /// The pages' total; nil: the number of records; `""`: no total.
        var total: String?
        /// How often the first page was served.
        var listings = 0
    }

    private let state: Mutex<State>
    private let afterPage: @Sendable (inout State, _ offset: Int) -> Void
    private let serve: @Sendable (State, _ offset: Int, _ limit: Int) -> ArraySlice<String>

    /// Creates a list of `count` endpoints.
    /// - Parameters:
    ///   - total: the pages' total; nil: the number of records; `""`: no total.
    ///   - afterPage: called after serving the page at an offset. The first page of a listing is never requested
    ///     concurrently.
    ///   - serve: returns the records of a page; default: the requested ones.
    init(
        _ count: Int, total: String? = nil,
        afterPage: @escaping @Sendable (inout State, Int) -> Void = { _, _ in },
        serve: @escaping @Sendable (State, Int, Int) -> ArraySlice<String> = {
            $0.records.dropFirst($1).prefix($2)
        }
    ) {
        state = Mutex(State(records: (0..<count).map(Self.record), total: total))
        self.serve = serve
        self.afterPage = afterPage
    }

    static func record(_ number: Int) -> String { "{\"id\":\"\(id(number))\"}" }

    static func id(_ number: Int) -> String {
        let digits = String(number)
        return "e" + String(repeating: "0", count: 5 - digits.count) + digits
    }

    static func ids(_ numbers: Range<Int>) -> [String] { numbers.map(id) }

    var listings: Int { state.withLock { $0.listings } }

    func transport(holding: Bool = false) -> FakeTransport {
        FakeTransport(holding: holding) { request, _ in .response(200, self.page(request.url)) }
    }

    /// Returns the page at `url`.
    func page(_ url: String) -> String {
        func number(_ name: String) -> Int {
            url.split(separator: "?").last?.split(separator: "&").first { $0.hasPrefix(name + "=") }
                .flatMap { Int($0.dropFirst(name.count + 1)) } ?? 0
        }
        return state.withLock { state in
            let offset = number("offset")
            let records = serve(state, offset, number("limit"))
            let total = state.total ?? String(state.records.count)
            if offset == 0 { state.listings += 1 }
            afterPage(&state, offset)
            return "{" + (total.isEmpty ? "" : "\"total\":\(total),") + "\"endpoints\":["
                + records.joined(separator: ",") + "]}"
        }
    }
}
