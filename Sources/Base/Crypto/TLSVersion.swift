// SPDX-License-Identifier: Apache-2.0

/// A version of TLS, spelled as in Prometheus' configuration.
public enum TLSVersion: String, Sendable, CaseIterable {
    /// TLS 1.2
    case tls12 = "TLS12"
    /// TLS 1.3
    case tls13 = "TLS13"
}

/// What a server asks of its clients, spelled as in the configuration of Prometheus' exporters (`client_auth_type`).
public enum ClientAuthentication: String, Sendable, CaseIterable {
    /// Nothing.
    case none = "NoClientCert"
    /// A certificate, if they have one; whatever it is.
    case request = "RequestClientCert"
    /// A certificate, whatever it is.
    case requireAny = "RequireAnyClientCert"
    /// A certificate, if they have one; then it must be signed by one of the authorities.
    case verifyIfGiven = "VerifyClientCertIfGiven"
    /// A certificate signed by one of the authorities.
    case requireAndVerify = "RequireAndVerifyClientCert"
}
