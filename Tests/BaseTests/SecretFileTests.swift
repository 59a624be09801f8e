// SPDX-License-Identifier: Apache-2.0
import Glibc
import TestSupport
import Testing

@testable import Base

@Suite("A secret in a file")
struct SecretFileTests {
    @Test("is read again when the file changes")
    func change() async throws {
        let file = try TemporaryFile("one\n")
        defer { file.remove() }
        let secret = SecretFile(path: file.path)
        #expect(try await secret.read() == Secret("one"))
        try file.replace("two\n")
        #expect(try await secret.read() == Secret("two"))
        try file.overwrite("three")
        #expect(try await secret.read() == Secret("three"))
    }

    @Test("is read once more after a while, because not every change shows in the times of the file")
    func sameTimes() async throws {
        let file = try TemporaryFile("one")
        defer { file.remove() }
        let descriptor = open(file.path, O_RDWR)
        defer { close(descriptor) }
        let length = 3
        let mapped = try #require(mmap(nil, length, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0))
        defer { munmap(mapped, length) }
        // The first change of a page sets the times; those that follow at once do not.
        mapped.copyMemory(from: Array("two".utf8), byteCount: length)
        let secret = SecretFile(path: file.path, settling: .zero)
        #expect(try await secret.read() == Secret("two"))
        mapped.copyMemory(from: Array("six".utf8), byteCount: length)
        #expect(try await secret.read() == Secret("six"))
    }
}
