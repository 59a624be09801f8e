// SPDX-License-Identifier: Apache-2.0
internal import Fabric

/// The cloud's own console.
enum CloudConsole {
    /// Returns the URL of the console in a workspace's region; nil where it is not known: an API under another domain,
    /// or a workspace without a region.
    static func link(to workspace: Workspace) -> String? {
        guard let region = workspace.regionID, workspace.baseURL.hasPrefix("https://"),
            region.utf8.allSatisfy({
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
                    || $0 == UInt8(ascii: "-")
            }),
            host(of: workspace.baseURL).hasSuffix(".\(region).myhuaweicloud.com")
        else { return nil }
        return "https://console.huaweicloud.com/fabric/?region=\(region)"
    }

    private static func host(of url: String) -> Substring {
        url.dropFirst("https://".count).prefix { !"/?#:".contains($0) }
    }
}
