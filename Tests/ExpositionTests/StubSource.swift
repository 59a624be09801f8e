// SPDX-License-Identifier: Apache-2.0
import Synchronization

@testable import Exposition

/// A source of fragments that counts the calls.
final class StubSource: PageSource {
    private struct State {
        var version: UInt64 = 1
        var fragments: [Fragment] = []
        var live: [Fragment] = []
        var renderings = 0
        var liveRenderings = 0
    }

    private let state = Mutex(State())
    let liveFamilies: Set<String>

    init(live: [MetricFamily] = [Families.live]) { liveFamilies = Set(live.map(\.name)) }

    func set(fragments: [Fragment], live: [Fragment] = []) {
        state.withLock { state in
            state.fragments = fragments
            state.live = live
            state.version += 1
        }
    }

    func set(live: [Fragment]) { state.withLock { $0.live = live } }

    var renderings: Int { state.withLock { $0.renderings } }
    var liveRenderings: Int { state.withLock { $0.liveRenderings } }

    var version: UInt64 { state.withLock { $0.version } }

    func fragments() -> [Fragment] {
        state.withLock { state in
            state.renderings += 1
            return state.fragments
        }
    }

    func fragments(of selection: PageSelection) -> [Fragment]? {
        let selected = fragments().filter { fragment in
            fragment.labels.contains { $0.name == "workspace_id" && selection.workspaceIDs.contains($0.value) }
        }
        return selected.isEmpty ? nil : selected
    }

    func liveFragments() -> [Fragment] {
        state.withLock { state in
            state.liveRenderings += 1
            return state.live
        }
    }
}
