// SPDX-License-Identifier: Apache-2.0
package import Base
internal import Fabric
internal import Listings
internal import Polling

// The texts of the status pages: titles, words and states. Terms are those of docs/glossary.md and its translation.
extension Phrase {
    // MARK: Pages and sections

    package static let exporter = Phrase("DataArts Fabric exporter", "DataArts Fabric Exporter")
    static let skip = Phrase("Skip to content", "跳到正文")
    static let views = Phrase("Views", "视图")
    static let status = Phrase("Status", "状态")
    static let endpoints = EndpointListing.title
    static let runbooks = Phrase("Runbooks", "处置手册")
    static let metrics = Phrase("Metrics", "指标")
    static let targets = Phrase("Targets", "抓取目标")
    static let allWorkspaces = Phrase("All workspaces", "全部工作空间")
    static let allEndpoints = Phrase("All endpoints", "全部端点")
    static let needsAttention = Phrase("Needs attention", "需要关注")
    static let workspaces = Phrase("Workspaces", "工作空间")
    static let sources = Phrase("Sources", "数据源")
    static let pages = Phrase("Pages", "分页")
    static let previous = Phrase("Previous", "上一页")
    static let next = Phrase("Next", "下一页")
    static let notFound = Phrase("Not found", "未找到")
    static let badRequest = Phrase("Bad request", "请求无效")
    static let refresh = Phrase("Refresh", "自动刷新")
    static let off = Phrase("off", "关闭")

    /// The language's tag (RFC 5646).
    static let languageTag = Phrase("en", "zh-CN")
    /// The language's own name.
    static let languageName = Phrase("English", "中文")
    /// Between a title and its text.
    static let colon = Phrase(":", "：")
    /// The end of a sentence.
    static let stop = Phrase(".", "。")

    // MARK: Columns, facts and forms

    static let name = Phrase("Name", "名称")
    static let nameOrID = Phrase("Name or ID", "名称或 ID")
    static let nameIDOrOwner = Phrase("Name, ID or owner", "名称、ID 或所有者")
    static let belongsTo = Phrase("Belongs to", "所属")
    static let type = Phrase("Type", "类型")
    static let since = Phrase("Since", "已持续")
    static let owner = Phrase("Owner", "所有者")
    static let created = Phrase("Created", "创建时间")
    static let errorCode = Phrase("Error code", "错误码")
    static let errorAndRemedy = Phrase("Error, what to do", "错误与处理")
    static let errorAndDescription = Phrase("Error, description", "错误、描述")
    static let workspace = Phrase("Workspace", "工作空间")
    static let source = Phrase("Source", "数据源")
    static let polling = Phrase("Polling", "轮询")
    static let dataAge = Phrase("Data age", "数据距今")
    static let records = Phrase("Records", "数量")
    static let byStatus = Phrase("By status", "状态分布")
    static let reserved = Phrase("Reserved", "预留")
    static let reservedOrConfigured = Phrase("Reserved or configured", "预留或配置")
    static let region = Phrase("Region", "区域")
    static let state = Phrase("State", "状态")
    static let discovery = Phrase("Discovery", "发现")
    static let quotas = Phrase("Quotas", "配额")
    static let credential = Phrase("Credential", "凭证")
    static let requests = Phrase("Requests/min", "每分钟请求")
    static let attention = Phrase("Attention", "关注原因")
    static let visibility = Phrase("Visibility", "可见性")
    static let search = Phrase("Search and filter", "搜索与筛选")
    static let any = Phrase("any", "不限")
    static let filter = Phrase("Filter", "筛选")
    static let imagePackage = Phrase("Image package", "镜像包")
    static let computePool = Phrase("Compute pool", "计算资源池")
    static let workspaceID = Phrase("Workspace ID", "工作空间 ID")
    static let downSinceTitle = Phrase("Down since", "失败始于")
    static let api = Phrase("API")
    static let enterpriseProject = Phrase("Enterprise project", "企业项目")
    static let labels = Phrase("Labels", "标签")
    static let origin = Phrase("Added by", "添加方式")
    static let discovered = Phrase("discovery", "自动发现")
    static let configured = Phrase("configuration", "配置文件")
    static let ended = Phrase("Ended", "结束时间")
    static let result = Phrase("Result", "结果")
    static let duration = Phrase("Duration", "耗时")
    static let message = Phrase("Message", "消息")
    static let requestID = Phrase("Request ID", "请求 ID")

    // MARK: Links

