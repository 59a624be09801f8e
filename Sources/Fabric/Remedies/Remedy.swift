// SPDX-License-Identifier: Apache-2.0
public import Base

/// The remedy for a failure. `check --connect`, the status page and the runbooks take their texts from this table.
/// ``SourceRemedies`` chooses.
public enum Remedy: Sendable, Equatable {
    // MARK: Rejected credentials
    case replaceToken
    case replaceAccessKey
    /// The API rejects a credential that IAM has issued.
    case alignRegions
    /// - Parameter ahead: the seconds by which this machine's clock is ahead of the service's.
    case synchronizeClock(ahead: Int64)

    // MARK: Credentials that cannot be obtained
    case setToken
    case checkPassword
    case checkAccessKey
    case checkMetadata
    case checkEnvironment
    case checkAgency
    /// - Parameter region: the source's region; nil if none is configured.
    case correctIAMAddress(region: String?)
    case compareClocks
    case provideSecretFile
    case waitForIssuer

    // MARK: Requests that the API rejects
    /// - Parameter permission: what to grant.
    case grant(Phrase)
    case grantDiscovery
    /// - Parameters:
    ///   - looksUpProject: whether IAM is asked for the project.
    ///   - visible: the workspaces that the credential has access to; nil if unknown.
    case checkWorkspace(looksUpProject: Bool, visible: [String]?)
    case checkAddress(baseURL: String)
    case checkFilter
    case checkRequest
    case checkDiscovery
    case grantQuotas
    case setQuotaProject
    /// - Parameter baseURL: the API's address.
    case checkQuotas(baseURL: String)

    // MARK: Connections and responses
    /// - Parameters:
    ///   - server: the server that does not respond; nil for IAM or the metadata service.
    ///   - host: the API's host.
    case checkConnection(server: String?, host: String, SourceRemedies.Proxy?)
    case raiseTimeout(host: String, SourceRemedies.Proxy?)
    case checkTLS(host: String)
    case checkResponse(baseURL: String)

    // MARK: Load and faults
    case lowerRate
    case reportFault
    case readAgain
    case restart

    // MARK: Discoveries that give no workspace to poll
    case checkPatterns
    /// - Parameter count: the number of workspaces without these keys.
    case checkDiscoveryFilter(count: Int64)
    case checkDiscoveryPermission

    /// The remedy as one or more sentences.
    public var text: Phrase { markdown.removingCodeMarks }

