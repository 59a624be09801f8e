// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Config

/// Validates a web configuration file, for `check`.
public enum WebConfigurationCheck {
    /// Reads the file at `path`, and the certificates and keys that it names, as `serve` does.
    /// - Returns: a summary, or a warning if the file protects nothing.
    /// - Throws: ``ExporterError`` with all errors.
    public static func summary(of path: String) throws(ExporterError) -> String {
        let configuration = try WebAccess.read(path).configuration
        var parts: [String] = []
        if let tls = configuration.tls {
            parts.append("TLS" + (tls.clientAuthentication == .none ? "" : " with client certificates"))
        }
        if !configuration.users.isEmpty { parts.append(counted(configuration.users.count, "user")) }
        if !configuration.headers.isEmpty { parts.append(counted(configuration.headers.count, "header")) }
        guard !parts.isEmpty else {
            return "Warning: web configuration is empty; serve would use neither TLS nor authentication"
        }
        return "Web configuration is valid: \(parts.joined(separator: ", "))."
    }

    private static func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}
