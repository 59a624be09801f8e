// SPDX-License-Identifier: Apache-2.0
internal import COpenSSL

/// A token, key or password. Printing, interpolating or mirroring it gives `<REDACTED>`. The value is accessible only
/// through ``withExposedValue(_:)``, so that a search for that name finds every use.
///
/// Every secret is registered with ``KnownSecrets/shared`` on creation, so that it is redacted in all texts that leave
/// the process.
public struct Secret: Sendable {
    /// Shared by all copies; notifies the registry when the last copy is released.
    private final class Storage: Sendable {
        let value: String
        let registry: KnownSecrets?

        init(_ value: String, _ registry: KnownSecrets?) {
            self.value = value
            self.registry = registry
            registry?.add(value)
        }

        deinit { registry?.retire(value) }
    }

    private let storage: Storage

    /// Creates a secret that is redacted everywhere.
    public init(_ value: String) { self.init(value, knownTo: .shared) }

    /// Creates a secret that is not registered for redaction, such as a password sent by a client of the web server:
    /// clients could otherwise make words disappear from pages and metrics.
    public init(unregistered value: String) { storage = Storage(value, nil) }

    /// Creates a secret that `registry` redacts.
    init(_ value: String, knownTo registry: KnownSecrets) { storage = Storage(value, registry) }

    /// Calls `body` with the plain value, which must not reach a log, a page, a metric or an error.
    public func withExposedValue<Result>(_ body: (String) throws -> Result) rethrows -> Result {
        try body(storage.value)
    }

    /// Whether the value is the empty string.
    public var isEmpty: Bool { storage.value.isEmpty }
}

extension Secret: Equatable {
    /// Compares in constant time for values of equal length.
    public static func == (left: Secret, right: Secret) -> Bool {
        let (first, second) = (Array(left.storage.value.utf8), Array(right.storage.value.utf8))
        return first.count == second.count && CRYPTO_memcmp(first, second, first.count) == 0
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Always `<REDACTED>`.
    public var description: String { "<REDACTED>" }
    /// Always `<REDACTED>`.
    public var debugDescription: String { "<REDACTED>" }
    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
