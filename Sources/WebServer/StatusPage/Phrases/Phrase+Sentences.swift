// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric
internal import Listings
internal import Polling

// The texts of the status pages: numbers with nouns, and sentences.
extension Phrase {
    // MARK: Numbers and times

    private static func count(_ value: Int, _ noun: String, _ chinese: String) -> Phrase {
        let number = HumanFormat.number(value)
        return Phrase("\(number) \(noun)\(value == 1 ? "" : "s")", "\(number) 个\(chinese)")
    }

    static func workspaces(_ count: Int) -> Phrase { self.count(count, "workspace", "工作空间") }
    static func endpoints(_ count: Int) -> Phrase { self.count(count, "endpoint", "端点") }
    static func sources(_ count: Int) -> Phrase { self.count(count, "source", "数据源") }

    /// The number of selected workspaces, and of all.
    static func workspaces(_ count: Int, of all: Int) -> Phrase {
        Phrase(
            "\(HumanFormat.number(count)) of \(workspaces(all)[.english])",
            "\(HumanFormat.number(all)) 个工作空间中的 \(HumanFormat.number(count)) 个")
    }

    /// The records of a listing.
    static func records(_ count: Int, _ listing: String) -> Phrase {
        let (number, name) = (HumanFormat.number(count), self.listing(listing))
        return Phrase("\(number) \(name[.english].lowercased())", "\(number) 个\(name[.chinese])")
    }

    static func ago(_ duration: Phrase) -> Phrase { Phrase("\(duration[.english]) ago", "\(duration[.chinese])前") }
    static func until(_ duration: Phrase) -> Phrase { Phrase("in \(duration[.english])", "\(duration[.chinese])后") }
    static let dueNow = Phrase("due now", "即将进行")
    static func sinceTime(_ time: String) -> Phrase { Phrase("since \(time)", "始于 \(time)") }

    /// Joins phrases as a list.
    static func list(_ phrases: [Phrase]) -> Phrase {
        Phrase(
            phrases.map { $0[.english] }.joined(separator: ", "), phrases.map { $0[.chinese] }.joined(separator: "，"))
    }

    /// Joins two independent clauses.
    static func joined(_ first: Phrase, _ second: Phrase) -> Phrase {
        Phrase("\(first[.english]); \(second[.english])", "\(first[.chinese])；\(second[.chinese])")
    }

    // MARK: Header

    static func asOf(_ time: String) -> Phrase { Phrase("as of \(time)", "截至 \(time)") }
    static func uptime(_ duration: Phrase) -> Phrase {
        Phrase("up \(duration[.english])", "已运行 \(duration[.chinese])")
    }
    static func polls(every interval: Phrase) -> Phrase {
        Phrase("polls every \(interval[.english])", "每 \(interval[.chinese])轮询一次")
    }
    static func loaded(_ moment: Phrase) -> Phrase {
        Phrase("configuration loaded \(moment[.english])", "配置加载于 \(moment[.chinese])")
    }
    static let reloadFailed = Phrase("the last reload failed", "最近一次重新加载失败")
    static func reloadFailed(_ moment: Phrase) -> Phrase {
        Phrase(
            "The last reload failed \(moment[.english]); the previous configuration stays in use:",
            "最近一次重新加载于 \(moment[.chinese])失败，仍在使用原来的配置：")
    }
    static func shard(_ shard: Shard) -> Phrase {
        Phrase(
            "shard \(shard.ordinal) of \(shard.total), counted from 0; the others poll the remaining workspaces",
            "分片 \(shard.ordinal)/\(shard.total)（从 0 开始），其余工作空间由其他分片轮询")
    }

    // MARK: Overall state and tiles