    /// The remedy with configuration keys, commands and permissions in backticks.
    public var markdown: Phrase {
        switch self {
        case .replaceToken:
            Phrase(
                "The token is expired, revoked or from another region: replace it with a new project-scoped token "
                    + "(valid for 24 hours; `token_file` is reloaded automatically), or use `auth.password` or "
                    + "`auth.access_key`, which are renewed automatically.",
                "Token 已过期、已失效或属于其他区域：请更换为新的项目级 Token（有效期 24 小时；`token_file` 会自动重新加载），"
                    + "或改用会自动续期的 `auth.password` 或 `auth.access_key`。")
        case .replaceAccessKey:
            Phrase(
                "The access key is unknown, disabled or deleted, its secret is wrong, or temporary keys lack their "
                    + "`security_token` or have expired: correct or replace the key. 5 failed requests in a row lock the "
                    + "key for 5 minutes.",
                "访问密钥不存在、已停用或已删除，或 SK 错误，或临时密钥缺少 `security_token` 或已过期：请更正或更换密钥。"
                    + "连续 5 次请求失败会锁定密钥 5 分钟。")
        case .alignRegions:
            Phrase(
                "A credential was issued, but the API rejected it: check that `base_url`, `region` and `iam_url` belong "
                    + "to the same region, and that the project is that of the workspaces.",
                "凭证已签发，但被 API 拒绝：请检查 `base_url`、`region` 和 `iam_url` 是否属于同一区域，以及项目是否为工作空间所属的项目。")
        case .synchronizeClock(let ahead):
            Phrase(
                "Synchronize this machine's clock (NTP): it is \(Self.skew(ahead)[.english]), and signed requests are "
                    + "rejected beyond 15 minutes.",
                "请同步本机时钟（NTP）：\(Self.skew(ahead)[.chinese])，偏差超过 15 分钟的签名请求会被拒绝。")
        case .setToken:
            Phrase("Set a project-scoped IAM token in `auth`.", "请在 `auth` 中设置项目级 IAM Token。")
        case .checkPassword:
            Phrase(
                "Check `auth.password`: domain, user, password, project; the user needs programmatic access. Five wrong "
                    + "passwords lock the user for 15 minutes.",
                "请检查 `auth.password` 中的账号（domain）、用户、密码和项目；用户需要允许编程访问。密码错误 5 次会锁定用户 15 分钟。")
        case .checkAccessKey:
            Phrase(
                "Check `auth.access_key`: id, secret and `project_id` (if unset, IAM is asked for the project). Five "
                    + "failed requests in a row lock the key for 5 minutes.",
                "请检查 `auth.access_key` 中的 AK、SK 和 `project_id`（未设置时向 IAM 查询项目）。连续 5 次请求失败会锁定密钥 5 分钟。")
        case .checkMetadata:
            Phrase(
                "Assign an agency to this ECS instance and set `auth.metadata.project_id`.",
                "请为此 ECS 实例设置委托，并设置 `auth.metadata.project_id`。")
        case .checkEnvironment:
            Phrase(
                "Check the `HUAWEICLOUD_` variables or the file `~/.huaweicloud/credentials`.",
                "请检查以 `HUAWEICLOUD_` 开头的环境变量或文件 `~/.huaweicloud/credentials`。")
        case .checkAgency:
            Phrase(
                "Check the credential that assumes the agency, the agency's name and account (`assume_agency`), and "
                    + "that the credential's user has the permission Agent Operator.",
                "请检查用于切换委托的凭证、委托的名称和账号（`assume_agency`），以及该凭证的用户是否有 Agent Operator 权限。")
        case .correctIAMAddress(let region):
            Phrase(
                "The IAM address is wrong; the credential was not tried. Set `iam_url` to IAM's address, such as "
                    + "`https://iam.\(region ?? "cn-north-4").myhuaweicloud.com`, without a path, or set "
                    + "`HUAWEICLOUD_SDK_IAM_ENDPOINT` (for id tokens `HUAWEICLOUD_SDK_STS_ENDPOINT`).",
                "IAM 地址错误，凭证尚未使用。请将 `iam_url` 设为 IAM 的地址，例如 "
                    + "`https://iam.\(region ?? "cn-north-4").myhuaweicloud.com`（不含路径），或设置 "
                    + "`HUAWEICLOUD_SDK_IAM_ENDPOINT`（ID Token 使用 `HUAWEICLOUD_SDK_STS_ENDPOINT`）。")
        case .compareClocks:
            Phrase(
                "Compare this machine's clock with the service's and synchronize it (NTP). If they agree, the service "
                    + "issues expired credentials: contact support with the request id.",
                "请将本机时钟与服务端比较并同步（NTP）。如果两者一致，则服务签发了已过期的凭证：请附上请求 ID 提交工单。")
        case .provideSecretFile:
            Phrase(
                "Put the secret into the file named above, readable by the user that runs the exporter. The exporter "
                    + "reads it within seconds.",
                "请将密钥写入上述文件，并允许运行 Exporter 的用户读取。Exporter 会在几秒内重新读取。")
        case .waitForIssuer:
            Phrase(
                "The service that issues credentials is throttling or failing; the credential was not rejected. Retry "
                    + "later; if it persists, contact support with the request id.",
                "签发凭证的服务正在限流或发生故障，凭证未被拒绝。请稍后重试；若持续，请附上请求 ID 提交工单。")
        case .grant(let permission):
            Phrase(
                "Grant \(permission[.english]) to the credential's user or agency. If it is granted, the credential "
                    + "belongs to another project than the workspace, or a policy restricts the client's address.",
                "请为凭证的用户或委托授予\(permission[.chinese])。若已授予，请检查凭证与工作空间是否属于同一项目，以及是否有策略限制客户端地址。")
        case .grantDiscovery:
            Phrase(
                "Grant the IAM action `DataArtsFabric:workspace:list` and access to "
                    + "`discovery.enterprise_project_id` to the credential's user or agency, or configure `workspaces` "
                    + "instead of `discovery`.",
                "请为凭证的用户或委托授予授权项 `DataArtsFabric:workspace:list` 以及对 `discovery.enterprise_project_id` "
                    + "的访问权限，或改用 `workspaces` 代替 `discovery`。")
        case .checkWorkspace(let looksUpProject, let visible):
            Self.workspace(looksUpProject: looksUpProject, visible: visible)
        case .checkAddress(let baseURL):
            Phrase(
                "The API was not found at \(baseURL): check `base_url` and `region`. DataArts Fabric is not available in "
                    + "every region.",
                "在 \(baseURL) 没有找到 API：请检查 `base_url` 和 `region`。并非所有区域都提供 DataArts Fabric。")
        case .checkFilter:
            Phrase(
                "The API rejected the request: check the workspace's `filter` against the API documentation.",
                "API 拒绝了请求：请对照 API 文档检查工作空间的 `filter`。")
        case .checkRequest:
            Phrase(
                "The API rejected the request: check `base_url` and the workspace's `filter`.",
                "API 拒绝了请求：请检查 `base_url` 和工作空间的 `filter`。")
        case .checkDiscovery:
            Phrase(
                "The API rejected the request: check `base_url`, `discovery.name` and `enterprise_project_id`.",
                "API 拒绝了请求：请检查 `base_url`、`discovery.name` 和 `enterprise_project_id`。")
        case .grantQuotas:
            Phrase(
                "Grant the permission to read the project's quotas (`ListResourceQuotas`) to the credential's user or "
                    + "agency. The API documentation does not name its IAM action; try the system policy "
                    + "`DataArtsFabricReadOnlyPolicy`. If it is granted, check `collect.quotas.project_id`.",
                "请为凭证的用户或委托授予查询项目配额（`ListResourceQuotas`）的权限。API 文档没有给出对应的授权项，可尝试系统策略 "
                    + "`DataArtsFabricReadOnlyPolicy`。若已授予，请检查 `collect.quotas.project_id`。")
        case .setQuotaProject:
            Phrase(
                "Set `collect.quotas.project_id` to the ID of the project.",
                "请将 `collect.quotas.project_id` 设为项目的 ID。")
        case .checkQuotas(let baseURL):
            Phrase(
                "The API rejected the request for quotas: check `collect.quotas.project_id`, and whether \(baseURL) serves "
                    + "`/v2/{project_id}/quotas`, which not every region may have.",
                "API 拒绝了查询配额的请求：请检查 `collect.quotas.project_id`，以及 \(baseURL) 是否提供 "
                    + "`/v2/{project_id}/quotas`（并非所有区域都有）。")
        case .checkConnection(let server, let host, let proxy): Self.connection(server, host: host, proxy)
        case .raiseTimeout(let host, let proxy):
            Phrase(
                "No response within `poll.timeout`: check connectivity to \(host), "
                    + (proxy.map { "the proxy \($0.name[.english]), " } ?? "") + "or raise `poll.timeout`.",
                "在 `poll.timeout` 内没有响应：请检查与 \(host) 的连接\(proxy.map { "、代理 \($0.name[.chinese])" } ?? "")，"
                    + "或增大 `poll.timeout`。")
        case .checkTLS(let host):
            Phrase(
                "The TLS connection to \(host) failed: check `tls.ca_file`, `tls.server_name`, the client certificate, "
                    + "this machine's clock, and whether a proxy replaces the server's certificate.",
                "与 \(host) 的 TLS 连接失败：请检查 `tls.ca_file`、`tls.server_name`、客户端证书和本机时钟，以及代理是否替换了服务器证书。")
        case .checkResponse(let baseURL):
            Phrase(
                "The server at \(baseURL) is not the API, or its response exceeds a limit (`poll.max_endpoints`, "
                    + "`poll.max_response_bytes`): check `base_url` and the proxy, which may have sent its login page, or "
                    + "raise the limit.",
                "\(baseURL) 的服务器不是该 API，或响应超出限制（`poll.max_endpoints`、`poll.max_response_bytes`）："
                    + "请检查 `base_url` 和代理（可能返回了登录页面），或调高限制。")
        case .lowerRate:
            Phrase(
                "The account exceeded its rate limit: lower `poll.requests_per_second` or raise `poll.interval`. Other "
                    + "clients of the account count too.",
                "账号超过了请求速率限制：请降低 `poll.requests_per_second` 或增大 `poll.interval`。同一账号下其他客户端的请求也计入该限制。")
        case .reportFault:
            Phrase(
                "Service-side error: retry later or contact support with the request id.",
                "服务端错误：请稍后重试，或附上请求 ID 提交工单。")
        case .readAgain:
            Phrase(
                "The list changed while it was read: retry. If this persists, raise `poll.page_size`, or narrow the list "
                    + "by the workspace's `filter`.",
                "读取期间列表发生变化：请重试。若持续，请增大 `poll.page_size`，或用工作空间的 `filter` 缩小列表范围。")
        case .restart:
            Phrase(
                "The exporter itself is stalled: restart it and report its log.",
                "Exporter 本身停滞：请重启，并提供其日志以便排查。")
        case .checkPatterns:
            Phrase(
                "Check the patterns `discovery.include` and `discovery.exclude`.",
                "请检查 `discovery.include` 和 `discovery.exclude` 的正则表达式。")
        case .checkDiscoveryFilter(let count):
            Phrase(
                "\(count) exist without `discovery.name` and `discovery.enterprise_project_id`: check these two keys.",
                "不使用 `discovery.name` 和 `discovery.enterprise_project_id` 时有 \(count) 个：请检查这两个配置项。")
        case .checkDiscoveryPermission:
            Phrase(
                "Check that the credential has the permission `DataArtsFabric:workspace:list` for the workspaces and "
                    + "belongs to their project, and check `region` and `base_url`.",
                "请检查凭证对这些工作空间是否有权限 `DataArtsFabric:workspace:list`、是否属于其项目，并检查 `region` 和 `base_url`。")
        }
    }

