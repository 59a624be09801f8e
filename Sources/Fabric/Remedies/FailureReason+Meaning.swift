// SPDX-License-Identifier: Apache-2.0
public import Base

extension FailureReason {
    /// The meaning as one sentence.
    public var meaning: Phrase { markdownMeaning.removingCodeMarks }

    /// The meaning as one sentence, with configuration keys and error codes in backticks.
    public var markdownMeaning: Phrase {
        switch self {
        case .badRequest: Phrase("The API rejects the request (other 4xx).", "API 拒绝请求（其他 4xx）。")
        case .credentials:
            Phrase(
                "No credential could be obtained: IAM or the metadata service rejected the request or failed, or a "
                    + "secret file cannot be read.",
                "无法获得凭证：IAM 或元数据服务拒绝了请求或发生故障，或密钥文件无法读取。")
        case .forbidden:
            Phrase(
                "The user or agency lacks the permission to read the list (403).", "用户或委托缺少读取该列表的权限（403）。")
        case .inconsistent:
            Phrase(
                "The list kept changing while it was read, because records are constantly created and deleted.",
                "读取期间列表不断变化，因为记录在持续增减。")
        case .network:
            Phrase(
                "The host name does not resolve, or the connection is refused, reset or interrupted.",
                "域名无法解析，或连接被拒绝、重置、中断。")
        case .notFound:
            Phrase(
                "The workspace does not exist, or not in this project (HTTP 400 with `dataartsfabric.00010003` or "
                    + "`.00010009`), or the address does not serve the API (404, `APIG.0101`).",
                "工作空间不存在，或不属于该项目（HTTP 400，错误码 `dataartsfabric.00010003` 或 `.00010009`）；"
                    + "或者该地址没有此 API（404，`APIG.0101`）。")
        case .response:
            Phrase(
                "The response is not the documented JSON, or too large.", "响应不是文档所述的 JSON，或过大。")
        case .server: Phrase("The service fails (5xx).", "服务端失败（5xx）。")
        case .stalled:
            Phrase(
                "No poll has ended within twice the maximum duration of a poll (4 minutes by default).",
                "在一次轮询最长时间的两倍（默认 4 分钟）内没有任何轮询结束。")
        case .throttled: Phrase("Too many requests (429, `APIG.0308`).", "请求过多（429，`APIG.0308`）。")
        case .timeout:
            Phrase("No response within `poll.timeout`, or 408 or 504.", "在 `poll.timeout` 内没有响应，或 408、504。")
        case .tls:
            Phrase(
                "The certificate is not trusted, or there is no common protocol version.",
                "证书不受信任，或没有共同的协议版本。")
        case .unauthenticated:
            Phrase(
                "The token or key was rejected (401), or it has expired.", "Token 或密钥被拒绝（401）或已过期。")
        }
    }

    /// Whether the failure usually lasts until someone acts. The alert about it is critical then.
    public var isUsuallyPermanent: Bool {
        switch self {
        case .badRequest, .credentials, .forbidden, .notFound, .tls, .unauthenticated: true
        case .inconsistent, .network, .response, .server, .stalled, .throttled, .timeout: false
        }
    }
}
