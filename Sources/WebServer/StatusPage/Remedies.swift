// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric
internal import Listings
internal import Polling

extension WorkspaceStatus {
    /// The remedy for the first failing listing; nil while up.
    var remedy: Phrase? {
        guard let failing = listings.first(where: { $0.failure != nil }), let failure = failing.failure else {
            return nil
        }
        let permission = ListingRegistry.all.first { $0.name == failing.name }?.permission ?? ""
        return Phrase(failure.reason.remedy(permission: permission))
    }
}

extension StatusOverview.Source {
    /// The remedy for the source; nil if its explanation contains it.
    var remedy: Phrase? {
        switch health {
        case .lockedOut: Phrase(FailureReason.unauthenticated.remedy(permission: ""))
        case .throttled: Phrase(FailureReason.throttled.remedy(permission: ""))
        default: nil
        }
    }
}