    /// Describes the skew of this machine's clock.
    /// - Parameter ahead: the seconds by which it is ahead of the service's; negative if it is behind.
    public static func skew(_ ahead: Int64) -> Phrase {
        let (seconds, isShort) = (abs(ahead), abs(ahead) < 120)
        return Phrase(
            "\(isShort ? "\(seconds) s" : "\(seconds / 60) minutes") \(ahead < 0 ? "behind" : "ahead of") the service's",
            "比服务端\(ahead < 0 ? "慢" : "快") \(isShort ? "\(seconds) 秒" : "\(seconds / 60) 分钟")")
    }

    private static func workspace(looksUpProject: Bool, visible: [String]?) -> Phrase {
        var parts = [
            Phrase(
                "The workspace does not exist for this credential: check its id and `region`, and that the credential "
                    + "belongs to the workspace's project. If it was deleted, remove it from the configuration.",
                "用此凭证查不到该工作空间：请检查其 ID 和 `region`，以及凭证是否属于该工作空间的项目。若已删除，请从配置中移除。")
        ]
        if looksUpProject {
            parts.append(
                Phrase(
                    " The project was looked up by the region's name; set `project_id` if the workspaces belong to "
                        + "another project.",
                    "项目是按区域名称查询的；如果工作空间属于其他项目，请设置 `project_id`。"))
        }
        if let visible {
            parts.append(
                visible.isEmpty
                    ? Phrase(" The credential has access to no workspaces in its project.", "该凭证在其项目中无权访问任何工作空间。")
                    : Phrase(" It has access to \(names(visible)[.english]).", "该凭证可以访问 \(names(visible)[.chinese])。"))
        }
        return Phrase(
            parts.map { $0[.english] }.joined(), parts.map { $0[.chinese] }.joined())
    }