    static func down(_ count: Int) -> Phrase {
        Phrase("\(workspaces(count)[.english]) down", "\(workspaces(count)[.chinese])轮询失败")
    }
    static func down(_ count: Int, of all: Int) -> Phrase {
        Phrase(
            "\(workspaces(count, of: all)[.english]) down",
            "\(workspaces(count, of: all)[.chinese])轮询失败")
    }
    /// The numbers of everything that needs attention, followed by the missing data.
    static func needsAttention(
        reloadFailed: Bool, sources: Int, workspacesDown: Int, endpoints: Int, missing: Phrase?
    ) -> Phrase {
        let counts: [(Int, (Int) -> Phrase)] = [
            (sources, Phrase.sources), (workspacesDown, Phrase.down), (endpoints, Phrase.endpoints),
        ]
        let known = Phrase.list(
            (reloadFailed ? [.reloadFailed] : []) + counts.filter { $0.0 > 0 }.map { $0.1($0.0) })
        return missing.map { .joined(known, $0) } ?? known
    }
    static func nothingNeedsAttention(in scope: Phrase) -> Phrase {
        Phrase("nothing needs attention in \(scope[.english])", "\(scope[.chinese])均无需关注")
    }
    static let nothingNeedsAttention = Phrase("Nothing needs attention.", "没有需要关注的内容。")
    static func notKnown(_ missing: Phrase) -> Phrase {
        Phrase("Not known: \(missing[.english]).", "未知：\(missing[.chinese])。")
    }
    static let noWorkspaces = Phrase("no workspaces configured or discovered", "没有配置或发现任何工作空间")
    static func noneMatch(of all: Int) -> Phrase {
        Phrase(
            "no workspaces match the filter (0 of \(workspaces(all)[.english]))",
            "没有工作空间符合筛选条件（共 \(workspaces(all)[.chinese])）")
    }
    static func noData(from count: Int, of all: Int) -> Phrase {
        Phrase("no data from \(workspaces(count, of: all)[.english])", "\(workspaces(count, of: all)[.chinese])没有数据")
    }
    static func from(_ count: Int, of all: Int) -> Phrase {
        Phrase(
            "from \(workspaces(count, of: all)[.english])",
            "覆盖 \(HumanFormat.number(count))/\(HumanFormat.number(all)) 个工作空间")
    }
    static func of(_ scope: Phrase) -> Phrase { Phrase("of \(scope[.english])", "共 \(scope[.chinese])") }
    static func pending(_ count: Int) -> Phrase {
        Phrase("\(HumanFormat.number(count)) pending", "\(HumanFormat.number(count)) 个尚未轮询")
    }
    static func pending(_ count: Int, of scope: Phrase) -> Phrase {
        Phrase(
            "\(HumanFormat.number(count)) of \(scope[.english]) pending",
            "\(scope[.chinese])中 \(HumanFormat.number(count)) 个尚未轮询")
    }
    static func stale(_ count: Int) -> Phrase {
        Phrase("\(HumanFormat.number(count)) stale", "\(HumanFormat.number(count)) 个数据过期")
    }
    static func running(_ count: Int) -> Phrase {
        Phrase("\(HumanFormat.number(count)) running", "其中 \(HumanFormat.number(count)) 个 RUNNING")
    }
    static func longerThan(_ duration: Phrase) -> Phrase {
        Phrase("longer than \(duration[.english])", "超过 \(duration[.chinese])")
    }
    static func maximum(_ amount: String) -> Phrase { Phrase("max \(amount)", "上限 \(amount)") }

    // MARK: Lists

