// SPDX-License-Identifier: Apache-2.0
private import CSupport
internal import HTTPClient

/// What this program is.
public enum BuildInformation {
    /// The version, as semantic versioning has it.
    public static let version = "0.1.0"

    /// The commit it was built from.
    public static var revision: String { String(cString: exporter_build_revision()) }

    /// The Swift compiler's release.
    public static var swiftVersion: String {
        #if compiler(>=6.4)
            "6.4"
        #elseif compiler(>=6.3)
            "6.3"
        #else
            "6.2"
        #endif
    }

    /// The libcurl that is loaded.
    public static var libcurlVersion: String { CurlEngine.libcurlVersion }

    /// All of it in one line, as `--version` prints it.
    public static var line: String {
        "dataarts-fabric-exporter, version \(version) (revision: \(revision), swift: \(swiftVersion), "
            + "libcurl: \(libcurlVersion))"
    }
}