    private static func connection(_ server: String?, host: String, _ proxy: SourceRemedies.Proxy?) -> Phrase {
        let server = server.map { Phrase($0) } ?? Phrase("IAM (or the metadata service)", "IAM（或元数据服务）")
        guard let proxy else {
            return Phrase(
                "\(server[.english]) is unreachable: check `region`, DNS, routes, firewalls, and whether a proxy is "
                    + "needed (`proxy_url`).",
                "无法连接 \(server[.chinese])：请检查 `region`、DNS、路由、防火墙，以及是否需要代理（`proxy_url`）。")
        }
        return Phrase(
            "\(server[.english]) is unreachable through the proxy \(proxy.name[.english]): check that the proxy is "
                + "running, accepts this machine and reaches \(host).",
            "通过代理 \(proxy.name[.chinese])无法连接 \(server[.chinese])：请检查代理是否运行、是否接受本机的连接、能否访问 \(host)。")
    }

    /// The maximum number of names in a text.
    private static let maximumNames = 5

    /// Returns the first elements of `names` and the number of the others.
    public static func names(_ names: [String]) -> Phrase {
        let (first, more) = (names.prefix(maximumNames), names.count - maximumNames)
        return Phrase(
            first.joined(separator: ", ") + (more > 0 ? " and \(more) more" : ""),
            first.joined(separator: "、") + (more > 0 ? " 以及另外 \(more) 个" : ""))
    }
}

extension Phrase {
    /// The phrase without the backticks around code.
    var removingCodeMarks: Phrase {
        Phrase(self[.english].replacing("`", with: ""), self[.chinese].replacing("`", with: ""))
    }
}
