// SPDX-License-Identifier: Apache-2.0
internal import Base
import Dispatch
import Synchronization

/// Renders pages one at a time off the event loop, so that they don't delay scrapes.
final class RenderQueue: Sendable {
    private let limit: Int
    private let isLowPriority: Bool
    private let queue: DispatchQueue
    private let count = Mutex(0)

    /// - Parameters:
    ///   - limit: the maximum number of pages that are being rendered or wait.
    ///   - isLowPriority: whether other threads are preferred while a page is rendered.
    init(label: String, limit: Int = .max, isLowPriority: Bool = false) {
        self.limit = limit
        self.isLowPriority = isLowPriority
        queue = DispatchQueue(label: label)
    }

    /// Renders a page after those that wait.
    /// - Returns: nil if the limit is reached.
    func run<Page: Sendable>(_ render: @escaping @Sendable () -> Page) async -> Page? {
        let isAdmitted = count.withLock { count in
            guard count < limit else { return false }
            count += 1
            return true
        }
        guard isAdmitted else { return nil }
        return await withCheckedContinuation { continuation in
            queue.async { [self] in
                let work: @Sendable () -> Void = { [self] in
                    let page = render()
                    count.withLock { $0 -= 1 }
                    continuation.resume(returning: page)
                }
                // A thread per page, because the priority of Dispatch's threads, which it shares, cannot be raised again.
                if isLowPriority, let thread = OwnedThread(isLowPriority: true, work) {
                    thread.join()
                } else {
                    work()
                }
            }
        }
    }
}

/// A cache of the last rendered page, for many requests for the same page.
struct RecentPage<Page: Sendable> {
    /// The minimum rendering time of cached pages; faster ones are always rendered, so that they are current.
    private static var minimumCost: Duration { .milliseconds(10) }
    /// The maximum time for which a page is cached.
    private static var maximumAge: Duration { .seconds(1) }

    private var last: (key: [String?], page: Page, until: ContinuousClock.Instant)?

    /// Returns the cached page for `key`, if any.
    mutating func page(_ key: [String?], now: ContinuousClock.Instant) -> Page? {
        guard let last, now < last.until else {
            last = nil
            return nil
        }
        return last.key == key ? last.page : nil
    }

    /// Caches a page that was rendered from `start` to `now`, for five times as long: rendering then takes at most a
    /// sixth of a processor.
    mutating func store(_ page: Page, for key: [String?], start: ContinuousClock.Instant, now: ContinuousClock.Instant)
    {
        let cost = now - start
        guard cost >= Self.minimumCost else { return }
        last = (key, page, now + min(cost * 5, Self.maximumAge))
    }
}