    static func showing(_ count: Int, of all: Int) -> Phrase {
        Phrase("Showing \(count) of \(HumanFormat.number(all)).", "显示 \(HumanFormat.number(all)) 项中的 \(count) 项。")
    }
    static func page(_ page: Int, of last: Int, _ count: Phrase) -> Phrase {
        Phrase(
            "Page \(page) of \(last), \(count[.english])", "第 \(page)/\(last) 页，共 \(count[.chinese])")
    }
    static let noneConfigured = Phrase("No workspaces configured or discovered.", "没有配置或发现任何工作空间。")
    static let noneSelected = Phrase("No workspaces match the filter.", "没有工作空间符合筛选条件。")
    static let noEndpointMatches = Phrase("No endpoints match the filter.", "没有端点符合筛选条件。")
    static func endpointsMatch(_ count: Int) -> Phrase {
        Phrase(
            "\(endpoints(count)[.english]) match\(count == 1 ? "es" : "") by name, ID or owner",
            "\(endpoints(count)[.chinese])的名称、ID 或所有者匹配")
    }
    /// The part of all endpoints that a query selects.
    static func endpoints(_ count: Int, of all: Int) -> Phrase {
        Phrase(
            "\(HumanFormat.number(count)) of \(endpoints(all)[.english])",
            "\(endpoints(all)[.chinese])中的 \(HumanFormat.number(count)) 个")
    }
    /// A time since when a state has lasted, or longer: this process has not seen its begin.
    static func atLeast(_ duration: Phrase) -> Phrase {
        Phrase("at least \(duration[.english])", "至少 \(duration[.chinese])")
    }
    static func region(_ name: String) -> Phrase { Phrase("region \(name)", "区域 \(name)") }
    static func source(_ name: String) -> Phrase { Phrase("source \(name)", "数据源 \(name)") }
    static func publicOnes(_ count: Int) -> Phrase {
        Phrase("\(HumanFormat.number(count)) public", "\(HumanFormat.number(count)) 个公共")
    }
    static func downSince(_ time: String) -> Phrase { Phrase("down since \(time)", "失败始于 \(time)") }

    // MARK: Sources

    static func credentialRejected(probe: Phrase) -> Phrase {
        Phrase("credential rejected; next probe \(probe[.english])", "凭证被拒绝，下次探测：\(probe[.chinese])")
    }
    static func discoveryFailed(_ reason: String) -> Phrase {
        Phrase("the last discovery failed: \(reason)", "最近一次发现失败：\(reason)")
    }
    static func reasons(_ down: Phrase, _ reasons: [FailureReason]) -> Phrase {
        let names = reasons.map(\.rawValue)
        return Phrase(
            "\(down[.english]): \(names.joined(separator: ", "))", "\(down[.chinese])：\(names.joined(separator: "、"))")
    }
    static func overloaded(round: Phrase, interval: Phrase) -> Phrase {
        Phrase(
            "each workspace is polled every \(round[.english]) instead of \(interval[.english])",
            "每个工作空间每 \(round[.chinese])轮询一次，而不是每 \(interval[.chinese])")
    }
    static func found(_ count: Int) -> Phrase {
        Phrase("found \(workspaces(count)[.english])", "发现 \(workspaces(count)[.chinese])")
    }
    static func selected(_ count: Int) -> Phrase {
        Phrase("\(HumanFormat.number(count)) selected", "选用 \(HumanFormat.number(count)) 个")
    }

    static func excluded(_ count: Int) -> Phrase {
        Phrase("\(HumanFormat.number(count)) excluded", "排除 \(HumanFormat.number(count)) 个")
    }
    static func quotas(_ count: Int) -> Phrase {
        Phrase(Self.count(count, "resource", "")[.english], "\(HumanFormat.number(count)) 种资源")
    }
    static func quota(_ resource: String, used: Int64, limit: Int64) -> Phrase {
        let used = limited(HumanFormat.number(used), HumanFormat.number(limit))
        return Phrase("\(resource): \(used[.english])", "\(resource)：\(used[.chinese])")
    }
    static func furtherQuotas(_ count: Int) -> Phrase {
        Phrase("\(HumanFormat.number(count)) more at 90% or above", "另有 \(HumanFormat.number(count)) 种达到 90%")
    }
    static func expires(_ moment: Phrase) -> Phrase {
        Phrase("expires \(moment[.english])", "\(moment[.chinese])过期")
    }
    static func expired(_ moment: Phrase) -> Phrase {
        Phrase("expired \(moment[.english])", "\(moment[.chinese])已过期")
    }
    static func nextRequest(_ moment: Phrase) -> Phrase {
        Phrase("throttled by the API; next request \(moment[.english])", "被 API 限流，下次请求：\(moment[.chinese])")
    }
    static func limited(_ sent: String, _ limit: String) -> Phrase {
        Phrase("\(sent) of \(limit)", "\(sent) / \(limit)")
    }

