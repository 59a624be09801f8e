// SPDX-License-Identifier: Apache-2.0

extension FailureReason {
    /// Returns what to do about a failing poll.
    /// - Parameter permission: the permission that the request needs.
    public func remedy(permission: String) -> String {
        switch self {
        case .badRequest: "The API rejected the request: check base_url and the workspace's filter."
        case .credentials: "No credential could be obtained: check auth and the connection to IAM."
        case .forbidden:
            "Grant \(permission) to the credential's user or agency. If it is granted, the credential belongs to another "
                + "project than the workspace."
        case .inconsistent: "The list changed while it was read: retry."
        case .network: "The API is unreachable: check base_url, DNS, routes, firewalls and the proxy."
        case .notFound:
            "The workspace does not exist for this credential: check its id and region, and that the credential belongs "
                + "to the workspace's project."
        case .response:
            "The server is not the API, or its response exceeds a limit: check base_url, the proxy and poll."
        case .server: "Service-side error: retry later or contact support with the request id."
        case .stalled: "The exporter itself is stalled: restart it and report its log."
        case .throttled:
            "The account exceeded its rate limit: lower poll.requests_per_second or raise poll.interval. Other clients of "
                + "the account count too."
        case .timeout: "No response within poll.timeout: check the connection to the API, or raise poll.timeout."
        case .tls:
            "The TLS connection failed: check the tls keys and whether a proxy replaces the server's certificate."
        case .unauthenticated: "The API rejected the credential: replace it, or check that it belongs to the region."
        }
    }
}
