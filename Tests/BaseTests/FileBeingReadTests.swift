// SPDX-License-Identifier: Apache-2.0
import Base
import Testing

@Suite("The file being read")
struct FileBeingReadTests {
    @Test("is the one that is read now, and none afterward")
    func path() {
        let file = FileBeingRead()
        let during = file.track { FileBeingRead.note("/a") { file.path } }
        #expect(during == "/a")
        #expect(file.path == nil)
        let untracked = FileBeingRead.note("/b") { file.path }
        #expect(untracked == nil)
    }
}