    // MARK: Workspace page

    static func lastListing(_ listing: String) -> Phrase {
        let name = self.listing(listing)
        return Phrase("Last listing of \(name[.english].lowercased())", "最近一次完整列表（\(name[.chinese])）")
    }
    static func needingAttention(_ listing: String) -> Phrase {
        let name = self.listing(listing)
        return Phrase("\(name[.english]) that need attention", "需要关注的\(name[.chinese])")
    }
    static func all(_ listing: String) -> Phrase {
        let name = self.listing(listing)
        return Phrase("All \(name[.english].lowercased())", "全部\(name[.chinese])")
    }
    static func polls(_ listing: String) -> Phrase {
        let name = self.listing(listing)
        return Phrase("Recent polls of \(name[.english].lowercased())", "最近对\(name[.chinese])的轮询")
    }
    static let recentPolls = Phrase("Recent polls", "最近的轮询")
    static func failed(_ count: Int, of all: Int) -> Phrase {
        Phrase(
            "\(count) of the last \(all) polls failed; the most recent is on the right",
            "最近 \(all) 次轮询中 \(count) 次失败，最右为最新")
    }
    static let noPolls = Phrase("No completed polls yet.", "尚无已结束的轮询。")
    static let noDataYet = Phrase("No data.", "没有数据。")
    static func isStale(_ listing: String, after age: Phrase) -> Phrase {
        let name = self.listing(listing)
        return Phrase(
            "\(name[.english]): data is stale (older than \(age[.english])) and no longer exported.",
            "\(name[.chinese])：数据已过期（早于 \(age[.chinese])前），不再输出。")
    }
    static func lastPollFailed(_ listing: String, _ reason: FailureReason, age: Phrase) -> Phrase {
        let name = self.listing(listing)
        return Phrase(
            "\(name[.english]): the last poll failed (\(reason.rawValue)). The data shown is \(age[.english]) old.",
            "\(name[.chinese])：最近一次轮询失败（\(reason.rawValue)）。所示数据来自 \(age[.chinese])前。")
    }
    static func quality(skipped: Int, malformed: Int) -> Phrase {
        Phrase(
            "The listing has \(count(skipped, "record", "")[.english]) without a valid ID and "
                + "\(count(malformed, "field", "")[.english]) of the wrong type.",
            "列表中有 \(HumanFormat.number(skipped)) 条记录没有有效的 ID，\(HumanFormat.number(malformed)) 个字段类型错误。")
    }
    static func queriesFailed(_ failed: ListingSummary.FailedQuery) -> Phrase {
        let (query, reason) = (failed.query.rawValue, failed.failure.reason.rawValue)
        let number = HumanFormat.number(failed.count)
        return Phrase(
            "Failed queries of \(query): \(number) (\(reason)). Their values are absent. Last error: "
                + failed.failure.message,
            "\(query) 查询失败 \(number) 次（\(reason)），相应数值缺失。最近的错误：\(failed.failure.message)")
    }
    static func cutValues(_ values: Int) -> Phrase {
        Phrase(
            "\(count(values, "value", "")[.english]) truncated because of their length, or shown as \"other\" because of "
                + "metrics.max_label_values. Counts are exact.",
            "\(HumanFormat.number(values)) 个值因过长而截断，或因 metrics.max_label_values 显示为 other。计数是准确的。")
    }

    // MARK: Errors

    static let noSuchPage = Phrase("This page does not exist.", "此页面不存在。")
    static let noSuchRunbook = Phrase("There is no such runbook.", "没有这份处置手册。")
    static let noSuchSource = Phrase("Source not found.", "没有这个数据源。")
    static let noSuchWorkspace = Phrase("Workspace not found.", "没有这个工作空间。")
    static func invalid(_ parameter: String, _ allowed: String) -> Phrase {
        Phrase("Invalid \(parameter). Must be \(allowed).", "参数 \(parameter) 无效，允许的值：\(allowed)。")
    }
}
