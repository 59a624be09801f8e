// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Synchronization

/// Renders pages one at a time on a thread of its own, so that no number of them delays scrapes.
final class RenderQueue: Sendable {
    private let limit: Int
    private let queue: DispatchQueue
    private let count = Mutex(0)

    /// - Parameter limit: the maximum number of pages that are rendered or wait.
    init(label: String, limit: Int = .max) {
        self.limit = limit
        queue = DispatchQueue(label: label)
    }

    /// Renders a page in its turn.
    /// - Returns: nil if too many wait.
    func run<Page: Sendable>(_ render: @escaping @Sendable () -> Page) async -> Page? {
        let hasRoom = count.withLock { count in
            guard count < limit else { return false }
            count += 1
            return true
        }
        guard hasRoom else { return nil }
        return await withCheckedContinuation { continuation in
            queue.async { [self] in
                let page = render()
                count.withLock { $0 -= 1 }
                continuation.resume(returning: page)
            }
        }
    }
}

/// Keeps the page that was rendered last for a short time, so that many requests for one page cost little.
struct RecentPage<Page: Sendable> {
    /// A page that is rendered faster is never shared: nobody sees anything but the present.
    private static var cheap: Duration { .milliseconds(10) }
    /// The maximum time for which a page is shared.
    private static var longest: Duration { .seconds(1) }

    private var last: (key: [String?], page: Page, until: ContinuousClock.Instant)?

    /// The page of `key`, if it is recent.
    mutating func page(_ key: [String?], now: ContinuousClock.Instant) -> Page? {
        guard let last, now < last.until else {
            last = nil
            return nil
        }
        return last.key == key ? last.page : nil
    }

    /// Keeps a page whose rendering took from `begun` to `now`: for five times as long, so that rendering takes at most a
    /// sixth of a processor.
    mutating func keep(_ page: Page, of key: [String?], begun: ContinuousClock.Instant, now: ContinuousClock.Instant) {
        let cost = now - begun
        guard cost >= Self.cheap else { return }
        last = (key, page, now + min(cost * 5, Self.longest))
    }
}
