// SPDX-License-Identifier: Apache-2.0
internal import Base
public import Fabric
internal import Listings

extension StatusReport {
    /// Returns the remedy for the first listing of a workspace whose last poll failed; nil if none did.
    public func remedy(for workspace: WorkspaceStatus) -> Remedy? {
        guard let listing = workspace.listings.first(where: { $0.failure != nil }),
            let reason = listing.failure?.reason,
            let source = sources.first(where: { $0.name == workspace.workspace.key.source })
        else { return nil }
        let usesServices = ListingRegistry.all.first { $0.name == listing.name }?.usesServicesURL ?? false
        let remedies = usesServices ? source.remedies.ofServices : source.remedies
        return remedies.remedy(for: reason, of: .listing(named: listing.name))
    }
}

extension StatusOverview.Source {
    /// The remedy for the source's health; nil unless requests fail for a reason that concerns the whole source.
    public var remedy: Remedy? {
        switch health {
        case .lockedOut:
            let reasons = workspaces.compactMap { $0.failure?.reason } + [status.discovery?.failure].compactMap(\.self)
            let reason = reasons.first { $0 == .credentials || $0 == .unauthenticated } ?? .unauthenticated
            return status.remedies.remedy(for: reason, of: .discovery)
        case .throttled: return .lowerRate
        case .discoveryFailing: return status.discovery?.failure.map { status.remedies.remedy(for: $0, of: .discovery) }
        case .noWorkspaces, .down, .noneDiscovered, .overloaded, .partlyDown, .pending, .ok: return nil
        }
    }
}

extension StatusOverview.Source {
    /// The remedy for the failure of the quotas; nil if they did not fail, or because of the credential, whose remedy is
    /// that of the source.
    public var quotasRemedy: Remedy? {
        guard let reason = status.quotas?.failure?.reason, reason != .unauthenticated, reason != .credentials else {
            return nil
        }
        return status.remedies.remedy(for: reason, of: .quotas)
    }
}

extension SourceRemedies.Subject {
    /// The subject for a listing of the registry, of a workspace whose filter is unknown.
    static func listing(named name: String) -> SourceRemedies.Subject {
        let permission = ListingRegistry.all.first { $0.name == name }?.permission
        let unknown = Phrase("the permission to list \(name)", "列出 \(name) 的权限")
        return .listing(permission: permission ?? unknown, isFiltered: nil)
    }
}
