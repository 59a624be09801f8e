// SPDX-License-Identifier: Apache-2.0
import Glibc
import TestSupport
import Testing

@testable import Base

@Suite("Secret files")
struct SecretFileTests {
    @Test("A changed file is read again")
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

    @Test("A file is read again after the settling time, because not every change updates its times")
    func sameTimes() async throws {
        let file = try TemporaryFile("one")
        defer { file.remove() }
        let descriptor = open(file.path, O_RDWR)
        defer { close(descriptor) }
        let length = 3
        let mapped = try #require(mmap(nil, length, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0))
        defer { munmap(mapped, length) }
        // The first write to a mapped page updates the times; writes right after it do not.
        mapped.copyMemory(from: Array("two".utf8), byteCount: length)
        let secret = SecretFile(path: file.path, settlingTime: .zero)
        #expect(try await secret.read() == Secret("two"))
        mapped.copyMemory(from: Array("six".utf8), byteCount: length)
        #expect(try await secret.read() == Secret("six"))
    }
}
