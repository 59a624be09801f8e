// SPDX-License-Identifier: Apache-2.0
import Glibc
import TestSupport

/// A host name that switches between two loopback addresses, only in the mount namespace of the exporter.
final class MovingName {
    static let name = "fabric.soak.test"
    private static let addresses = ["127.0.0.1", "127.0.0.2"]

    /// The file that replaces /etc/hosts.
    let hosts: TemporaryFile
    private var place = 0

    /// Returns nil if this process may not create mount namespaces.
    init?() throws {
        guard geteuid() == 0, (try? ChildProcess.run("unshare", ["-m", "true"])) != nil else { return nil }
        var text = "\(Self.addresses[0]) \(Self.name)\n"
        if let file = fopen("/etc/hosts", "r") {
            defer { fclose(file) }
            var bytes = [UInt8](repeating: 0, count: 65_536)
            let count = fread(&bytes, 1, bytes.count, file)
            text += String(decoding: bytes[..<count], as: UTF8.self)
        }
        hosts = try TemporaryFile(text, name: "hosts")
    }

    /// Switches the name to the other address.
    /// - Returns: the old address.
    func move() throws -> String {
        let old = Self.addresses[place]
        place = 1 - place
        // Written in place, because of the bind mount; with equal length, so that readers never see a partial file.
        let bytes = Array(Self.addresses[place].utf8)
        let descriptor = open(hosts.path, O_WRONLY | O_CLOEXEC)
        defer { close(descriptor) }
        guard descriptor >= 0, pwrite(descriptor, bytes, bytes.count, 0) == bytes.count else {
            throw SoakError(description: "cannot write \(hosts.path)")
        }
        return old
    }
}
