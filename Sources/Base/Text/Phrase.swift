// SPDX-License-Identifier: Apache-2.0

/// A language of the texts for people.
public enum Language: String, Sendable, CaseIterable {
    case english = "en"
    case chinese = "zh"

    /// Returns `phrase` in this language.
    public func callAsFunction(_ phrase: Phrase) -> String { phrase[self] }
}

/// A text in every language.
public struct Phrase: Sendable, Equatable {
    private let english: String
    private let chinese: String

    /// Creates a phrase.
    public init(_ english: String, _ chinese: String) {
        self.english = english
        self.chinese = chinese
    }

    /// Creates a phrase that is the same in every language, such as a name.
    public init(_ text: String) { self.init(text, text) }

    /// The text in `language`.
    public subscript(language: Language) -> String {
        switch language {
        case .english: english
        case .chinese: chinese
        }
    }
}
