// SPDX-License-Identifier: Apache-2.0

/// The status of an endpoint: one of the documented words, or whatever else the service sent, unchanged.
public struct EndpointStatus: Sendable, Hashable {
    /// The word.
    public let word: Word

    /// The word as it came.
    public var rawValue: String { word.text }

    /// A status of any word.
    public init(_ word: Word) { self.word = word }

    /// A status of any word.
    public init(_ rawValue: String) { word = Word(rawValue) }

    /// What stands for a missing or empty status.
    public static let unknown = EndpointStatus(Word("UNKNOWN"))
    /// Being made.
    public static let creating = EndpointStatus(Word("CREATING"))
    /// Being changed.
    public static let updating = EndpointStatus(Word("UPDATING"))
    /// Serving.
    public static let running = EndpointStatus(Word("RUNNING"))
    /// Stopped by the service, as when an account is in arrears.
    public static let frozen = EndpointStatus(Word("FROZEN"))
    /// At the end of its trial.
    public static let trialEnded = EndpointStatus(Word("TRIAL_ENDED"))
    /// Being removed.
    public static let deleting = EndpointStatus(Word("DELETING"))

    /// The eleven statuses that the API page documents, in its order of life.
    public static let documented: [EndpointStatus] = [
        "CREATING", "RUNNING", "CREATE_FAILED", "DELETING", "DELETED", "UPDATING", "UPDATE_FAILED", "DELETE_FAILED",
        "FROZEN", "INACTIVE", "TRIAL_ENDED",
    ].map { EndpointStatus(Word($0)) }

    /// Whether the endpoint is on its way to another status and may be stuck there.
    public var isTransitional: Bool { self == .creating || self == .updating || self == .deleting }

    /// Whether the status says that something did not succeed: any `…_FAILED`.
    public var isFailed: Bool { rawValue.utf8.count > 7 && rawValue.hasSuffix("_FAILED") }

    /// Whether an endpoint of this status and `errorCode` is one to look at: on its way, failed, or with an error.
    public func isProblem(errorCode: Word?) -> Bool { isTransitional || isFailed || errorCode != nil }
}
