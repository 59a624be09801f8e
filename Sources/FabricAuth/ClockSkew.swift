// SPDX-License-Identifier: Apache-2.0
internal import FabricModel
public import Transport

/// What a refused signature owes to a wrong clock.
public enum ClockSkew {
    /// Signatures are refused beyond this.
    private static let limit: Int64 = 15 * 60

    /// A sentence where the `Date` of a refusal says that this machine's clock is too far away for any signature to be
    /// taken; nil elsewhere.
    /// - Parameter wallMicroseconds: this machine's clock when the response came.
    public static func sentence(_ response: HTTPResponse, wallMicroseconds: Int64) -> String? {
        guard response.status == 401 || response.status == 403,
            let date = response.header("Date").flatMap({ HTTPDate.parse($0) })
        else { return nil }
        let ahead = (wallMicroseconds - date.microseconds) / 1_000_000
        guard abs(ahead) > limit else { return nil }
        return
            "this machine's clock is \(words(ahead: ahead)) the service's, and signatures are refused beyond 15 minutes"
    }

    /// A difference between two clocks, such as `40 minutes ahead of`.
    static func words(ahead: Int64) -> String {
        let amount = abs(ahead)
        let shown =
            switch amount {
            case ..<120: "\(amount) s"
            case ..<7_200: "\(amount / 60) minutes"
            case ..<172_800: "\(amount / 3_600) hours"
            default: "\(amount / 86_400) days"
            }
        return "\(shown) \(ahead > 0 ? "ahead of" : "behind")"
    }
}
