// SPDX-License-Identifier: Apache-2.0

/// The table of what says "too many requests", for every service: Fabric, IAM, STS and the metadata service.
public enum Throttling {
    /// Error codes that mean throttling whatever the status: the gateway gives them several.
    public static let codes: Set<String> = ["APIG.0308", "APIGW.0308", "IAM.0012"]

    /// Whether a response with this status and error code means that the service throttles.
    public static func isThrottled(status: Int, code: String?) -> Bool {
        status == 429 || code.map(codes.contains) ?? false
    }
}
