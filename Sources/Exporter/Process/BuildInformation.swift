// SPDX-License-Identifier: Apache-2.0
private import CSupport
internal import HTTPClient

/// The version of this program and of what it was built with.
public enum BuildInformation {
    /// The semantic version.
    public static let version = "0.2.0-dev"

    /// The commit it was built from.
    public static var revision: String { String(cString: exporter_build_revision()) }

    /// The version of the Swift compiler.
    public static var swiftVersion: String {
        #if compiler(>=6.4)
            "6.4"
        #elseif compiler(>=6.3)
            "6.3"
        #else
            "6.2"
        #endif
    }

    /// The version of the loaded libcurl.
    public static var libcurlVersion: String { CurlEngine.libcurlVersion }

    /// The output of `--version`.
    public static var line: String {
        "dataarts-fabric-exporter, version \(version) (revision: \(revision), swift: \(swiftVersion), "
            + "libcurl: \(libcurlVersion))"
    }
}
