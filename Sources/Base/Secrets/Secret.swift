// SPDX-License-Identifier: Apache-2.0
internal import COpenSSL

/// A token, key or password. It cannot be printed, interpolated, mirrored or encoded: each of those gives
/// `<REDACTED>`. Its bytes come out only through ``withExposedValue(_:)``, so that a search for that name finds every
/// place where a secret leaves this type.
///
/// Every secret is known to ``KnownSecrets/shared`` from its creation on, so that no kind of credential can be forgotten
/// when texts that leave the process are redacted.
public struct Secret: Sendable {
    /// Shared by all copies, so that the registry learns when the last one is gone.
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

    /// Wraps a secret of this process.
    public init(_ value: String) { self.init(value, knownTo: .shared) }

    /// Wraps what a client of the web server sends as a password. It is not redacted anywhere: clients that guess passwords
    /// could otherwise blank out parts of pages and metrics.
    public init(guessed value: String) { storage = Storage(value, nil) }

    /// Wraps a secret that `registry` redacts.
    init(_ value: String, knownTo registry: KnownSecrets) { storage = Storage(value, registry) }

    /// Hands the plain value to `body`. Callers must not let it reach a log, a page, a metric or an error.
    public func withExposedValue<Result>(_ body: (String) throws -> Result) rethrows -> Result {
        try body(storage.value)
    }

    /// Whether the secret has no characters at all.
    public var isEmpty: Bool { storage.value.isEmpty }
}

extension Secret: Equatable {
    /// Compares in time that depends on the lengths alone, not on where the values first differ.
    public static func == (left: Secret, right: Secret) -> Bool {
        let (first, second) = (Array(left.storage.value.utf8), Array(right.storage.value.utf8))
        return first.count == second.count && CRYPTO_memcmp(first, second, first.count) == 0
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// `<REDACTED>`, always.
    public var description: String { "<REDACTED>" }
    /// `<REDACTED>`, always.
    public var debugDescription: String { "<REDACTED>" }
    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
