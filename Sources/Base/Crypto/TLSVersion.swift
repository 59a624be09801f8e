// SPDX-License-Identifier: Apache-2.0

/// A TLS version; raw values are those of Prometheus' configuration.
public enum TLSVersion: String, Sendable, CaseIterable {
    /// TLS 1.2
    case tls12 = "TLS12"
    /// TLS 1.3
    case tls13 = "TLS13"
}

/// The client certificates a server requires; raw values are those of the exporter-toolkit's `client_auth_type`.
public enum ClientAuthentication: String, Sendable, CaseIterable {
    /// No certificate is requested.
    case none = "NoClientCert"
    /// A certificate is requested, but neither required nor verified.
    case request = "RequestClientCert"
    /// A certificate is required, but not verified.
    case requireAny = "RequireAnyClientCert"
    /// A certificate is optional; if one is sent, a configured authority must have signed it.
    case verifyIfGiven = "VerifyClientCertIfGiven"
    /// A certificate signed by a configured authority is required.
    case requireAndVerify = "RequireAndVerifyClientCert"
}
