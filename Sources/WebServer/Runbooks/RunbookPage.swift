// SPDX-License-Identifier: Apache-2.0
internal import Base

/// The page of a runbook, `/runbooks/NAME`, or of all runbooks, `/runbooks/`.
struct RunbookPage {
    /// The path of the page of all runbooks, with which the paths of the others begin.
    static let folder = "/runbooks/"

    /// The style rules that only these pages need.
    private static let style: HTML = """
        .runbook p, .runbook li { max-width: 60rem; overflow-wrap: anywhere; }
        pre { background: var(--panel); border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .8rem;
          overflow-x: auto; } pre code { overflow-wrap: normal; }
        pre:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }

        """

    private let name: String
    /// nil on the page of all runbooks.
    private let runbook: RunbookText?

    /// - Parameter path: the path of a request, for which ``contains(_:)`` is true.
    /// - Throws: ``QueryError`` if there is no such runbook.
    init(path: String) throws(QueryError) {
        name = String(path.dropFirst(Self.folder.count))
        runbook = RunbookText.named(name)
        guard runbook != nil || name.isEmpty else { throw QueryError(status: 404, message: .noSuchRunbook) }
    }

    /// Returns whether `path` is in the folder of the runbooks.
    static func contains(_ path: String) -> Bool { path == "/runbooks" || path.hasPrefix(folder) }

    func html(_ frame: PageFrame) -> HTML {
        var frame = frame
        frame.style = Self.style
        let language = frame.options.language
        let text = (runbook?.body ?? RunbookText.overview)[language]
        let others: HTML =
            runbook == nil
            ? .empty
            : #"<p><a href="\#(frame.options.address("runbooks/"))">\#(language(.allRunbooks))</a></p>"#
        return frame.page(
            runbook?.title ?? .alertsAndRunbooks, #"<article class="runbook">\#(text)</article>\#(others)"#,
            refreshes: false
        ) { $0.address("runbooks/" + name) }
    }
}
