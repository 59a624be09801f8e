// SPDX-License-Identifier: Apache-2.0
import Base
import Testing

@Suite("The file being read")
struct FileBeingReadTests {
    @Test("The path is set during a tracked read and nil afterward")
    func path() {
        let file = FileBeingRead()
        let during = file.track { FileBeingRead.note("/a") { file.path } }
        #expect(during == "/a")
        #expect(file.path == nil)
        let untracked = FileBeingRead.note("/b") { file.path }
        #expect(untracked == nil)
    }
}
