// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import Exposition

@Suite("Pages of which parts change")
struct ChangingPageTests {
    /// Groups of subjects whose samples tell a revision.
    struct Scene {
        var revisions: [[UInt64]]
        private var groups: [FragmentGroup] = []
        let source = StubSource()
        let cache: PageCache

        init(groups count: Int, subjects: Int) {
            revisions = Array(repeating: Array(repeating: 1, count: subjects), count: count)
            cache = PageCache(catalogue: Families.catalogue, source: source)
            groups = revisions.indices.map { group($0) }
            publish()
        }

        private func group(_ index: Int) -> FragmentGroup {
            FragmentGroup(
                revisions[index].enumerated().map { subject, revision in
                    Families.fragment(of: "subject-\(index)-\(subject)", scale: revision)
                })
        }

        private func publish() { source.set(groups: groups) }

        mutating func change(group index: Int, subject: Int) {
            revisions[index][subject] += 1
            groups[index] = group(index)
            publish()
        }

        mutating func remove(group index: Int) {
            revisions.remove(at: index)
            groups.remove(at: index)
            publish()
        }

        func expected(_ format: ExpositionFormat) -> [UInt8] {
            Families.catalogue.render(format, fragments: groups.flatMap(\.fragments))
        }

        /// The file from which the plain page is sent.
        func file() async -> PageFile? {
            for case .file(let file, _) in await cache.page(.text, gzip: false) { return file }
            return nil
        }

        /// The descriptor and ranges from which the plain page is sent.
        func places() async -> [(descriptor: Int32, range: Range<Int>)] {
            await cache.page(.text, gzip: false).compactMap { piece in
                if case .file(let file, let range) = piece { (file.descriptor, range) } else { nil }
            }
        }
    }

    @Test("However groups change and go, both encodings are the page put together anew", arguments: 1...4)
    func same(groups: Int) async {
        var scene = Scene(groups: groups, subjects: 40)
        var random: UInt64 = 7
        func next(_ bound: Int) -> Int {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(random >> 33) % bound
        }
        for step in 0..<30 {
            for format in ExpositionFormat.allCases {
                let expected = scene.expected(format)
                #expect(bytes(await scene.cache.page(format, gzip: false)) == expected)
                #expect(gunzip(bytes(await scene.cache.page(format, gzip: true))) == expected)
            }
            if step == 20, groups > 1 {
                scene.remove(group: next(groups))
            } else {
                scene.change(group: next(scene.revisions.count), subject: next(40))
            }
        }
    }

    @Test("After a change only the lines of its group are written to the file, and what is being sent stays as it is")
    func written() async throws {
        var scene = Scene(groups: 20, subjects: 64)
        let before = await scene.places()
        let first = try #require(before.first)
        let whole = scene.expected(.text)
        #expect(before.map(\.range.count).reduce(0, +) == whole.count)
        scene.change(group: 7, subject: 3)
        let after = await scene.places()
        #expect(after.allSatisfy { $0.descriptor == first.descriptor })
        let end = before.map(\.range.upperBound).max() ?? 0
        let added = after.filter { $0.range.lowerBound >= end }.map(\.range.count).reduce(0, +)
        #expect(added > 0 && added < whole.count / 15)
        #expect(before.flatMap { contents(of: $0.descriptor, $0.range) } == whole)
    }

    @Test("A change that leaves a group's lines as they were writes nothing")
    func unchanged() async {
        let scene = Scene(groups: 3, subjects: 200)
        let before = await scene.places()
        let file = await scene.file()
        scene.source.set(groups: scene.source.groups().map { FragmentGroup($0.fragments) })
        let after = await scene.places()
        let still = await scene.file()
        #expect(file != nil && file === still)
        #expect(before.map(\.range) == after.map(\.range))
        #expect(!before.isEmpty)
    }

    @Test("What is no longer served does not pile up in the file")
    func compacted() async throws {
        var scene = Scene(groups: 4, subjects: 400)
        let count = scene.expected(.text).count
        var furthest = 0
        for step in 0..<100 {
            scene.change(group: step % 4, subject: step)
            furthest = max(furthest, await scene.places().map(\.range.upperBound).max() ?? 0)
        }
        #expect(furthest > count)
        #expect(furthest < 3 * count + 1024 * 1024 + count)
        #expect(bytes(await scene.cache.page(.text, gzip: false)) == scene.expected(.text))
    }

    @Test("A page that nobody asks for any longer is given up, and made again when somebody does")
    func forgotten() async throws {
        var scene = Scene(groups: 3, subjects: 200)
        weak let file = await scene.file()
        #expect(file != nil)
        for step in 0..<110 {
            scene.change(group: 0, subject: step)
            _ = await scene.cache.page(.text, gzip: true)
        }
        #expect(file == nil)
        #expect(bytes(await scene.cache.page(.text, gzip: false)) == scene.expected(.text))
    }
}