    static let runbook = Phrase("Runbook", "处置手册")
    static let allRunbooks = Phrase("All runbooks", "全部处置手册")
    static let alertsAndRunbooks = Phrase("Alerts and runbooks", "告警与处置手册")
    static let console = Phrase("Cloud console", "云控制台")

    // MARK: Tiles

    static let workspacesDown = Phrase("Workspaces down", "轮询失败的工作空间")
    static let withErrorCode = Phrase("With error code", "带有错误码")

    static func reserved(_ unit: String) -> Phrase { Phrase("Reserved \(unit)", "预留 \(unit)") }

    /// The unit in which a resource of API v2 is counted.
    private static func unit(of resource: String) -> Phrase {
        resource == "cpu"
            ? Phrase("CPU cores", "CPU 核") : Phrase("\(resource.uppercased()) cards", "\(resource.uppercased()) 卡")
    }

    /// The title of the configured minimum and maximum of a resource.
    static func configured(_ resource: String) -> Phrase {
        let unit = unit(of: resource)
        return Phrase("Configured \(unit[.english])", "配置的 \(unit[.chinese])")
    }

    /// The configured minimum and maximum of a resource in one text.
    static func configured(_ resource: String, _ range: String) -> Phrase {
        let unit = unit(of: resource)
        return Phrase("configured \(range) \(unit[.english])", "配置 \(range) \(unit[.chinese])")
    }

    static let minimumAndMaximum = Phrase("minimum–maximum", "最小值–最大值")

    // MARK: States

    static let unknown = Phrase("Unknown", "未知")
    static let ok = Phrase("OK", "正常")
    static let none = Phrase("none", "无")
    static let noData = Phrase("no data", "无数据")
    static let stale = Phrase("stale", "数据过期")

    static func name(of state: ListingStatus.State) -> Phrase {
        switch state {
        case .failing: Phrase("failing", "轮询失败")
        case .pending: Phrase("pending", "尚未轮询")
        case .ok: Phrase("ok", "正常")
        }
    }

    static func failing(_ reason: FailureReason) -> Phrase {
        Phrase("failing: \(reason.rawValue)", "轮询失败：\(reason.rawValue)")
    }

    static func name(of health: SourceHealth) -> Phrase {
        switch health {
        case .lockedOut: Phrase("locked out", "锁定")
        case .noWorkspaces: Phrase("no workspaces", "没有工作空间")
        case .down: Phrase("down", "轮询失败")
        case .noneDiscovered: Phrase("none discovered", "未发现工作空间")
        case .discoveryFailing: Phrase("discovery failing", "发现失败")
        case .throttled: Phrase("throttled", "限流")
        case .overloaded: Phrase("overloaded", "过载")
        case .partlyDown: Phrase("partly down", "部分轮询失败")
        case .pending: Phrase("pending", "尚未轮询")
        case .ok: Phrase("ok", "正常")
        }
    }

    static func name(of attention: Attention) -> Phrase {
        switch attention {
        case .failed: Phrase("Failed", "失败")
        case .stuck: Phrase("Stuck", "卡住")
        case .abnormal: Phrase("Abnormal", "异常")
        case .suspended: Phrase("Suspended", "被暂停")
        case .error: withErrorCode
        }
    }

    /// The remedy for an endpoint, in one sentence; its runbook has the steps.
    static func advice(for attention: Attention) -> Phrase {
        switch attention {
        case .failed:
            Phrase(
                "Resolve the cause that the error names, then retry the change, or delete the endpoint.",
                "请先解决错误所指的原因，再重试该操作，或删除端点。")
        case .stuck:
            Phrase(
                "If the console shows no progress, delete and create it again, or open a service ticket.",
                "若控制台显示没有进展，请删除后重新创建，或提交工单。")
        case .abnormal:
            Phrase("Check its health and events in the console, then restart it.", "请在控制台查看其健康状况和事件，然后重启。")
        case .suspended:
            Phrase(
                "Usually an unpaid bill or the end of a trial: check the account in the Billing Center.",
                "通常是欠费或试用到期：请在费用中心检查账号。")
        case .error:
            Phrase("It still works; find out what the error refers to.", "端点仍在工作，请查明该错误所指的问题。")
        }
    }

    static let inTransition = Phrase("In transition", "变更中")
    static let oldestWaiting = Phrase("Oldest waiting", "等待最久")
    static let newestFailure = Phrase("Newest failure", "最近失败")

    /// The name of a listing, which is the value of the label `listing`.
    static func listing(_ name: String) -> Phrase {
        ListingRegistry.all.first { $0.name == name }?.title ?? Phrase(HumanFormat.title(name))
    }
}
