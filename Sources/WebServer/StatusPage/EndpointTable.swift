// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric
internal import Listings
internal import Polling

/// One page of a list of endpoints, with everything that is known of each.
struct EndpointTable {
    let parts: PageParts
    /// Whether rows name their workspace.
    let showsPlace: Bool
    /// Whether rows that need attention link to the runbooks, which are about endpoints.
    var hasRunbooks = true

    /// - Parameter address: returns the URL of a page of the list.
    func html(_ selection: EndpointSelection, page: Int, address: (_ page: Int) -> String) -> HTML {
        let pages = PageRange(page: page, of: selection.count)
        var columns = [PageTable.Column(.name, .header)]
        if showsPlace { columns.append(.init(.workspace, .text)) }
        columns += [
            .init(.type), .init(.status), .init(.since), .init(.owner), .init(.created),
            .init(.errorAndDescription, .text),
        ]
        var table = PageTable(.allEndpoints, columns, in: parts.options.language)
        table.rows = selection.entries(pages.rows).map(row)
        return "\(table.html)\(parts.pager(pages, .endpoints(selection.count), address: address))"
    }

    private func row(_ entry: EndpointSelection.Entry) -> [HTML] {
        let detail = entry.row.detail
        let attention = entry.row.attention(at: parts.now)
        var place = parts.link(to: entry.workspace)
        place = "\(place)<span class=\"id\">\(entry.workspace.workspace.key.source)</span>"
        let cap = [detail.capID, detail.capVersionID].compactMap { $0 }.joined(separator: " / ")
        let lines: [HTML] = [
            detail.errorCode.html { "<code>\($0)</code>" }, detail.errorMessage.html { "\($0)" },
            detail.description.html { #"<span class="quiet">\#($0)</span>"# },
            cap.isEmpty ? .empty : #"<span class="quiet">\#(parts(.imagePackage)) <code>\#(cap)</code></span>"#,
            detail.poolID.html { #"<span class="quiet">\#(parts(.computePool)) <code>\#($0)</code></span>"# },
            (hasRunbooks ? attention : nil).html { parts.link(.runbook, "runbooks/\(Runbook($0).name)") },
        ]
        return [#"\#(detail.name.html { "\($0)" })<span class="id">\#(detail.id.text)</span>"#]
            + (showsPlace ? [place] : []) + [
                "\(detail.type)", parts.badge(of: detail, attention),
                parts.sinceInLines(detail.since),
                HTML([detail.owner.html { "\($0)" }, ownerID(of: detail)].filter { !$0.text.isEmpty }),
                detail.createTime.html(parts.lines),
                HTML(lines.filter { !$0.text.isEmpty }, separator: "<br>"),
            ]
    }

    private func ownerID(of detail: RecordDetail) -> HTML {
        guard let id = detail.ownerID, id != detail.owner else { return .empty }
        return #"<span class="id">\#(id)</span>"#
    }
}
