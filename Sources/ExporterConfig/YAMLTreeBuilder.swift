// SPDX-License-Identifier: Apache-2.0

/// Folds events into nodes. Keeps its own stack, so that no file can exhaust the thread's.
struct YAMLTreeBuilder {
    private(set) var root: YAMLNode?
    private(set) var problems: [YAMLProblem] = []
    private(set) var isUnfinished = true
    /// Whether a problem makes what was read so far worthless.
    private(set) var isAbandoned = false

    private var stack: [Frame] = []
    private var anchors: [String: Anchor] = [:]
    private var expanded = 0
    private var hasDocument = false

    private struct Frame {
        let mark: Mark
        let anchor: String?
        let isMapping: Bool
        let isTagged: Bool
        var children: [YAMLNode] = []
    }

    private enum Anchor {
        /// Its node is still being read: an alias to it would contain itself.
        case open
        case closed(YAMLNode)
    }

    mutating func take(_ event: YAMLEvent) {
        switch event {
        case .scalar(let scalar, let anchor, let isTagged, let mark):
            add(node(isTagged ? .broken : .scalar(scalar), at: mark, isTagged: isTagged), anchor: anchor)
        case .sequenceStart(let anchor, let isTagged, let mark):
            open(Frame(mark: mark, anchor: anchor, isMapping: false, isTagged: isTagged))
        case .mappingStart(let anchor, let isTagged, let mark):
            open(Frame(mark: mark, anchor: anchor, isMapping: true, isTagged: isTagged))
        case .sequenceEnd, .mappingEnd: close()
        case .alias(let name, let mark): addAlias(name, at: mark)
        case .documentStart(let mark):
            if hasDocument { abandon(at: mark, "a second document begins here; the file must be one") }
            hasDocument = true
        case .streamEnd: isUnfinished = false
        case .failure(let problem): abandon(at: problem.mark, problem.message)
        case .other: break
        }
    }

    private mutating func node(_ content: YAMLNode.Content, at mark: Mark, isTagged: Bool) -> YAMLNode {
        if isTagged { report(at: mark, "tags (!…) are not supported; put a value that begins with ! in quotes") }
        return YAMLNode(mark: mark, content: content)
    }

    private mutating func open(_ frame: Frame) {
        guard stack.count < YAMLDocument.maximumDepth else { return abandonTooDeep(at: frame.mark) }
        if let anchor = frame.anchor { anchors[anchor] = .open }
        stack.append(frame)
    }

    private mutating func close() {
        guard let frame = stack.popLast() else { return }
        let content: YAMLNode.Content
        if frame.isMapping {
            content = .mapping(
                stride(from: 0, to: frame.children.count - 1, by: 2).map {
                    YAMLEntry(key: frame.children[$0], value: frame.children[$0 + 1])
                }
            )
        } else {
            content = .sequence(frame.children)
        }
        add(node(frame.isTagged ? .broken : content, at: frame.mark, isTagged: frame.isTagged), anchor: frame.anchor)
    }

    private mutating func addAlias(_ name: String, at mark: Mark) {
        switch anchors[name] {
        case .closed(let target):
            // The sum cannot overflow: no target weighs more than file and budget together.
            expanded += target.weight
            guard expanded <= YAMLDocument.aliasBudget else {
                return abandon(at: mark, "aliases expand to more than 1 MB")
            }
            guard stack.count + target.height <= YAMLDocument.maximumDepth else { return abandonTooDeep(at: mark) }
            add(target, anchor: nil)
        case .open: addBroken(at: mark, "this alias stands for something that contains it")
        case nil: addBroken(at: mark, "this alias has no anchor before it; put a value that begins with * in quotes")
        }
    }

    private mutating func addBroken(at mark: Mark, _ message: String) {
        report(at: mark, message)
        add(YAMLNode(mark: mark, content: .broken), anchor: nil)
    }

    private mutating func add(_ node: YAMLNode, anchor: String?) {
        if let anchor { anchors[anchor] = .closed(node) }
        if stack.isEmpty { root = node } else { stack[stack.count - 1].children.append(node) }
    }

    private mutating func abandonTooDeep(at mark: Mark) {
        abandon(at: mark, "nested deeper than \(YAMLDocument.maximumDepth) levels")
    }

    private mutating func abandon(at mark: Mark, _ message: String) {
        report(at: mark, message)
        isAbandoned = true
        isUnfinished = false
    }

    private mutating func report(at mark: Mark, _ message: String) {
        problems.append(YAMLProblem(mark: mark, message: message))
    }
}
