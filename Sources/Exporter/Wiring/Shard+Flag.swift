// SPDX-License-Identifier: Apache-2.0
internal import Glibc
public import Polling

extension Shard {
    /// Parses `--shard`: `K/N`, or `auto/N`, which takes K from the pod name of a StatefulSet: `POD_NAME`, else the
    /// host name.
    /// - Throws: ``ExporterError`` if the shard is invalid.
    public init(
        flag text: String, environment: [String: String] = ProcessEnvironment.variables(), hostName: String? = nil
    ) throws(ExporterError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let total = Self.number(parts[1]), parts[0] == "auto" || Self.number(parts[0]) != nil
        else {
            throw ExporterError("--shard \(text): must be K/N, such as 0/3, or auto/N")
        }
        guard (1...Self.maximumTotal).contains(total) else {
            throw ExporterError("--shard \(text): the number of shards must be from 1 to \(Self.maximumTotal)")
        }
        let ordinal: Int
        var origin = ""
        if let given = Self.number(parts[0]) {
            ordinal = given
        } else {
            let name = try Self.podName(environment, hostName: hostName, flag: text)
            guard
                let own = name.value.lastIndex(of: "-").flatMap({ Self.number(String(name.value[$0...].dropFirst())) })
            else {
                throw ExporterError(
                    "--shard \(text): \(name.origin) \(name.value) does not end in a hyphen and a number, like the pod "
                        + "names of a StatefulSet")
            }
            ordinal = own
            origin = " (\(name.origin) is \(name.value))"
        }
        guard let shard = Shard(ordinal: ordinal, total: total) else {
            throw ExporterError(
                "--shard \(text): shard index \(ordinal) out of range 0..\(total - 1)\(origin)"
            )
        }
        self = shard
    }

    private static func podName(
        _ environment: [String: String], hostName: String?, flag: String
    ) throws(ExporterError) -> (value: String, origin: String) {
        if let name = environment["POD_NAME"], !name.isEmpty { return (name, "POD_NAME") }
        // Some host names include the domain.
        let host = (hostName ?? systemHostName()).prefix { $0 != "." }
        guard !host.isEmpty else { throw ExporterError("--shard \(flag): no pod name; set POD_NAME or a host name") }
        return (String(host), "the host name")
    }

    private static func systemHostName() -> String {
        var name = [CChar](repeating: 0, count: 256)
        // The last byte stays zero as terminator.
        guard gethostname(&name, name.count - 1) == 0 else { return "" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Parses digits only; numbers beyond `Int` become `Int.max`, which is out of range anyway.
    private static func number(_ text: String) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text) ?? .max
    }
}
