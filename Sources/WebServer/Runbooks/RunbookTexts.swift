// SPDX-License-Identifier: Apache-2.0
// Written by scripts/generate-runbooks from dashboards/runbooks and dashboards/README.md; edit those.
// swift-format-ignore-file

extension RunbookText {
    /// All runbooks, in alphabetical order.
    static let all = [
        capacityIdle,
        credentialExpiring,
        dataStale,
        detailsDropped,
        discoveryFailing,
        endpointAbnormal,
        endpointError,
        endpointFailed,
        endpointStillFailed,
        endpointStuck,
        endpointSuspended,
        endpointUnknownStatus,
        exporterAbsent,
        exporterDown,
        jobRunFailed,
        jobRunsWaiting,
        logLinesDropped,
        poolExhausted,
        poolFailed,
        poolIdle,
        poolQueriesFailing,
        poolStillFailed,
        poolSuspended,
        quotaHigh,
        quotasFailing,
        recordsSkipped,
        reloadFailed,
        replicaDown,
        serviceInstanceFailed,
        serviceInstanceStillFailed,
        serviceInstanceStuck,
        shardMissing,
        sourceLockedOut,
        sourceThrottled,
        textfileOld,
        valuesCut,
        workspaceFailing,
        workspaceStalled,
        workspacesDropped,
        workspacesLost,
    ]

    /// The page of all runbooks.
    static let overview = Body(
        english: #"""
<div class="scroll" role="region" aria-label="Alerts" tabindex="0"><table>
<thead>
<tr><th scope="col">alert</th>
<th scope="col">severity</th>
<th scope="col">fires when</th>
</tr>
</thead>
<tbody>
<tr><th scope="row"><a href="DataArtsFabricEndpointStuck?lang=en">DataArtsFabricEndpointStuck</a></th><td class="text" data-title="severity">warning</td><td class="text" data-title="fires when">an endpoint has been CREATING, UPDATING or DELETING for 30 minutes</td></tr>
<tr><th scope="row"><a href="DataArtsFabricEndpointStuck?lang=en">DataArtsFabricEndpointStuckCritical</a></th><td class="text" data-title="severity">critical</td><td class="text" data-title="fires when">the same for 2 hours</td></tr>
<tr><th scope="row"><a href="DataArtsFabricEndpointFailed?lang=en">DataArtsFabricEndpointFailed</a></th><td class="text" data-title="severity">critical</td><td class="text" data-title="fires when">an endpoint is in a <code>*_FAILED</code> status, in the first 24 hours</td></tr>
<tr><th scope="row"><a href="DataArtsFabricEndpointStillFailed?lang=en">DataArtsFabricEndpointStillFailed</a></th><td class="text" data-title="severity">warning</td><td class="text" data-title="fires when">the same after 24 hours</td></tr>
<tr><th scope="row"><a href="DataArtsFabricEndpointAbnormal?lang=en">DataArtsFabricEndpointAbnormal</a></th><td class="text" data-title="severity">critical</td><td class="text" data-title="fires when">an endpoint is ABNORMAL</td></tr>
<tr><th scope="row"><a href="DataArtsFabricEndpointSuspended?lang=en">DataArtsFabricEndpointSuspended</a></th><td class="text" data-title="severity">warning</td><td class="text" data-title="fires when">an endpoint is FROZEN or ON_DEMAND_FROZEN, or its trial has ended</td></tr>
<tr><th scope="row"><a href="DataArtsFabricEndpointError?lang=en">DataArtsFabricEndpointError</a></th><td class="text" data-title="severity">warning</td><td class="text" data-title="fires when">an endpoint that is neither failed, abnormal nor suspended reports an <code>error_code</code></td></tr>
<tr><th scope="row"><a href="DataArtsFabricEndpointUnknownStatus?lang=en">DataArtsFabricEndpointUnknownStatus</a></th><td class="text" data-title="severity">warning</td><td class="text" data-title="fires when">an endpoint has been in a status that the exporter does not know for 15 minutes</td></tr>
<tr><th scope="row"><a href="DataArtsFabricServiceInstanceStuck?lang=en">DataArtsFabricServiceInstanceStuck</a></th><td class="text" data-title="severity">warning</td><td class="text" data-title="fires when">a service instance has been PENDING, CREATING, UPDATING, STOPPING or DELETING for 30 minutes</td></tr>
<tr><th scope="row"><a href="DataArtsFabricServiceInstanceStuck?lang=en">DataArtsFabricServiceInstanceStuckCritical</a></th><td class="text" data-title="severity">critical</td><td class="text" data-title="fires when">the same for 2 hours</td></tr>
<tr><th scope="row"><a href="DataArtsFabricServiceInstanceFailed?lang=en">DataArtsFabricServiceInstanceFailed</a></th><td class="text" data-title="severity">critical</td><td class="text" data-title="fires when">a service instance is FAILED, in the first 24 hours</td></tr>
<tr><th scope="row"><a href="DataArtsFabricServiceInstanceStillFailed?lang=en">DataArtsFabricServiceInstanceStillFailed</a></th><td class="text" data-title="severity">warning</td><td class="text" data-title="fires when">the same after 24 hours</td></tr>
<tr><th scope="row"><a href="DataArtsFabricJobRunsWaiting?lang=en">DataArtsFabricJobRunsWaiting</a></th><td class="text" data-title="severity">warning</td><td class="text" data-title="fires when">a job run of a workspace has been PENDING or CREATING for 30 minutes</td></tr>
<tr><th scope="row"><a href="DataArtsFabricJobRunsWaiting?lang=en">DataArtsFabricJobRunsWaitingCritical</a></th><td class="text" data-title="severity">critical</td><td class="text" data-title="fires when">the same for 2 hours</td></tr>
<tr><th scope="row"><a href="DataArtsFabricJobRunFailed?lang=en">DataArtsFabricJobRunFailed</a></th><td class="text" data-title="severity">warning</td><td class="text" data-title="fires when">a job run of a workspace failed within the last hour</td></tr>
<tr><th scope="row"><a href="DataArtsFabricQuotaHigh?lang=en">DataArtsFabricQuotaHigh</a></th><td class="text" data-title="severity">warning</td><td class="text" data-title="fires when">90 % or more of a quota is used</td></tr>
<tr><th scope="row"><a href="DataArtsFabricQuotaHigh?lang=en">DataArtsFabricQuotaHighCritical</a></th><td class="text" data-title="severity">critical</td><td class="text" data-title="fires when">100 % or more of a quota is used</td></tr>
<tr><th scope="row"><a href="DataArtsFabricQuotasFailing?lang=en">DataArtsFabricQuotasFailing</a></th><td class="text" data-title="severity">warning</td><td class="text" data-title="fires when">the quotas of a source cannot be read, and the last values are stale</td></tr>
<tr><th scope="row"><a href="DataArtsFabricPoolFailed?lang=en">DataArtsFabricPoolFailed</a></th><td class="text" data-title="severity">critical</td><td class="text" data-title="fires when">a compute pool is in <code>FAILED</code> or another <code>*_FAILED</code> status, in the first 24 hours</td></tr>
<tr><th scope="row"><a href="DataArtsFabricPoolStillFailed?lang=en">DataArtsFabricPoolStillFailed</a></th><td class="text" data-title="severity">warning</td><td class="text" data-title="fires when">the same after 24 hours</td></tr>
<tr><th scope="row"><a href="DataArtsFabricPoolSuspended?lang=en">DataArtsFabricPoolSuspended</a></th><td class="text" data-title="severity">warning</td><td class="text" data-title="fires when">a compute pool is FREEZING or in a <code>*FROZEN</code> status</td></tr>
<tr><th scope="row"><a href="DataArtsFabricPoolIdle?lang=en">DataArtsFabricPoolIdle</a></th><td class="text" data-title="severity">warning</td><td class="text" data-title="fires when">a RUNNING compute pool has used less than 20 % of its CPU and accelerators for a day</td></tr>
<tr><th scope="row"><a href="DataArtsFabricPoolExhausted?lang=en">DataArtsFabricPoolExhausted</a></th><td class="text" data-title="severity">warning</td><td class="text" data-title="fires when">nothing of a resource of a RUNNING compute pool has been allocatable for an hour</td></tr>
<tr><th scope="row"><a href="DataArtsFabricPoolQueriesFailing?lang=en">DataArtsFabricPoolQueriesFailing</a></th><td class="text" data-title="severity">warning</td><td class="text" data-title="fires when">queries for the utilization or the allocatable capacity of pools have been failing for 30 minutes</td></tr>
<tr><th scope="row"><a href="DataArtsFabricCapacityIdle?lang=en">DataArtsFabricCapacityIdle</a></th><td class="text" data-title="severity">warning</td><td class="text" data-title="fires when">endpoints that neither run nor are in transition have held reserved capacity for an hour</td></tr>
<tr><th scope="row"><a href="DataArtsFabricSourceLockedOut?lang=en">DataArtsFabricSourceLockedOut</a></th><td class="text" data-title="severity">critical</td><td class="text" data-title="fires when">the API rejects a source's credential; replaces the alerts of its workspaces</td></tr>
<tr><th scope="row"><a href="DataArtsFabricSourceThrottled?lang=en">DataArtsFabricSourceThrottled</a></th><td class="text" data-title="severity">warning</td><td class="text" data-title="fires when">the API throttles a source most of the time</td></tr>
<tr><th scope="row"><a href="DataArtsFabricWorkspaceFailing?lang=en">DataArtsFabricWorkspaceFailing</a></th><td class="text" data-title="severity">warning</td><td class="text" data-title="fires when">polls of one listing of a workspace keep failing for a reason that may be temporary, or fail more than half of the time</td></tr>
<tr><th scope="row"><a href="DataArtsFabricWorkspaceFailing?lang=en">DataArtsFabricWorkspaceFailingCritical</a></th><td class="text" data-title="severity">critical</td><td class="text" data-title="fires when">they keep failing for a reason that is usually permanent</td></tr>
<tr><th scope="row"><a href="DataArtsFabricWorkspaceStalled?lang=en">DataArtsFabricWorkspaceStalled</a></th><td class="text" data-title="severity">warning</td><td class="text" data-title="fires when">polls of one listing of a workspace do not end; lasts as long as the stall</td></tr>
<tr><th scope="row"><a href="DataArtsFabricDataStale?lang=en">DataArtsFabricDataStale</a></th><td class="text" data-title="severity">critical</td><td class="text" data-title="fires when">one listing of a workspace is stale</td></tr>
<tr><th scope="row"><a href="DataArtsFabricDiscoveryFailing?lang=en">DataArtsFabricDiscoveryFailing</a></th><td class="text" data-title="severity">warning</td><td class="text" data-title="fires when">discovery fails</td></tr>
<tr><th scope="row"><a href="DataArtsFabricWorkspacesLost?lang=en">DataArtsFabricWorkspacesLost</a></th><td class="text" data-title="severity">critical</td><td class="text" data-title="fires when">discovery succeeds but leaves nothing to poll for 15 minutes</td></tr>
<tr><th scope="row"><a href="DataArtsFabricWorkspacesDropped?lang=en">DataArtsFabricWorkspacesDropped</a></th><td class="text" data-title="severity">warning</td><td class="text" data-title="fires when">discovery finds fewer than half as many workspaces as an hour ago</td></tr>
<tr><th scope="row"><a href="DataArtsFabricCredentialExpiring?lang=en">DataArtsFabricCredentialExpiring</a></th><td class="text" data-title="severity">warning</td><td class="text" data-title="fires when">a credential was not renewed and expires in 30 minutes</td></tr>
<tr><th scope="row"><a href="DataArtsFabricCredentialExpiring?lang=en">DataArtsFabricCredentialExpiringCritical</a></th><td class="text" data-title="severity">critical</td><td class="text" data-title="fires when">the same, in 10 minutes</td></tr>
<tr><th scope="row"><a href="DataArtsFabricRecordsSkipped?lang=en">DataArtsFabricRecordsSkipped</a></th><td class="text" data-title="severity">warning</td><td class="text" data-title="fires when">a listing has records without a usable id</td></tr>
<tr><th scope="row"><a href="DataArtsFabricValuesCut?lang=en">DataArtsFabricValuesCut</a></th><td class="text" data-title="severity">warning</td><td class="text" data-title="fires when">a listing has values that were cut or replaced by <code>other</code></td></tr>
<tr><th scope="row"><a href="DataArtsFabricDetailsDropped?lang=en">DataArtsFabricDetailsDropped</a></th><td class="text" data-title="severity">warning</td><td class="text" data-title="fires when">more records of a listing qualify for details than the limit allows</td></tr>
<tr><th scope="row"><a href="DataArtsFabricReloadFailed?lang=en">DataArtsFabricReloadFailed</a></th><td class="text" data-title="severity">warning</td><td class="text" data-title="fires when">a reload failed</td></tr>
<tr><th scope="row"><a href="DataArtsFabricLogLinesDropped?lang=en">DataArtsFabricLogLinesDropped</a></th><td class="text" data-title="severity">warning</td><td class="text" data-title="fires when">the exporter dropped log lines within 15 minutes</td></tr>
<tr><th scope="row"><a href="DataArtsFabricShardMissing?lang=en">DataArtsFabricShardMissing</a></th><td class="text" data-title="severity">critical</td><td class="text" data-title="fires when">one or more shards are missing</td></tr>
<tr><th scope="row"><a href="DataArtsFabricExporterDown?lang=en">DataArtsFabricExporterDown</a></th><td class="text" data-title="severity">critical</td><td class="text" data-title="fires when">an exporter cannot be scraped and no other one polls all of its sources, or all are down</td></tr>
<tr><th scope="row"><a href="DataArtsFabricReplicaDown?lang=en">DataArtsFabricReplicaDown</a></th><td class="text" data-title="severity">warning</td><td class="text" data-title="fires when">an exporter cannot be scraped, but others poll its sources</td></tr>
<tr><th scope="row"><a href="DataArtsFabricExporterAbsent?lang=en">DataArtsFabricExporterAbsent</a></th><td class="text" data-title="severity">critical</td><td class="text" data-title="fires when">the job has no target</td></tr>
<tr><th scope="row"><a href="DataArtsFabricTextfileOld?lang=en">DataArtsFabricTextfileOld</a></th><td class="text" data-title="severity">critical</td><td class="text" data-title="fires when">only in <code>alerts-textfile.yaml</code>: the file of <code>once</code> is older than 15 minutes or missing</td></tr>
</tbody>
</table></div>
<h2 id="runbooks">Runbooks</h2>
<p>The exporter serves the runbooks at <code>/runbooks/</code>, in English or Chinese as the browser prefers (<code>?lang=en</code> and <code>?lang=zh</code> select one). Alerts link to them by
<code>runbook_url</code>, dashboards by the variable <code>runbooks</code>. Both contain the same address, <code>http://dataarts-fabric-exporter:9942/runbooks/</code>, which is that of the Service
in <code>packaging/kubernetes</code>. If your browser reaches the exporter at another address, set that in your copies of the files:</p>
<pre tabindex="0"><code class="language-sh">sed -i 's|http://dataarts-fabric-exporter:9942/runbooks/|https://fabric.example.org/runbooks/|' alerts.yaml overview.json pools.json workspace.json
</code></pre>
<ul>
<li>Helm: the value <code>prometheusRule.runbookUrl</code>, for rules and dashboards. By default it is the address of the release's Service in the cluster.</li>
<li>Prometheus Operator without Helm: <code>scripts/generate-operator --runbooks URL</code>.</li>
<li>An exporter that is down cannot serve its runbooks. With several exporters, use an address that they share. Or use the address of a copy of the folder <code>runbooks</code>, such as in a wiki.</li>
</ul>
"""#,
        chinese: #"""
<div class="scroll" role="region" aria-label="告警" tabindex="0"><table>
<thead>
<tr><th scope="col">告警</th>
<th scope="col">级别</th>
<th scope="col">触发条件</th>
</tr>
</thead>
<tbody>
<tr><th scope="row"><a href="DataArtsFabricEndpointStuck?lang=zh">EndpointStuck</a></th><td class="text" data-title="级别">警告</td><td class="text" data-title="触发条件">端点处于 CREATING、UPDATING 或 DELETING 已 30 分钟</td></tr>
<tr><th scope="row"><a href="DataArtsFabricEndpointStuck?lang=zh">EndpointStuckCritical</a></th><td class="text" data-title="级别">严重</td><td class="text" data-title="触发条件">同上，已 2 小时</td></tr>
<tr><th scope="row"><a href="DataArtsFabricEndpointFailed?lang=zh">EndpointFailed</a></th><td class="text" data-title="级别">严重</td><td class="text" data-title="触发条件">端点处于 <code>*_FAILED</code> 状态，前 24 小时</td></tr>
<tr><th scope="row"><a href="DataArtsFabricEndpointStillFailed?lang=zh">EndpointStillFailed</a></th><td class="text" data-title="级别">警告</td><td class="text" data-title="触发条件">同上，24 小时之后</td></tr>
<tr><th scope="row"><a href="DataArtsFabricEndpointAbnormal?lang=zh">EndpointAbnormal</a></th><td class="text" data-title="级别">严重</td><td class="text" data-title="触发条件">端点处于 ABNORMAL</td></tr>
<tr><th scope="row"><a href="DataArtsFabricEndpointSuspended?lang=zh">EndpointSuspended</a></th><td class="text" data-title="级别">警告</td><td class="text" data-title="触发条件">端点处于 FROZEN 或 ON_DEMAND_FROZEN，或试用已结束</td></tr>
<tr><th scope="row"><a href="DataArtsFabricEndpointError?lang=zh">EndpointError</a></th><td class="text" data-title="级别">警告</td><td class="text" data-title="触发条件">并未失败、异常或被暂停的端点报告了 <code>error_code</code></td></tr>
<tr><th scope="row"><a href="DataArtsFabricEndpointUnknownStatus?lang=zh">EndpointUnknownStatus</a></th><td class="text" data-title="级别">警告</td><td class="text" data-title="触发条件">端点处于 Exporter 不认识的状态已 15 分钟</td></tr>
<tr><th scope="row"><a href="DataArtsFabricServiceInstanceStuck?lang=zh">ServiceInstanceStuck</a></th><td class="text" data-title="级别">警告</td><td class="text" data-title="触发条件">服务实例处于 PENDING、CREATING、UPDATING、STOPPING 或 DELETING 已 30 分钟</td></tr>
<tr><th scope="row"><a href="DataArtsFabricServiceInstanceStuck?lang=zh">ServiceInstanceStuckCritical</a></th><td class="text" data-title="级别">严重</td><td class="text" data-title="触发条件">同上，已 2 小时</td></tr>
<tr><th scope="row"><a href="DataArtsFabricServiceInstanceFailed?lang=zh">ServiceInstanceFailed</a></th><td class="text" data-title="级别">严重</td><td class="text" data-title="触发条件">服务实例处于 FAILED，前 24 小时</td></tr>
<tr><th scope="row"><a href="DataArtsFabricServiceInstanceStillFailed?lang=zh">ServiceInstanceStillFailed</a></th><td class="text" data-title="级别">警告</td><td class="text" data-title="触发条件">同上，24 小时之后</td></tr>
<tr><th scope="row"><a href="DataArtsFabricJobRunsWaiting?lang=zh">JobRunsWaiting</a></th><td class="text" data-title="级别">警告</td><td class="text" data-title="触发条件">工作空间的作业运行处于 PENDING 或 CREATING 已 30 分钟</td></tr>
<tr><th scope="row"><a href="DataArtsFabricJobRunsWaiting?lang=zh">JobRunsWaitingCritical</a></th><td class="text" data-title="级别">严重</td><td class="text" data-title="触发条件">同上，已 2 小时</td></tr>
<tr><th scope="row"><a href="DataArtsFabricJobRunFailed?lang=zh">JobRunFailed</a></th><td class="text" data-title="级别">警告</td><td class="text" data-title="触发条件">工作空间有作业运行在最近一小时内失败</td></tr>
<tr><th scope="row"><a href="DataArtsFabricQuotaHigh?lang=zh">QuotaHigh</a></th><td class="text" data-title="级别">警告</td><td class="text" data-title="触发条件">某项配额已用 90% 或以上</td></tr>
<tr><th scope="row"><a href="DataArtsFabricQuotaHigh?lang=zh">QuotaHighCritical</a></th><td class="text" data-title="级别">严重</td><td class="text" data-title="触发条件">某项配额已用 100% 或以上</td></tr>
<tr><th scope="row"><a href="DataArtsFabricQuotasFailing?lang=zh">QuotasFailing</a></th><td class="text" data-title="级别">警告</td><td class="text" data-title="触发条件">数据源的配额无法读取，且上一次的值已过期</td></tr>
<tr><th scope="row"><a href="DataArtsFabricPoolFailed?lang=zh">PoolFailed</a></th><td class="text" data-title="级别">严重</td><td class="text" data-title="触发条件">计算资源池处于 <code>FAILED</code> 或其他 <code>*_FAILED</code> 状态，前 24 小时</td></tr>
<tr><th scope="row"><a href="DataArtsFabricPoolStillFailed?lang=zh">PoolStillFailed</a></th><td class="text" data-title="级别">警告</td><td class="text" data-title="触发条件">同上，24 小时之后</td></tr>
<tr><th scope="row"><a href="DataArtsFabricPoolSuspended?lang=zh">PoolSuspended</a></th><td class="text" data-title="级别">警告</td><td class="text" data-title="触发条件">计算资源池处于 FREEZING 或 <code>*FROZEN</code> 状态</td></tr>
<tr><th scope="row"><a href="DataArtsFabricPoolIdle?lang=zh">PoolIdle</a></th><td class="text" data-title="级别">警告</td><td class="text" data-title="触发条件">RUNNING 的计算资源池一天内 CPU 和加速卡的利用率都低于 20%</td></tr>
<tr><th scope="row"><a href="DataArtsFabricPoolExhausted?lang=zh">PoolExhausted</a></th><td class="text" data-title="级别">警告</td><td class="text" data-title="触发条件">RUNNING 的计算资源池的某种资源已 1 小时没有可分配的容量</td></tr>
<tr><th scope="row"><a href="DataArtsFabricPoolQueriesFailing?lang=zh">PoolQueriesFailing</a></th><td class="text" data-title="级别">警告</td><td class="text" data-title="触发条件">对计算资源池利用率或可分配容量的查询已持续失败 30 分钟</td></tr>
<tr><th scope="row"><a href="DataArtsFabricCapacityIdle?lang=zh">CapacityIdle</a></th><td class="text" data-title="级别">警告</td><td class="text" data-title="触发条件">既未运行也不在变更中的端点占用预留容量已 1 小时</td></tr>
<tr><th scope="row"><a href="DataArtsFabricSourceLockedOut?lang=zh">SourceLockedOut</a></th><td class="text" data-title="级别">严重</td><td class="text" data-title="触发条件">API 拒绝数据源的凭证；代替其工作空间的告警</td></tr>
<tr><th scope="row"><a href="DataArtsFabricSourceThrottled?lang=zh">SourceThrottled</a></th><td class="text" data-title="级别">警告</td><td class="text" data-title="触发条件">数据源大部分时间被 API 限流</td></tr>
<tr><th scope="row"><a href="DataArtsFabricWorkspaceFailing?lang=zh">WorkspaceFailing</a></th><td class="text" data-title="级别">警告</td><td class="text" data-title="触发条件">工作空间某一列表的轮询因可能自行恢复的故障持续失败，或一半以上的时间失败</td></tr>
<tr><th scope="row"><a href="DataArtsFabricWorkspaceFailing?lang=zh">WorkspaceFailingCritical</a></th><td class="text" data-title="级别">严重</td><td class="text" data-title="触发条件">轮询因通常不会自行恢复的故障持续失败</td></tr>
<tr><th scope="row"><a href="DataArtsFabricWorkspaceStalled?lang=zh">WorkspaceStalled</a></th><td class="text" data-title="级别">警告</td><td class="text" data-title="触发条件">工作空间某一列表的轮询一直没有结束；持续时间与停滞相同</td></tr>
<tr><th scope="row"><a href="DataArtsFabricDataStale?lang=zh">DataStale</a></th><td class="text" data-title="级别">严重</td><td class="text" data-title="触发条件">工作空间某一列表的数据过期</td></tr>
<tr><th scope="row"><a href="DataArtsFabricDiscoveryFailing?lang=zh">DiscoveryFailing</a></th><td class="text" data-title="级别">警告</td><td class="text" data-title="触发条件">工作空间的发现失败</td></tr>
<tr><th scope="row"><a href="DataArtsFabricWorkspacesLost?lang=zh">WorkspacesLost</a></th><td class="text" data-title="级别">严重</td><td class="text" data-title="触发条件">发现成功，但 15 分钟内没有可以轮询的工作空间</td></tr>
<tr><th scope="row"><a href="DataArtsFabricWorkspacesDropped?lang=zh">WorkspacesDropped</a></th><td class="text" data-title="级别">警告</td><td class="text" data-title="触发条件">发现的工作空间不到一小时前的一半</td></tr>
<tr><th scope="row"><a href="DataArtsFabricCredentialExpiring?lang=zh">CredentialExpiring</a></th><td class="text" data-title="级别">警告</td><td class="text" data-title="触发条件">凭证没有续期，30 分钟内过期</td></tr>
<tr><th scope="row"><a href="DataArtsFabricCredentialExpiring?lang=zh">CredentialExpiringCritical</a></th><td class="text" data-title="级别">严重</td><td class="text" data-title="触发条件">同上，10 分钟内过期</td></tr>
<tr><th scope="row"><a href="DataArtsFabricRecordsSkipped?lang=zh">RecordsSkipped</a></th><td class="text" data-title="级别">警告</td><td class="text" data-title="触发条件">列表中有记录缺少可用的 ID</td></tr>
<tr><th scope="row"><a href="DataArtsFabricValuesCut?lang=zh">ValuesCut</a></th><td class="text" data-title="级别">警告</td><td class="text" data-title="触发条件">列表中有值被截断，或被替换为 <code>other</code></td></tr>
<tr><th scope="row"><a href="DataArtsFabricDetailsDropped?lang=zh">DetailsDropped</a></th><td class="text" data-title="级别">警告</td><td class="text" data-title="触发条件">需要明细的记录多于限制</td></tr>
<tr><th scope="row"><a href="DataArtsFabricReloadFailed?lang=zh">ReloadFailed</a></th><td class="text" data-title="级别">警告</td><td class="text" data-title="触发条件">重新加载失败</td></tr>
<tr><th scope="row"><a href="DataArtsFabricLogLinesDropped?lang=zh">LogLinesDropped</a></th><td class="text" data-title="级别">警告</td><td class="text" data-title="触发条件">Exporter 在 15 分钟内丢弃了日志行</td></tr>
<tr><th scope="row"><a href="DataArtsFabricShardMissing?lang=zh">ShardMissing</a></th><td class="text" data-title="级别">严重</td><td class="text" data-title="触发条件">缺少一个或多个分片</td></tr>
<tr><th scope="row"><a href="DataArtsFabricExporterDown?lang=zh">ExporterDown</a></th><td class="text" data-title="级别">严重</td><td class="text" data-title="触发条件">无法抓取 Exporter，且没有其他 Exporter 轮询它的全部数据源，或者全部 Exporter 都无法抓取</td></tr>
<tr><th scope="row"><a href="DataArtsFabricReplicaDown?lang=zh">ReplicaDown</a></th><td class="text" data-title="级别">警告</td><td class="text" data-title="触发条件">无法抓取 Exporter，但其他 Exporter 在轮询它的数据源</td></tr>
<tr><th scope="row"><a href="DataArtsFabricExporterAbsent?lang=zh">ExporterAbsent</a></th><td class="text" data-title="级别">严重</td><td class="text" data-title="触发条件">作业没有目标</td></tr>
<tr><th scope="row"><a href="DataArtsFabricTextfileOld?lang=zh">TextfileOld</a></th><td class="text" data-title="级别">严重</td><td class="text" data-title="触发条件">仅在 <code>alerts-textfile.yaml</code> 中：<code>once</code> 的文件超过 15 分钟未更新，或不存在</td></tr>
</tbody>
</table></div>
<h2 id="处置手册">处置手册</h2>
<p>Exporter 在 <code>/runbooks/</code> 提供处置手册，按浏览器的语言显示中文或英文（也可用 <code>?lang=zh</code>、<code>?lang=en</code> 指定）。告警通过 <code>runbook_url</code>、仪表盘通过变量 <code>runbooks</code> 链接到处置手册，两者使用同一个地址 <code>http://dataarts-fabric-exporter:9942/runbooks/</code>，即 <code>packaging/kubernetes</code> 中 Service 的地址。如果浏览器通过其他地址访问 Exporter，请在您使用的文件中替换：</p>
<pre tabindex="0"><code class="language-sh">sed -i 's|http://dataarts-fabric-exporter:9942/runbooks/|https://fabric.example.org/runbooks/|' alerts.yaml overview.json pools.json workspace.json
</code></pre>
<ul>
<li>Helm：参数 <code>prometheusRule.runbookUrl</code>，同时用于规则和仪表盘，默认为该 release 的 Service 在集群内的地址。</li>
<li>不使用 Helm 的 Prometheus Operator：<code>scripts/generate-operator --runbooks URL</code>。</li>
<li>Exporter 停止运行时无法提供处置手册。有多个 Exporter 时，请使用它们共用的地址；也可以使用 <code>runbooks</code> 目录副本（例如放在 wiki 中）的地址。</li>
</ul>
"""#)

    private static let capacityIdle = RunbookText(
        alerts: ["DataArtsFabricCapacityIdle"],
        body: Body(
            english: #"""
<h2 id="meaning">Meaning</h2>
<p>Endpoints that are not running (failed, abnormal, suspended or in an unknown status) have held more reserved capacity than the threshold for an hour without interruption. Endpoints in transition do not count, because a busy
workspace always has some; for those that are stuck, see <a href="DataArtsFabricEndpointStuck?lang=en">DataArtsFabricEndpointStuck</a>. <code>INACTIVE</code>, <code>DELETED</code> and public endpoints do not count either.</p>
<p>The units are APU, DPU, DCU (for SQL endpoints) and MU. Capacity has no timestamp, so the hour is observed by Prometheus: after a new setup of Prometheus, or a new workspace, the alert fires an hour later.</p>
<h2 id="impact">Impact</h2>
<p>SQL and job endpoints are billed for their reserved capacity until they are deleted, whether they run or not. Ray and inference endpoints are not billed themselves; their reservation still counts against
the bought resources and the quota.</p>
<h2 id="diagnosis">Diagnosis</h2>
<ol>
<li>First find the endpoints: the status page lists failed, abnormal and suspended ones. With their reserved capacity, from the API (repeat with <code>&amp;offset=100</code>, <code>200</code> … for long lists):</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; &quot;https://fabric.$REGION.myhuaweicloud.com/v1/workspaces/$WORKSPACE_ID/endpoints?limit=100&quot; | \
  jq '.endpoints[] | select(.status != &quot;RUNNING&quot; and .reserved_resource) | {id, name, status, reserved_resource}'
</code></pre>
<ol start="2">
<li>Amount by type and status (endpoints in transition included):</li>
</ol>
<pre tabindex="0"><code class="language-promql">endpoint_type_status:dataarts_fabric_idle_reserved:sum &gt; 0
</code></pre>
<ol start="3">
<li>Total reserved unit-hours of all endpoints in the last day (<code>dcu</code>, <code>dpu</code> and <code>mu</code> in place of <code>apu</code>), and the cost per hour of endpoints that are not running, if <code>prices</code> are configured.
<code>rules.yaml</code> must be loaded:</li>
</ol>
<pre tabindex="0"><code class="language-promql">workspace:dataarts_fabric_apu_hours:sum1d
</code></pre>
<pre tabindex="0"><code class="language-promql">workspace:dataarts_fabric_idle_cost_per_hour:sum
</code></pre>
<ol start="4">
<li>In the console: Billing Center → bill details shows whether it is billed.</li>
</ol>
<h2 id="mitigation">Mitigation</h2>
<ul>
<li>Delete failed endpoints that are not needed, or repair them (<a href="DataArtsFabricEndpointFailed?lang=en">DataArtsFabricEndpointFailed</a>).</li>
<li>Lower <code>warm_up_num</code> (APU, DPU, DCU) or <code>min</code> (MU) of endpoints that are kept for later.</li>
</ul>
<h3 id="parameters">Parameters</h3>
<p><code>dataarts_fabric:idle_reserved:threshold{unit}</code>: 0 for each unit. <code>for</code>: 2 minutes, after the hour. If some idle capacity is intentional, raise the threshold, or ignore the workspace, by rules in
a file of your own:</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:idle_reserved:threshold
  expr: vector(16)
  labels: {unit: APU}
- record: dataarts_fabric:ignored
  expr: vector(1)
  labels: {workspace_id: WORKSPACE_ID}
</code></pre>
"""#,
            chinese: #"""
<h2 id="含义">含义</h2>
<p>没有运行的端点（失败、异常、被暂停或处于未知状态）连续一小时占用超过阈值的预留容量。变更中的端点不计入，因为繁忙的工作空间总有这样的端点；卡住的端点由 <a href="DataArtsFabricEndpointStuck?lang=zh">DataArtsFabricEndpointStuck</a> 告警。<code>INACTIVE</code>、<code>DELETED</code> 以及公共端点也不计入。</p>
<p>单位为 APU、DPU、DCU（SQL 端点）和 MU。容量没有自己的时间戳，因此这一小时由 Prometheus 观测：新装 Prometheus 或新增工作空间后，告警会晚一小时。</p>
<h2 id="影响">影响</h2>
<p>SQL 和作业端点的预留容量无论是否运行都会计费，直到端点被删除。Ray 和推理端点本身不计费，但其预留仍占用已购资源和配额。</p>
<h2 id="诊断">诊断</h2>
<ol>
<li>首先找出端点：状态页列出失败、异常和被暂停的端点。从 API 查询其预留容量（列表较长时，依次加上 <code>&amp;offset=100</code>、<code>200</code> 等重复查询）：</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; &quot;https://fabric.$REGION.myhuaweicloud.com/v1/workspaces/$WORKSPACE_ID/endpoints?limit=100&quot; | \
  jq '.endpoints[] | select(.status != &quot;RUNNING&quot; and .reserved_resource) | {id, name, status, reserved_resource}'
</code></pre>
<ol start="2">
<li>按类型和状态查看数量（包括变更中的端点）：</li>
</ol>
<pre tabindex="0"><code class="language-promql">endpoint_type_status:dataarts_fabric_idle_reserved:sum &gt; 0
</code></pre>
<ol start="3">
<li>所有端点最近一天的预留用量（APU·小时；<code>dcu</code>、<code>dpu</code>、<code>mu</code> 同理），以及未运行的端点每小时的费用（需要配置 <code>prices</code>）。需要加载 <code>rules.yaml</code>：</li>
</ol>
<pre tabindex="0"><code class="language-promql">workspace:dataarts_fabric_apu_hours:sum1d
</code></pre>
<pre tabindex="0"><code class="language-promql">workspace:dataarts_fabric_idle_cost_per_hour:sum
</code></pre>
<ol start="4">
<li>控制台：费用中心 → 账单详情，确认是否计费。</li>
</ol>
<h2 id="处置">处置</h2>
<ul>
<li>删除不再需要的失败端点，或将其修复（<a href="DataArtsFabricEndpointFailed?lang=zh">DataArtsFabricEndpointFailed</a>）。</li>
<li>对需要保留的端点，降低 <code>warm_up_num</code>（APU、DPU、DCU）或 <code>min</code>（MU）。</li>
</ul>
<h3 id="参数">参数</h3>
<p><code>dataarts_fabric:idle_reserved:threshold{unit}</code>：每个单位均为 0。<code>for</code>：一小时之后再加 2 分钟。如果允许一定的空闲容量，请在自己的规则文件中调高阈值，或忽略该工作空间：</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:idle_reserved:threshold
  expr: vector(16)
  labels: {unit: APU}
- record: dataarts_fabric:ignored
  expr: vector(1)
  labels: {workspace_id: WORKSPACE_ID}
</code></pre>
"""#))

    private static let credentialExpiring = RunbookText(
        alerts: ["DataArtsFabricCredentialExpiring", "DataArtsFabricCredentialExpiringCritical"],
        body: Body(
            english: #"""
<h2 id="meaning">Meaning</h2>
<p>The credential of a source is about to expire and was not renewed: less than a quarter of its lifetime is left. <code>DataArtsFabricCredentialExpiring</code> is the warning, 30 minutes before it expires;
<code>DataArtsFabricCredentialExpiringCritical</code> is the critical stage, 10 minutes before. The exporter renews tokens from a password and temporary keys of an
agency when 40 minutes or a third of their lifetime is left, whichever is less. Either this renewal failed, or you must replace the credential (<code>token</code>, <code>token_file</code>).</p>
<h2 id="impact">Impact</h2>
<p>After the credential has expired, the API rejects every request: all workspaces of the source fail with the reason <code>unauthenticated</code> or <code>credentials</code>, and after <code>poll.stale_after</code> their series end.</p>
<h2 id="diagnosis">Diagnosis</h2>
<ol>
<li>
<p>First read the reason of the failed renewal in the exporter's log. Without a failed renewal, the credential is a <code>token</code> or <code>token_file</code> that you must replace.</p>
</li>
<li>
<p>Minutes left:</p>
</li>
</ol>
<pre tabindex="0"><code class="language-promql">(dataarts_fabric_credential_expiry_timestamp_seconds - time()) / 60
</code></pre>
<ol start="3">
<li>Requests to IAM and the metadata service, by status code:</li>
</ol>
<pre tabindex="0"><code class="language-promql">sum by (source, operation, code) (increase(dataarts_fabric_api_requests_total{operation=~&quot;create_token|metadata&quot;}[1h]))
</code></pre>
<h2 id="mitigation">Mitigation</h2>
<ul>
<li><code>token_file</code>: get a new project-scoped token and replace the file; it is reloaded automatically. <code>token</code>: change the configuration and reload.</li>
<li><code>password</code>: check whether the user is locked or disabled, or its password was changed. Test it with IAM's <code>POST /v3/auth/tokens</code>.</li>
<li><code>metadata</code>, <code>assume_agency</code>: check whether the agency still exists, is still assigned to the machine, and may still be assumed.</li>
<li>IAM unreachable: check <code>iam_url</code>, DNS, proxy and firewall.</li>
</ul>
<h3 id="parameters">Parameters</h3>
<p><code>dataarts_fabric:credential_expiry_seconds:threshold</code>: 30 minutes (<code>level: warning</code>) and 10 minutes (<code>level: critical</code>). <code>for</code>: 2 minutes. To change one, add a rule to
a file of your own:</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:credential_expiry_seconds:threshold
  expr: vector(15 * 60)
  labels: {level: warning}
</code></pre>
"""#,
            chinese: #"""
<h2 id="含义">含义</h2>
<p>某个数据源的凭证即将到期且没有续期：剩余不足其有效期的四分之一。<code>DataArtsFabricCredentialExpiring</code> 为警告，在到期前 30 分钟触发；<code>DataArtsFabricCredentialExpiringCritical</code> 为严重，在到期前 10 分钟触发。Exporter 会在剩余 40 分钟或三分之一有效期（取较小者）时自动续期由密码换取的 Token 和委托的临时密钥。此处续期没有成功，或者该凭证（<code>token</code>、<code>token_file</code>）需要人工更换。</p>
<h2 id="影响">影响</h2>
<p>到期后所有请求都会被拒绝：该数据源的全部工作空间以 <code>unauthenticated</code> 或 <code>credentials</code> 失败，超过 <code>poll.stale_after</code> 后其时间序列停止输出。</p>
<h2 id="诊断">诊断</h2>
<ol>
<li>
<p>首先在 Exporter 日志中查看续期失败的原因。如果没有续期失败，该凭证是需要人工更换的 <code>token</code> 或 <code>token_file</code>。</p>
</li>
<li>
<p>剩余分钟数：</p>
</li>
</ol>
<pre tabindex="0"><code class="language-promql">(dataarts_fabric_credential_expiry_timestamp_seconds - time()) / 60
</code></pre>
<ol start="3">
<li>发送到 IAM 和元数据服务的请求，按状态码：</li>
</ol>
<pre tabindex="0"><code class="language-promql">sum by (source, operation, code) (increase(dataarts_fabric_api_requests_total{operation=~&quot;create_token|metadata&quot;}[1h]))
</code></pre>
<h2 id="处置">处置</h2>
<ul>
<li><code>token_file</code>：获取新的项目级 Token 并替换文件，文件会自动重新加载。<code>token</code>：修改配置后重新加载。</li>
<li><code>password</code>：用户是否被锁定、停用，或密码已修改？可用 IAM 的 <code>POST /v3/auth/tokens</code> 验证。</li>
<li><code>metadata</code>、<code>assume_agency</code>：委托是否仍存在、仍属于该机器、仍可被切换？</li>
<li>IAM 不可达：检查 <code>iam_url</code>、DNS、代理和防火墙。</li>
</ul>
<h3 id="参数">参数</h3>
<p><code>dataarts_fabric:credential_expiry_seconds:threshold</code>：30 分钟（<code>level: warning</code>）和 10 分钟（<code>level: critical</code>）。<code>for</code>：2 分钟。要修改，请在自己的规则文件中添加：</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:credential_expiry_seconds:threshold
  expr: vector(15 * 60)
  labels: {level: warning}
</code></pre>
"""#))

    private static let dataStale = RunbookText(
        alerts: ["DataArtsFabricDataStale"],
        body: Body(
            english: #"""
<h2 id="meaning">Meaning</h2>
<p>The data of one listing of the workspace (label <code>listing</code>) is stale: the last complete listing is older than <code>poll.stale_after</code>, or there has been none since the exporter started. Listings other
than <code>endpoints</code> become stale only if they are also older than 3 × their own interval.</p>
<h2 id="impact">Impact</h2>
<p>The listing has no series. Existing alerts on its endpoints, service instances or job runs keep firing; new failed or stuck ones raise no alert. Dashboards show a gap. If the listing is <code>endpoints</code>, unit-hours do not include this time.</p>
<h2 id="diagnosis">Diagnosis</h2>
<ol>
<li>First read the age of the data, and whether polls fail or take too long (steps 2 and 3):</li>
</ol>
<pre tabindex="0"><code class="language-promql">time() - dataarts_fabric_workspace_last_success_timestamp_seconds
&gt; on (source, listing) group_left () max by (source, listing) (dataarts_fabric_poll_stale_after_seconds)
</code></pre>
<ol start="2">
<li>If <code>dataarts_fabric_workspace_up</code> is 0, polls fail. For reasons and remedies, see
<a href="DataArtsFabricWorkspaceFailing?lang=en">DataArtsFabricWorkspaceFailing</a>.</li>
</ol>
<pre tabindex="0"><code class="language-promql">sum by (source, workspace, listing, reason) (increase(dataarts_fabric_workspace_poll_failures_total[15m])) &gt; 0
</code></pre>
<ol start="3">
<li>If <code>dataarts_fabric_workspace_up</code> is 1, polls take too long. Check their duration, and whether polls are skipped:</li>
</ol>
<pre tabindex="0"><code class="language-promql">dataarts_fabric_workspace_last_poll_duration_seconds
&gt; on (source, listing) group_left () max by (source, listing) (dataarts_fabric_poll_interval_seconds)
</code></pre>
<pre tabindex="0"><code class="language-promql">increase(dataarts_fabric_workspace_polls_skipped_total[15m]) &gt; 0
</code></pre>
<h2 id="mitigation">Mitigation</h2>
<ul>
<li>Polls fail: fix the cause.</li>
<li>Polls take too long: raise <code>poll.interval</code> (<code>poll.stale_after</code> follows) or <code>poll.requests_per_second</code>, or narrow <code>endpoints</code> by a <code>filter</code>. Other listings have their own interval in <code>collect</code>.</li>
<li>Until then, check the endpoints, service instances or job runs in the console.</li>
</ul>
<h3 id="parameters">Parameters</h3>
<p>No threshold. <code>for</code>: 5 minutes, after <code>poll.stale_after</code>. To ignore a workspace, add a rule to a file of your own:</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:ignored
  expr: vector(1)
  labels: {workspace_id: WORKSPACE_ID}
</code></pre>
"""#,
            chinese: #"""
<h2 id="含义">含义</h2>
<p>工作空间的某一列表（由 <code>listing</code> 标签给出）数据过期：最近一次完整列表早于 <code>poll.stale_after</code>（<code>endpoints</code> 以外的列表还须早于其间隔的 3 倍），或 Exporter 启动后从未成功过。</p>
<h2 id="影响">影响</h2>
<p>该列表没有时间序列。关于其端点、服务实例或作业运行的已触发告警保持原样，新的失败或卡住不会触发告警。仪表盘出现空缺；列表为 <code>endpoints</code> 时，用量（APU·小时）缺少这段时间。</p>
<h2 id="诊断">诊断</h2>
<ol>
<li>首先查看数据时长，并判断轮询是失败还是过慢（第 2、3 步）：</li>
</ol>
<pre tabindex="0"><code class="language-promql">time() - dataarts_fabric_workspace_last_success_timestamp_seconds
&gt; on (source, listing) group_left () max by (source, listing) (dataarts_fabric_poll_stale_after_seconds)
</code></pre>
<ol start="2">
<li>如果 <code>dataarts_fabric_workspace_up</code> 为 0，轮询失败；原因和处理办法见 <a href="DataArtsFabricWorkspaceFailing?lang=zh">DataArtsFabricWorkspaceFailing</a>。</li>
</ol>
<pre tabindex="0"><code class="language-promql">sum by (source, workspace, listing, reason) (increase(dataarts_fabric_workspace_poll_failures_total[15m])) &gt; 0
</code></pre>
<ol start="3">
<li>如果为 1，轮询没有及时结束：查看轮询耗时，以及是否有跳过的轮次。</li>
</ol>
<pre tabindex="0"><code class="language-promql">dataarts_fabric_workspace_last_poll_duration_seconds
&gt; on (source, listing) group_left () max by (source, listing) (dataarts_fabric_poll_interval_seconds)
</code></pre>
<pre tabindex="0"><code class="language-promql">increase(dataarts_fabric_workspace_polls_skipped_total[15m]) &gt; 0
</code></pre>
<h2 id="处置">处置</h2>
<ul>
<li>轮询失败：消除其原因。</li>
<li>轮询过慢：增大 <code>poll.interval</code>（<code>poll.stale_after</code> 随之变化）或 <code>poll.requests_per_second</code>，或用 <code>filter</code> 缩小 <code>endpoints</code>。其他列表的间隔在 <code>collect</code> 中设置。</li>
<li>在此期间请在控制台查看端点、服务实例或作业运行。</li>
</ul>
<h3 id="参数">参数</h3>
<p>没有阈值。<code>for</code>：<code>poll.stale_after</code> 之后再加 5 分钟。要忽略某个工作空间，请在自己的规则文件中添加：</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:ignored
  expr: vector(1)
  labels: {workspace_id: WORKSPACE_ID}
</code></pre>
"""#))

    private static let detailsDropped = RunbookText(
        alerts: ["DataArtsFabricDetailsDropped"],
        body: Body(
            english: #"""
<h2 id="meaning">Meaning</h2>
<p>More records of one listing of a workspace (label <code>listing</code>, usually <code>endpoints</code>) qualify for details than <code>metrics.max_endpoint_details</code> (1000 by default) allows. Records with an error code are kept first, then those longest in their status.</p>
<h2 id="impact">Impact</h2>
<p>Dropped endpoints have no alert of their own; they share an alert without <code>endpoint_id</code> for each type and status. Counts and sums stay exact.</p>
<h2 id="diagnosis">Diagnosis</h2>
<ol>
<li>First check for a wider outage. Many affected endpoints at the same time usually have one cause:</li>
</ol>
<pre tabindex="0"><code class="language-promql">sum by (workspace, endpoint_type, status) (dataarts_fabric_endpoints{status!~&quot;RUNNING|INACTIVE|DELETED&quot;, visibility!=&quot;PUBLIC&quot;}) &gt; 0
</code></pre>
<pre tabindex="0"><code class="language-promql">topk(5, sum by (workspace, error_code) (dataarts_fabric_endpoints_with_error{visibility!=&quot;PUBLIC&quot;}))
</code></pre>
<ol start="2">
<li>Number of dropped records:</li>
</ol>
<pre tabindex="0"><code class="language-promql">dataarts_fabric_workspace_dropped_details &gt; 0
</code></pre>
<ol start="3">
<li>Are details enabled for all endpoints (<code>metrics.endpoint_details: all</code>)?</li>
</ol>
<h2 id="mitigation">Mitigation</h2>
<ul>
<li>A common cause: fix it; <a href="DataArtsFabricEndpointFailed?lang=en">DataArtsFabricEndpointFailed</a> has the resolution of each error code.</li>
<li>Details for all, and more endpoints than the limit: raise <code>metrics.max_endpoint_details</code> (about three series per endpoint), or use <code>problems</code>.</li>
</ul>
<h3 id="parameters">Parameters</h3>
<p>The limit is <code>metrics.max_endpoint_details</code> in the exporter's configuration. <code>for</code>: 15 minutes. To ignore a workspace, add a rule to a file of your own:</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:ignored
  expr: vector(1)
  labels: {workspace_id: WORKSPACE_ID}
</code></pre>
"""#,
            chinese: #"""
<h2 id="含义">含义</h2>
<p>工作空间的某一列表（由 <code>listing</code> 标签给出，通常是 <code>endpoints</code>）中需要明细的记录多于 <code>metrics.max_endpoint_details</code>（默认 1000）。优先保留有错误码的记录，其次是处于当前状态时间最长的记录。</p>
<h2 id="影响">影响</h2>
<p>被舍弃的端点没有单独的告警，而是按类型和状态合并为没有 <code>endpoint_id</code> 的告警。数量和汇总仍然准确。</p>
<h2 id="诊断">诊断</h2>
<ol>
<li>首先检查是否有大范围问题。这么多端点同时有问题通常出于同一原因：</li>
</ol>
<pre tabindex="0"><code class="language-promql">sum by (workspace, endpoint_type, status) (dataarts_fabric_endpoints{status!~&quot;RUNNING|INACTIVE|DELETED&quot;, visibility!=&quot;PUBLIC&quot;}) &gt; 0
</code></pre>
<pre tabindex="0"><code class="language-promql">topk(5, sum by (workspace, error_code) (dataarts_fabric_endpoints_with_error{visibility!=&quot;PUBLIC&quot;}))
</code></pre>
<ol start="2">
<li>有多少：</li>
</ol>
<pre tabindex="0"><code class="language-promql">dataarts_fabric_workspace_dropped_details &gt; 0
</code></pre>
<ol start="3">
<li>还是对所有端点开启了明细（<code>metrics.endpoint_details: all</code>）？</li>
</ol>
<h2 id="处置">处置</h2>
<ul>
<li>同一原因：将其消除；各错误码的处理办法见 <a href="DataArtsFabricEndpointFailed?lang=zh">DataArtsFabricEndpointFailed</a>。</li>
<li>对所有端点开启了明细且超过限制：增大 <code>metrics.max_endpoint_details</code>（每个端点约三条序列），或改用 <code>problems</code>。</li>
</ul>
<h3 id="参数">参数</h3>
<p>上限为 Exporter 配置中的 <code>metrics.max_endpoint_details</code>。<code>for</code>：15 分钟。要忽略某个工作空间，请在自己的规则文件中添加：</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:ignored
  expr: vector(1)
  labels: {workspace_id: WORKSPACE_ID}
</code></pre>
"""#))

    private static let discoveryFailing = RunbookText(
        alerts: ["DataArtsFabricDiscoveryFailing"],
        body: Body(
            english: #"""
<h2 id="meaning">Meaning</h2>
<p>Discovery of a source has failed for 15 minutes: the exporter cannot list its workspaces.</p>
<h2 id="impact">Impact</h2>
<p>Workspaces found before and configured workspaces are still polled. New workspaces are not found, and deleted ones fail until discovery recovers. After a restart of the exporter the source has no discovered workspaces at all.</p>
<h2 id="diagnosis">Diagnosis</h2>
<ol>
<li>First read the reason; remedies are under <a href="#mitigation">Mitigation</a>:</li>
</ol>
<pre tabindex="0"><code class="language-promql">sum by (source, reason) (increase(dataarts_fabric_discovery_failures_total[1h])) &gt; 0
</code></pre>
<ol start="2">
<li>State of discovery, and its last result:</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s &quot;http://$EXPORTER:9942/api/v1/status&quot; | jq '.sources[] | {name, discovery}'
</code></pre>
<ol start="3">
<li>The same request by hand:</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -si -H &quot;X-Auth-Token: $TOKEN&quot; &quot;https://fabric.$REGION.myhuaweicloud.com/v1/workspaces?limit=1&quot;
</code></pre>
<h2 id="mitigation">Mitigation</h2>
<p>If discovery succeeds but finds nothing, see <a href="DataArtsFabricWorkspacesLost?lang=en">DataArtsFabricWorkspacesLost</a>.</p>
<p>Reasons and remedies are the same as in <a href="DataArtsFabricWorkspaceFailing?lang=en#mitigation">DataArtsFabricWorkspaceFailing</a>, except:</p>
<div class="scroll" role="region" aria-label="Mitigation" tabindex="0"><table>
<thead>
<tr><th scope="col"><code>reason</code></th>
<th scope="col">remedy</th>
</tr>
</thead>
<tbody>
<tr><th scope="row" id="forbidden"><code>forbidden</code></th><td class="text" data-title="remedy">Grant the IAM action <code>DataArtsFabric:workspace:list</code> and access to <code>discovery.enterprise_project_id</code> to the credential's user or agency, or configure <code>workspaces</code> instead of <code>discovery</code>.</td></tr>
<tr><th scope="row" id="not_found"><code>not_found</code></th><td class="text" data-title="remedy">The API was not found at https://fabric.$REGION.myhuaweicloud.com: check <code>base_url</code> and <code>region</code>. DataArts Fabric is not available in every region.</td></tr>
<tr><th scope="row" id="bad_request"><code>bad_request</code></th><td class="text" data-title="remedy">The API rejected the request: check <code>base_url</code>, <code>discovery.name</code> and <code>enterprise_project_id</code>.</td></tr>
</tbody>
</table></div>
<p>Until discovery recovers, list important workspaces under <code>workspaces</code> in the configuration.</p>
<h3 id="parameters">Parameters</h3>
<p>No threshold. <code>for</code>: 15 minutes. To silence the alert during planned work, create a silence for its name and <code>source</code> in Alertmanager.</p>
"""#,
            chinese: #"""
<h2 id="含义">含义</h2>
<p>某个数据源的发现已失败 15 分钟：Exporter 无法列出其工作空间。</p>
<h2 id="影响">影响</h2>
<p>之前发现的和已配置的工作空间仍在轮询。新的工作空间无法发现，已删除的会一直失败，直到发现恢复。Exporter 重启后，该数据源将没有任何已发现的工作空间。</p>
<h2 id="诊断">诊断</h2>
<ol>
<li>首先查看原因，处理办法见<a href="#%E5%A4%84%E7%BD%AE">处置</a>：</li>
</ol>
<pre tabindex="0"><code class="language-promql">sum by (source, reason) (increase(dataarts_fabric_discovery_failures_total[1h])) &gt; 0
</code></pre>
<ol start="2">
<li>发现的状态，以及最近一次的结果：</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s &quot;http://$EXPORTER:9942/api/v1/status&quot; | jq '.sources[] | {name, discovery}'
</code></pre>
<ol start="3">
<li>手工发送同样的请求：</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -si -H &quot;X-Auth-Token: $TOKEN&quot; &quot;https://fabric.$REGION.myhuaweicloud.com/v1/workspaces?limit=1&quot;
</code></pre>
<h2 id="处置">处置</h2>
<p>发现正常但没有找到任何工作空间的情况，见 <a href="DataArtsFabricWorkspacesLost?lang=zh">DataArtsFabricWorkspacesLost</a>。</p>
<p>原因和处理与 <a href="DataArtsFabricWorkspaceFailing?lang=zh#%E5%A4%84%E7%BD%AE">DataArtsFabricWorkspaceFailing</a> 相同，不同之处：</p>
<div class="scroll" role="region" aria-label="处置" tabindex="0"><table>
<thead>
<tr><th scope="col"><code>reason</code></th>
<th scope="col">处理</th>
</tr>
</thead>
<tbody>
<tr><th scope="row" id="forbidden"><code>forbidden</code></th><td class="text" data-title="处理">请为凭证的用户或委托授予授权项 <code>DataArtsFabric:workspace:list</code> 以及对 <code>discovery.enterprise_project_id</code> 的访问权限，或改用 <code>workspaces</code> 代替 <code>discovery</code>。</td></tr>
<tr><th scope="row" id="not_found"><code>not_found</code></th><td class="text" data-title="处理">在 https://fabric.$REGION.myhuaweicloud.com 没有找到 API：请检查 <code>base_url</code> 和 <code>region</code>。并非所有区域都提供 DataArts Fabric。</td></tr>
<tr><th scope="row" id="bad_request"><code>bad_request</code></th><td class="text" data-title="处理">API 拒绝了请求：请检查 <code>base_url</code>、<code>discovery.name</code> 和 <code>enterprise_project_id</code>。</td></tr>
</tbody>
</table></div>
<p>修复之前，可在配置的 <code>workspaces</code> 中列出重要的工作空间。</p>
<h3 id="参数">参数</h3>
<p>没有阈值。<code>for</code>：15 分钟。计划内的操作期间，可在 Alertmanager 中按告警名称和 <code>source</code> 创建静默。</p>
"""#))

    private static let endpointAbnormal = RunbookText(
        alerts: ["DataArtsFabricEndpointAbnormal"],
        body: Body(
            english: #"""
<h2 id="meaning">Meaning</h2>
<p>An endpoint is <code>ABNORMAL</code>: it exists, but the service reports it as unhealthy. The label <code>error_code</code> gives the error code if there is one. While the API cannot be read,
the alert keeps firing.</p>
<p>An alert without <code>endpoint_id</code> covers abnormal endpoints without details (<code>metrics.endpoint_details</code>).</p>
<h2 id="impact">Impact</h2>
<p>Requests and jobs that use the endpoint may fail. It may still reserve capacity; see <a href="DataArtsFabricCapacityIdle?lang=en">DataArtsFabricCapacityIdle</a>.</p>
<h2 id="diagnosis">Diagnosis</h2>
<ol>
<li>First read the message of the error code on the status page. The resolution of each code is in the <a href="DataArtsFabricEndpointFailed?lang=en#diagnosis">error code table</a>:</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s &quot;http://$EXPORTER:9942/api/v1/status?workspace_id=$WORKSPACE_ID&quot; | jq '.workspaces[].listings[].served.problems'
</code></pre>
<ol start="2">
<li>Abnormal endpoints with their error codes, and their age in seconds:</li>
</ol>
<pre tabindex="0"><code class="language-promql">endpoint:dataarts_fabric_status_age_seconds:held{status=&quot;ABNORMAL&quot;}
</code></pre>
<ol start="3">
<li>Several abnormal endpoints at once suggest a cause in the service or in a shared resource:</li>
</ol>
<pre tabindex="0"><code class="language-promql">sum by (source, workspace, endpoint_type) (dataarts_fabric_endpoints{status=&quot;ABNORMAL&quot;, visibility!=&quot;PUBLIC&quot;}) &gt; 0
</code></pre>
<ol start="4">
<li>In the console: the endpoint's page in DataArts Fabric, its events, logs and monitoring.</li>
</ol>
<h2 id="mitigation">Mitigation</h2>
<ul>
<li>Fix the cause given by the code or the events, for example a worker that cannot start or an image that cannot be read.</li>
<li>If the service is repairing the endpoint, wait; if it stays abnormal, update or recreate it.</li>
<li>If you find no cause, open a service ticket with the endpoint's id.</li>
</ul>
<h3 id="parameters">Parameters</h3>
<p>No threshold. <code>for</code>: 2 minutes. To ignore an endpoint, add a rule to a file of your own:</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:ignored
  expr: vector(1)
  labels: {workspace_id: WORKSPACE_ID, endpoint_id: ENDPOINT_ID}
</code></pre>
"""#,
            chinese: #"""
<h2 id="含义">含义</h2>
<p>端点处于 <code>ABNORMAL</code>：端点存在，但服务认为其不健康。如有错误码，见 <code>error_code</code> 标签。API 无法读取期间告警保持原样。</p>
<p>没有 <code>endpoint_id</code> 的告警涵盖没有明细的异常端点（<code>metrics.endpoint_details</code>）。</p>
<h2 id="影响">影响</h2>
<p>使用该端点的请求和作业可能失败。端点可能仍占用预留容量，参见 <a href="DataArtsFabricCapacityIdle?lang=zh">DataArtsFabricCapacityIdle</a>。</p>
<h2 id="诊断">诊断</h2>
<ol>
<li>首先在状态页查看错误码对应的消息。各错误码的处理办法见<a href="DataArtsFabricEndpointFailed?lang=zh#%E8%AF%8A%E6%96%AD">错误码表</a>：</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s &quot;http://$EXPORTER:9942/api/v1/status?workspace_id=$WORKSPACE_ID&quot; | jq '.workspaces[].listings[].served.problems'
</code></pre>
<ol start="2">
<li>异常的端点及其错误码和时长（秒）：</li>
</ol>
<pre tabindex="0"><code class="language-promql">endpoint:dataarts_fabric_status_age_seconds:held{status=&quot;ABNORMAL&quot;}
</code></pre>
<ol start="3">
<li>多个端点同时异常，说明问题可能在服务或它们共用的资源：</li>
</ol>
<pre tabindex="0"><code class="language-promql">sum by (source, workspace, endpoint_type) (dataarts_fabric_endpoints{status=&quot;ABNORMAL&quot;, visibility!=&quot;PUBLIC&quot;}) &gt; 0
</code></pre>
<ol start="4">
<li>控制台：DataArts Fabric 中该端点的页面，查看事件、日志和监控。</li>
</ol>
<h2 id="处置">处置</h2>
<ul>
<li>消除错误码或事件所指的原因，例如 worker 无法启动或镜像无法读取。</li>
<li>如果服务正在修复，请等待；如果持续，更新或重新创建端点。</li>
<li>找不到原因：附上端点 ID 提交工单。</li>
</ul>
<h3 id="参数">参数</h3>
<p>没有阈值。<code>for</code>：2 分钟。要忽略某个端点，请在自己的规则文件中添加：</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:ignored
  expr: vector(1)
  labels: {workspace_id: WORKSPACE_ID, endpoint_id: ENDPOINT_ID}
</code></pre>
"""#))

    private static let endpointError = RunbookText(
        alerts: ["DataArtsFabricEndpointError"],
        body: Body(
            english: #"""
<h2 id="meaning">Meaning</h2>
<p>An endpoint reports an <code>error_code</code> although it is neither failed, abnormal nor suspended: it is <code>RUNNING</code>, in transition or in an unknown status. Endpoints in the other phases raise
<a href="DataArtsFabricEndpointFailed?lang=en">DataArtsFabricEndpointFailed</a>, <a href="DataArtsFabricEndpointAbnormal?lang=en">DataArtsFabricEndpointAbnormal</a> or
<a href="DataArtsFabricEndpointSuspended?lang=en">DataArtsFabricEndpointSuspended</a> instead, with the code in the label <code>error_code</code>. <code>INACTIVE</code> endpoints were never enabled and raise no alert.</p>
<h2 id="impact">Impact</h2>
<p>The endpoint may serve with less capacity than requested, or not at all; an update or deletion in progress will probably fail. The code may also be left
from an earlier failed operation, while the endpoint works.</p>
<h2 id="diagnosis">Diagnosis</h2>
<ol>
<li>First read the message of the error code; the resolution of each code is in the <a href="DataArtsFabricEndpointFailed?lang=en#diagnosis">error code table</a>:</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s &quot;http://$EXPORTER:9942/api/v1/status?workspace_id=$WORKSPACE_ID&quot; | jq '.workspaces[].listings[].served.problems'
</code></pre>
<ol start="2">
<li>Affected endpoints:</li>
</ol>
<pre tabindex="0"><code class="language-promql">endpoint:dataarts_fabric_status_age_seconds:held{
  error_code!=&quot;&quot;, status!~&quot;.+_FAILED|ABNORMAL|FROZEN|ON_DEMAND_FROZEN|TRIAL_ENDED&quot;
}
</code></pre>
<ol start="3">
<li>Does the endpoint work? Run a query or a job on it, and query the API:</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; \
  &quot;https://fabric.$REGION.myhuaweicloud.com/v1/workspaces/$WORKSPACE_ID/endpoints?endpoint_id=$ENDPOINT_ID&amp;visibility=ALL&quot; | \
  jq '.endpoints[] | {status, error_code, error_msg, update_time}'
</code></pre>
<h2 id="mitigation">Mitigation</h2>
<ul>
<li>Fix the cause given by the code, then repeat the operation (create, update, delete) that failed.</li>
<li>If the endpoint works and the code remains, repeat the last update, which may clear the code of an earlier attempt; otherwise open a service ticket.</li>
<li>Until then, silence the alert for this <code>endpoint_id</code> and <code>error_code</code> in Alertmanager, so that another code still raises an alert.</li>
</ul>
<h3 id="parameters">Parameters</h3>
<p>No threshold. <code>for</code>: 2 minutes. To ignore an endpoint whatever its code, add a rule to a file of your own:</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:ignored
  expr: vector(1)
  labels: {workspace_id: WORKSPACE_ID, endpoint_id: ENDPOINT_ID}
</code></pre>
"""#,
            chinese: #"""
<h2 id="含义">含义</h2>
<p>端点报告了 <code>error_code</code>，但并未失败、异常或被暂停：它处于 <code>RUNNING</code>、变更中或未知状态。其他阶段的端点由 <a href="DataArtsFabricEndpointFailed?lang=zh">DataArtsFabricEndpointFailed</a>、<a href="DataArtsFabricEndpointAbnormal?lang=zh">DataArtsFabricEndpointAbnormal</a> 或 <a href="DataArtsFabricEndpointSuspended?lang=zh">DataArtsFabricEndpointSuspended</a> 告警，错误码见其 <code>error_code</code> 标签。<code>INACTIVE</code> 端点从未启用，不触发任何告警。</p>
<h2 id="影响">影响</h2>
<p>端点可能以低于申请的容量服务，或完全无法服务；正在进行的更新或删除很可能失败。也可能只是之前某次失败操作留下的痕迹，端点本身正常。</p>
<h2 id="诊断">诊断</h2>
<ol>
<li>首先查看错误码对应的消息；各错误码的处理办法见<a href="DataArtsFabricEndpointFailed?lang=zh#%E8%AF%8A%E6%96%AD">错误码表</a>：</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s &quot;http://$EXPORTER:9942/api/v1/status?workspace_id=$WORKSPACE_ID&quot; | jq '.workspaces[].listings[].served.problems'
</code></pre>
<ol start="2">
<li>受影响的端点：</li>
</ol>
<pre tabindex="0"><code class="language-promql">endpoint:dataarts_fabric_status_age_seconds:held{
  error_code!=&quot;&quot;, status!~&quot;.+_FAILED|ABNORMAL|FROZEN|ON_DEMAND_FROZEN|TRIAL_ENDED&quot;
}
</code></pre>
<ol start="3">
<li>端点是否可用？在其上运行一个查询或作业，并查询 API：</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; \
  &quot;https://fabric.$REGION.myhuaweicloud.com/v1/workspaces/$WORKSPACE_ID/endpoints?endpoint_id=$ENDPOINT_ID&amp;visibility=ALL&quot; | \
  jq '.endpoints[] | {status, error_code, error_msg, update_time}'
</code></pre>
<h2 id="处置">处置</h2>
<ul>
<li>消除错误码所指的原因，然后重复产生该错误的操作（创建、更新、删除）。</li>
<li>端点正常但错误码仍在：重复最近一次更新，可能会清除之前操作的错误码；否则提交工单。</li>
<li>在此之前，可在 Alertmanager 中针对该 <code>endpoint_id</code> 和 <code>error_code</code> 静默告警；出现其他错误码时仍会告警。</li>
</ul>
<h3 id="参数">参数</h3>
<p>没有阈值。<code>for</code>：2 分钟。要忽略某个端点的所有错误码，请在自己的规则文件中添加：</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:ignored
  expr: vector(1)
  labels: {workspace_id: WORKSPACE_ID, endpoint_id: ENDPOINT_ID}
</code></pre>
"""#))

    private static let endpointFailed = RunbookText(
        alerts: ["DataArtsFabricEndpointFailed"],
        body: Body(
            english: #"""
<h2 id="meaning">Meaning</h2>
<p>An endpoint has failed within the last 24 hours: it is in <code>CREATE_FAILED</code>, <code>UPDATE_FAILED</code>, <code>DELETE_FAILED</code> or another status that ends in <code>_FAILED</code>. It does not recover by itself.
The label <code>error_code</code> gives the error code if there is one. While the API cannot be read, the alert keeps firing. After 24 hours the warning
<a href="DataArtsFabricEndpointStillFailed?lang=en">DataArtsFabricEndpointStillFailed</a> replaces it.</p>
<p>An alert without <code>endpoint_id</code> covers failed endpoints without details. Their age is unknown, so they stay critical.</p>
<h2 id="impact">Impact</h2>
<ul>
<li><code>CREATE_FAILED</code>: the endpoint never served.</li>
<li><code>UPDATE_FAILED</code>: the change is not in effect. Whether the endpoint still serves with its previous configuration is not documented: test it.</li>
<li><code>DELETE_FAILED</code>: the endpoint still exists and may still reserve capacity.</li>
</ul>
<p>Failed endpoints may hold reserved capacity that is billed; see <a href="DataArtsFabricCapacityIdle?lang=en">DataArtsFabricCapacityIdle</a>.</p>
<h2 id="diagnosis">Diagnosis</h2>
<ol>
<li>First read the message of the error code. It is not exported as a label; the status page shows it, and the exporter's log has a line for each change:</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s &quot;http://$EXPORTER:9942/api/v1/status?workspace_id=$WORKSPACE_ID&quot; | jq '.workspaces[].listings[].served.problems'
</code></pre>
<ol start="2">
<li>Resolution by error code:</li>
</ol>
<div class="scroll" role="region" aria-label="Diagnosis" tabindex="0"><table>
<thead>
<tr><th scope="col"><code>error_code</code></th>
<th scope="col">resolution</th>
</tr>
</thead>
<tbody>
<tr><th scope="row"><code>dataartsfabric.00000001</code></th><td class="text" data-title="resolution">The service is busy. Retry after some minutes.</td></tr>
<tr><th scope="row"><code>dataartsfabric.00010003</code></th><td class="text" data-title="resolution">The workspace does not exist. Check its id, and that it belongs to the project.</td></tr>
<tr><th scope="row"><code>dataartsfabric.00010009</code></th><td class="text" data-title="resolution">A resource was not found. Check the ids that the endpoint refers to (image package, cache, model) and the project id.</td></tr>
<tr><th scope="row"><code>dataartsfabric.00010011</code></th><td class="text" data-title="resolution">The spec code is not valid. Choose one that the region offers (<code>GET /v1/specs?scenario=ENDPOINT</code>).</td></tr>
<tr><th scope="row"><code>dataartsfabric.00010022</code></th><td class="text" data-title="resolution">The feature is available to an allowlist only. Request it by service ticket.</td></tr>
<tr><th scope="row"><code>dataartsfabric.00010023</code></th><td class="text" data-title="resolution">A time has the wrong format. Correct the caller.</td></tr>
<tr><th scope="row"><code>dataartsfabric.00010024</code></th><td class="text" data-title="resolution">The service agency is invalid. Authorize the service again in the console, then create or update the endpoint again.</td></tr>
<tr><th scope="row"><code>dataartsfabric.00010195</code></th><td class="text" data-title="resolution">Inference is not enabled for the tenant. Enable it in the console.</td></tr>
<tr><th scope="row"><code>common.01000001</code></th><td class="text" data-title="resolution">The request could not be parsed. Check names, types and ranges of its parameters.</td></tr>
<tr><th scope="row"><code>common.00000408</code></th><td class="text" data-title="resolution">The service timed out. Retry.</td></tr>
<tr><th scope="row"><code>common.00000500</code></th><td class="text" data-title="resolution">Internal error. Retry; if it persists, open a service ticket with the endpoint id.</td></tr>
<tr><th scope="row">any other</th><td class="text" data-title="resolution">Read <code>error_msg</code> on the status page; search for the code in the error code page of the DataArts Fabric API reference.</td></tr>
</tbody>
</table></div>
<ol start="3">
<li>Failed endpoints with their error codes, and their age in seconds. Many with one code at the same time have one cause:</li>
</ol>
<pre tabindex="0"><code class="language-promql">endpoint:dataarts_fabric_status_age_seconds:held{status=~&quot;.+_FAILED&quot;}
</code></pre>
<ol start="4">
<li>Current state according to the API:</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; \
  &quot;https://fabric.$REGION.myhuaweicloud.com/v1/workspaces/$WORKSPACE_ID/endpoints?endpoint_id=$ENDPOINT_ID&amp;visibility=ALL&quot; | \
  jq '.endpoints[] | {status, error_code, error_msg, update_time}'
</code></pre>
<ol start="5">
<li>In the console: DataArts Fabric → the workspace → resource and endpoint management → the endpoint's details.</li>
</ol>
<h2 id="mitigation">Mitigation</h2>
<ul>
<li>Fix the cause given by the code, then create or update the endpoint again.</li>
<li><code>CREATE_FAILED</code>: delete the failed endpoint; it does not recover.</li>
<li><code>DELETE_FAILED</code>: end jobs and sessions that still use it, then delete it again.</li>
<li>A failed endpoint that is not needed: delete it. The alert resolves when the endpoint has left the listing.</li>
</ul>
<h3 id="parameters">Parameters</h3>
<p><code>dataarts_fabric:endpoint_failed_critical_seconds:threshold</code>: the time in the status for which the alert fires, 24 hours. <code>for</code>: 2 minutes.
To change it or to ignore an endpoint, add rules to a file of your own:</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:endpoint_failed_critical_seconds:threshold
  expr: vector(8 * 60 * 60)
- record: dataarts_fabric:ignored
  expr: vector(1)
  labels: {workspace_id: WORKSPACE_ID, endpoint_id: ENDPOINT_ID}
</code></pre>
"""#,
            chinese: #"""
<h2 id="含义">含义</h2>
<p>端点在最近 24 小时内失败：进入了 <code>CREATE_FAILED</code>、<code>UPDATE_FAILED</code>、<code>DELETE_FAILED</code> 或其他以 <code>_FAILED</code> 结尾的状态，不会自行恢复。如有错误码，见 <code>error_code</code> 标签。API 无法读取期间告警保持原样。24 小时后由警告 <a href="DataArtsFabricEndpointStillFailed?lang=zh">DataArtsFabricEndpointStillFailed</a> 取代。</p>
<p>没有 <code>endpoint_id</code> 的告警涵盖没有明细的失败端点；其时长未知，因此一直为严重。</p>
<h2 id="影响">影响</h2>
<ul>
<li><code>CREATE_FAILED</code>：端点从未提供服务。</li>
<li><code>UPDATE_FAILED</code>：变更未生效。端点是否仍以原配置服务，文档没有说明，请实际验证。</li>
<li><code>DELETE_FAILED</code>：端点仍然存在，可能仍占用预留容量。</li>
</ul>
<p>失败的端点可能继续占用需要付费的预留容量，参见 <a href="DataArtsFabricCapacityIdle?lang=zh">DataArtsFabricCapacityIdle</a>。</p>
<h2 id="诊断">诊断</h2>
<ol>
<li>首先查看错误码对应的消息。消息不作为标签输出；状态页会显示，每次变化时也会写入 Exporter 日志：</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s &quot;http://$EXPORTER:9942/api/v1/status?workspace_id=$WORKSPACE_ID&quot; | jq '.workspaces[].listings[].served.problems'
</code></pre>
<ol start="2">
<li>各错误码的处理办法：</li>
</ol>
<div class="scroll" role="region" aria-label="诊断" tabindex="0"><table>
<thead>
<tr><th scope="col"><code>error_code</code></th>
<th scope="col">处理办法</th>
</tr>
</thead>
<tbody>
<tr><th scope="row"><code>dataartsfabric.00000001</code></th><td class="text" data-title="处理办法">服务繁忙。等待几分钟后重试。</td></tr>
<tr><th scope="row"><code>dataartsfabric.00010003</code></th><td class="text" data-title="处理办法">工作空间不存在。检查工作空间 ID 以及项目是否正确。</td></tr>
<tr><th scope="row"><code>dataartsfabric.00010009</code></th><td class="text" data-title="处理办法">资源不存在。检查端点引用的 ID（镜像包、缓存、模型）以及项目 ID。</td></tr>
<tr><th scope="row"><code>dataartsfabric.00010011</code></th><td class="text" data-title="处理办法">规格编码无效。从该区域提供的规格中选择（<code>GET /v1/specs?scenario=ENDPOINT</code>）。</td></tr>
<tr><th scope="row"><code>dataartsfabric.00010022</code></th><td class="text" data-title="处理办法">该特性仅对白名单开放。请提交工单申请。</td></tr>
<tr><th scope="row"><code>dataartsfabric.00010023</code></th><td class="text" data-title="处理办法">时间格式错误。请修正调用方。</td></tr>
<tr><th scope="row"><code>dataartsfabric.00010024</code></th><td class="text" data-title="处理办法">服务委托异常。在控制台重新授权，然后重新创建或更新端点。</td></tr>
<tr><th scope="row"><code>dataartsfabric.00010195</code></th><td class="text" data-title="处理办法">租户未开通推理功能。请在控制台开通。</td></tr>
<tr><th scope="row"><code>common.01000001</code></th><td class="text" data-title="处理办法">请求无法解析。检查所发送参数的名称、类型和范围。</td></tr>
<tr><th scope="row"><code>common.00000408</code></th><td class="text" data-title="处理办法">服务端超时。请重试。</td></tr>
<tr><th scope="row"><code>common.00000500</code></th><td class="text" data-title="处理办法">内部错误。请重试；如果持续出现，请附上端点 ID 提交工单。</td></tr>
<tr><th scope="row">其他</th><td class="text" data-title="处理办法">在状态页查看 <code>error_msg</code>，并在 DataArts Fabric API 参考的错误码页面中检索该错误码。</td></tr>
</tbody>
</table></div>
<ol start="3">
<li>失败的端点及其错误码和时长（秒）。很多端点同时出现同一错误码，通常出于同一原因：</li>
</ol>
<pre tabindex="0"><code class="language-promql">endpoint:dataarts_fabric_status_age_seconds:held{status=~&quot;.+_FAILED&quot;}
</code></pre>
<ol start="4">
<li>API 当前返回（状态可能已经变化）：</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; \
  &quot;https://fabric.$REGION.myhuaweicloud.com/v1/workspaces/$WORKSPACE_ID/endpoints?endpoint_id=$ENDPOINT_ID&amp;visibility=ALL&quot; | \
  jq '.endpoints[] | {status, error_code, error_msg, update_time}'
</code></pre>
<ol start="5">
<li>控制台：DataArts Fabric → 工作空间 → 资源与端点管理 → 端点详情。</li>
</ol>
<h2 id="处置">处置</h2>
<ul>
<li>消除错误码所指的原因，然后重新创建或更新端点。</li>
<li><code>CREATE_FAILED</code>：删除失败的端点；等待不会使其恢复。</li>
<li><code>DELETE_FAILED</code>：结束仍在使用它的作业和会话，然后再次删除。</li>
<li>不再需要的失败端点：直接删除。列表中不再有该端点后告警恢复。</li>
</ul>
<h3 id="参数">参数</h3>
<p><code>dataarts_fabric:endpoint_failed_critical_seconds:threshold</code>：进入该状态后本告警触发的时长，24 小时。<code>for</code>：2 分钟。要修改它或忽略某个端点，请在自己的规则文件中添加：</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:endpoint_failed_critical_seconds:threshold
  expr: vector(8 * 60 * 60)
- record: dataarts_fabric:ignored
  expr: vector(1)
  labels: {workspace_id: WORKSPACE_ID, endpoint_id: ENDPOINT_ID}
</code></pre>
"""#))

    private static let endpointStillFailed = RunbookText(
        alerts: ["DataArtsFabricEndpointStillFailed"],
        body: Body(
            english: #"""
<h2 id="meaning">Meaning</h2>
<p>An endpoint has been in a <code>*_FAILED</code> status for more than 24 hours. It replaces the critical alert <a href="DataArtsFabricEndpointFailed?lang=en">DataArtsFabricEndpointFailed</a> as a warning:
the failure is known, but the endpoint still exists. It does not recover by itself.</p>
<p>The age needs endpoint details: failed endpoints without details have no known age and stay in <code>DataArtsFabricEndpointFailed</code>.</p>
<h2 id="impact">Impact</h2>
<p>The same as in the first 24 hours: the endpoint does not serve as intended, and may hold reserved capacity that is billed until it is deleted
(<a href="DataArtsFabricCapacityIdle?lang=en">DataArtsFabricCapacityIdle</a>).</p>
<h2 id="diagnosis">Diagnosis</h2>
<ol>
<li>
<p>First find out whether someone needs the endpoint: ask the owner (label <code>owner</code>). The error code is in the label <code>error_code</code>; its resolution is in the
<a href="DataArtsFabricEndpointFailed?lang=en#diagnosis">error code table</a>.</p>
</li>
<li>
<p>Failed endpoints, the oldest first, with their age in days:</p>
</li>
</ol>
<pre tabindex="0"><code class="language-promql">sort_desc(endpoint:dataarts_fabric_status_age_seconds:held{status=~&quot;.+_FAILED&quot;}) / 86400
</code></pre>
<ol start="3">
<li>Messages of the error codes:</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s &quot;http://$EXPORTER:9942/api/v1/status?workspace_id=$WORKSPACE_ID&quot; | jq '.workspaces[].listings[].served.problems'
</code></pre>
<h2 id="mitigation">Mitigation</h2>
<ul>
<li>Not needed: delete the endpoint in the console. The alert resolves when the endpoint has left the listing.</li>
<li>Needed: fix the cause given by the error code, then create or update the endpoint again.</li>
<li>It must stay, for example as evidence for a service ticket: ignore it (below).</li>
</ul>
<h3 id="parameters">Parameters</h3>
<p><code>dataarts_fabric:endpoint_failed_critical_seconds:threshold</code>: the age at which a failed endpoint changes from critical to warning, 24 hours. <code>for</code>: 2 minutes.
To change it or to ignore an endpoint, add rules to a file of your own:</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:endpoint_failed_critical_seconds:threshold
  expr: vector(3 * 24 * 60 * 60)
- record: dataarts_fabric:ignored
  expr: vector(1)
  labels: {workspace_id: WORKSPACE_ID, endpoint_id: ENDPOINT_ID}
</code></pre>
"""#,
            chinese: #"""
<h2 id="含义">含义</h2>
<p>端点处于 <code>*_FAILED</code> 状态已超过 24 小时。本警告取代严重告警 <a href="DataArtsFabricEndpointFailed?lang=zh">DataArtsFabricEndpointFailed</a>：故障已知，但端点仍然存在，且不会自行恢复。</p>
<p>计算时长需要端点明细：没有明细的失败端点时长未知，一直由 <code>DataArtsFabricEndpointFailed</code> 告警。</p>
<h2 id="影响">影响</h2>
<p>与前 24 小时相同：端点不能正常服务，并可能占用预留容量，在删除之前持续计费（<a href="DataArtsFabricCapacityIdle?lang=zh">DataArtsFabricCapacityIdle</a>）。</p>
<h2 id="诊断">诊断</h2>
<ol>
<li>
<p>首先确认是否还有人需要该端点：询问所有者（<code>owner</code> 标签）。错误码见 <code>error_code</code> 标签，处理办法见<a href="DataArtsFabricEndpointFailed?lang=zh#%E8%AF%8A%E6%96%AD">错误码表</a>。</p>
</li>
<li>
<p>失败的端点，时间最长的在前，单位为天：</p>
</li>
</ol>
<pre tabindex="0"><code class="language-promql">sort_desc(endpoint:dataarts_fabric_status_age_seconds:held{status=~&quot;.+_FAILED&quot;}) / 86400
</code></pre>
<ol start="3">
<li>错误码对应的消息：</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s &quot;http://$EXPORTER:9942/api/v1/status?workspace_id=$WORKSPACE_ID&quot; | jq '.workspaces[].listings[].served.problems'
</code></pre>
<h2 id="处置">处置</h2>
<ul>
<li>不再需要：在控制台删除端点。列表中不再有该端点后告警恢复。</li>
<li>仍然需要：消除错误码所指的原因，然后重新创建或更新端点。</li>
<li>必须保留，例如作为工单的依据：将其忽略（见下）。</li>
</ul>
<h3 id="参数">参数</h3>
<p><code>dataarts_fabric:endpoint_failed_critical_seconds:threshold</code>：失败的端点由严重转为警告的时长，24 小时。<code>for</code>：2 分钟。要修改它或忽略某个端点，请在自己的规则文件中添加：</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:endpoint_failed_critical_seconds:threshold
  expr: vector(3 * 24 * 60 * 60)
- record: dataarts_fabric:ignored
  expr: vector(1)
  labels: {workspace_id: WORKSPACE_ID, endpoint_id: ENDPOINT_ID}
</code></pre>
"""#))

    private static let endpointStuck = RunbookText(
        alerts: ["DataArtsFabricEndpointStuck", "DataArtsFabricEndpointStuckCritical"],
        body: Body(
            english: #"""
<h2 id="meaning">Meaning</h2>
<p>An endpoint is stuck: it has been <code>CREATING</code>, <code>UPDATING</code> or <code>DELETING</code> for longer than the threshold. <code>DataArtsFabricEndpointStuck</code> is the warning, after 30 minutes;
<code>DataArtsFabricEndpointStuckCritical</code> is the critical stage, after 2 hours. Both continue until the endpoint leaves the status.</p>
<p>The time is measured from the entry into the status to the last complete listing, so it does not grow while the API cannot be read, and the alert keeps firing.
After a restart of the exporter, the start time of an <code>UPDATING</code> or <code>DELETING</code> endpoint may be later than in reality: the alert may be late, but is never false.</p>
<p>An alert without <code>endpoint_id</code> covers endpoints without details, because <code>metrics.endpoint_details</code> is <code>none</code> or <code>metrics.max_endpoint_details</code> was exceeded.</p>
<h2 id="impact">Impact</h2>
<ul>
<li><code>CREATING</code>: jobs, services and SQL sessions that need the endpoint do not start.</li>
<li><code>UPDATING</code>: a change of capacity or configuration is not in effect. Whether the endpoint serves in the meantime depends on its type.</li>
<li><code>DELETING</code>: the endpoint may still reserve capacity and count against the quota.</li>
</ul>
<h2 id="diagnosis">Diagnosis</h2>
<ol>
<li>First read the error code (label <code>error_code</code> of the alert) and its message. With a code, continue with the <a href="DataArtsFabricEndpointFailed?lang=en#diagnosis">error code table</a>:</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s &quot;http://$EXPORTER:9942/api/v1/status?workspace_id=$WORKSPACE_ID&quot; | jq '.workspaces[].listings[].served.problems'
</code></pre>
<ol start="2">
<li>Stuck endpoints and their age in seconds. If many of one type or source started at the same time, suspect the service or the quota:</li>
</ol>
<pre tabindex="0"><code class="language-promql">sort_desc(
  endpoint:dataarts_fabric_status_age_seconds:held
  and on (source, workspace_id, endpoint_id, endpoint_type, status, visibility)
  endpoint:dataarts_fabric_transition_seconds:threshold
)
</code></pre>
<ol start="3">
<li>Current state according to the API:</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; \
  &quot;https://fabric.$REGION.myhuaweicloud.com/v1/workspaces/$WORKSPACE_ID/endpoints?endpoint_id=$ENDPOINT_ID&amp;visibility=ALL&quot; | \
  jq '.endpoints[] | {status, error_code, error_msg, update_time}'
</code></pre>
<ol start="4">
<li>In the console: DataArts Fabric → the workspace → resource and endpoint management → the endpoint's details. Check its messages and the account's quotas.</li>
</ol>
<h2 id="mitigation">Mitigation</h2>
<ul>
<li>With an <code>error_code</code>: follow the <a href="DataArtsFabricEndpointFailed?lang=en#diagnosis">error code table</a>.</li>
<li><code>CREATING</code> or <code>UPDATING</code> without a code: check quota and <code>spec_code</code>; request less capacity and retry, or delete the endpoint and create it again.</li>
<li><code>DELETING</code>: end the jobs, sessions and deployed services that still use the endpoint, then delete it again.</li>
<li>If it remains stuck, open a service ticket with workspace id, endpoint id and start time, and the <code>X-request-id</code> of the request above (<code>curl -i</code> shows it).</li>
</ul>
<h3 id="parameters">Parameters</h3>
<p><code>dataarts_fabric:endpoint_transition_seconds:threshold</code>, per status: 30 minutes (<code>level: warning</code>) and 2 hours (<code>level: critical</code>). <code>for</code>: 2 minutes.
If such endpoints are expected to take longer in your environment, or to ignore one, add rules to a file of your own:</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:endpoint_transition_seconds:threshold
  expr: vector(3 * 60 * 60)
  labels: {level: critical, status: CREATING, endpoint_type: ray}
- record: dataarts_fabric:ignored
  expr: vector(1)
  labels: {workspace_id: WORKSPACE_ID, endpoint_id: ENDPOINT_ID}
</code></pre>
<p>The threshold of each endpoint in transition, as the alerts use it:</p>
<pre tabindex="0"><code class="language-promql">endpoint:dataarts_fabric_transition_seconds:threshold
</code></pre>
"""#,
            chinese: #"""
<h2 id="含义">含义</h2>
<p>端点卡住：处于 <code>CREATING</code>、<code>UPDATING</code> 或 <code>DELETING</code> 的时间超过了阈值。<code>DataArtsFabricEndpointStuck</code> 为警告，默认 30 分钟；<code>DataArtsFabricEndpointStuckCritical</code> 为严重，默认 2 小时。两者都持续到端点离开该状态为止。</p>
<p>时间从端点进入该状态起算，到最近一次完整列表为止；API 无法读取期间时间不再增长，告警保持原样。Exporter 重启后，<code>UPDATING</code>、<code>DELETING</code> 端点的起始时间可能晚于实际：告警可能迟到，但不会误报。</p>
<p>没有 <code>endpoint_id</code> 的告警涵盖没有明细的端点：<code>metrics.endpoint_details</code> 为 <code>none</code>，或超过了 <code>metrics.max_endpoint_details</code>。</p>
<h2 id="影响">影响</h2>
<ul>
<li><code>CREATING</code>：等待该端点的作业、服务和 SQL 会话无法启动。</li>
<li><code>UPDATING</code>：容量或配置的变更尚未生效；期间是否继续服务取决于端点类型。</li>
<li><code>DELETING</code>：端点可能仍占用预留容量和配额。</li>
</ul>
<h2 id="诊断">诊断</h2>
<ol>
<li>首先查看错误码（告警的 <code>error_code</code> 标签）及其消息。有错误码时，按<a href="DataArtsFabricEndpointFailed?lang=zh#%E8%AF%8A%E6%96%AD">错误码表</a>继续：</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s &quot;http://$EXPORTER:9942/api/v1/status?workspace_id=$WORKSPACE_ID&quot; | jq '.workspaces[].listings[].served.problems'
</code></pre>
<ol start="2">
<li>变更中的端点及其持续的秒数。如果同一类型或同一数据源的很多端点同时开始，应怀疑服务本身或配额：</li>
</ol>
<pre tabindex="0"><code class="language-promql">sort_desc(
  endpoint:dataarts_fabric_status_age_seconds:held
  and on (source, workspace_id, endpoint_id, endpoint_type, status, visibility)
  endpoint:dataarts_fabric_transition_seconds:threshold
)
</code></pre>
<ol start="3">
<li>API 当前返回：</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; \
  &quot;https://fabric.$REGION.myhuaweicloud.com/v1/workspaces/$WORKSPACE_ID/endpoints?endpoint_id=$ENDPOINT_ID&amp;visibility=ALL&quot; | \
  jq '.endpoints[] | {status, error_code, error_msg, update_time}'
</code></pre>
<ol start="4">
<li>控制台：DataArts Fabric → 工作空间 → 资源与端点管理 → 端点详情。查看消息，并检查账号的配额。</li>
</ol>
<h2 id="处置">处置</h2>
<ul>
<li>有 <code>error_code</code>：按<a href="DataArtsFabricEndpointFailed?lang=zh#%E8%AF%8A%E6%96%AD">错误码表</a>处理。</li>
<li><code>CREATING</code> 或 <code>UPDATING</code> 且没有错误码：检查配额和 <code>spec_code</code>；降低申请的容量后重试，或删除端点后重新创建。</li>
<li><code>DELETING</code>：结束仍在使用该端点的作业、会话和已部署的服务，然后再次删除。</li>
<li>仍无效：提交工单，附上工作空间 ID、端点 ID、起始时间以及上面请求返回的 <code>X-request-id</code>（用 <code>curl -i</code> 查看）。</li>
</ul>
<h3 id="参数">参数</h3>
<p><code>dataarts_fabric:endpoint_transition_seconds:threshold</code>，按状态设置：30 分钟（<code>level: warning</code>）和 2 小时（<code>level: critical</code>）。<code>for</code>：2 分钟。如果这类端点在您的环境中本来就需要更久，或者要忽略某个端点，请在自己的规则文件中添加：</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:endpoint_transition_seconds:threshold
  expr: vector(3 * 60 * 60)
  labels: {level: critical, status: CREATING, endpoint_type: ray}
- record: dataarts_fabric:ignored
  expr: vector(1)
  labels: {workspace_id: WORKSPACE_ID, endpoint_id: ENDPOINT_ID}
</code></pre>
<p>每个变更中的端点实际使用的阈值：</p>
<pre tabindex="0"><code class="language-promql">endpoint:dataarts_fabric_transition_seconds:threshold
</code></pre>
"""#))

    private static let endpointSuspended = RunbookText(
        alerts: ["DataArtsFabricEndpointSuspended"],
        body: Body(
            english: #"""
<h2 id="meaning">Meaning</h2>
<p>An endpoint is suspended: it is <code>FROZEN</code> or <code>ON_DEMAND_FROZEN</code>, or its trial has ended (<code>TRIAL_ENDED</code>). The service suspends endpoints usually because of a billing issue.</p>
<p>An alert without <code>endpoint_id</code> covers suspended endpoints without details (<code>metrics.endpoint_details</code>).</p>
<h2 id="impact">Impact</h2>
<p>The endpoint does not serve. Frozen resources are usually kept for some time and then permanently deleted, including their data.</p>
<h2 id="diagnosis">Diagnosis</h2>
<ol>
<li>First check the account in the console: Billing Center (balance, arrears, unpaid orders). Is the whole account affected? Then several workspaces or sources have suspended endpoints:</li>
</ol>
<pre tabindex="0"><code class="language-promql">count by (source, status) (endpoint:dataarts_fabric_status_age_seconds:held{status=~&quot;FROZEN|ON_DEMAND_FROZEN|TRIAL_ENDED&quot;})
</code></pre>
<ol start="2">
<li>Suspended endpoints, and their age in seconds:</li>
</ol>
<pre tabindex="0"><code class="language-promql">endpoint:dataarts_fabric_status_age_seconds:held{status=~&quot;FROZEN|ON_DEMAND_FROZEN|TRIAL_ENDED&quot;}
</code></pre>
<ol start="3">
<li>Single endpoints, without details:</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; &quot;https://fabric.$REGION.myhuaweicloud.com/v1/workspaces/$WORKSPACE_ID/endpoints?limit=100&quot; | \
  jq '.endpoints[] | select(.status | test(&quot;FROZEN|TRIAL_ENDED&quot;)) | {id, name, type, status}'
</code></pre>
<h2 id="mitigation">Mitigation</h2>
<ul>
<li>Arrears: top up the account or pay the order; the service then unfreezes the endpoints.</li>
<li>Trial ended: order the paid version of the endpoint, or delete it.</li>
<li>Frozen for another reason (security, account verification): open a service ticket.</li>
<li>Not needed: delete the endpoint.</li>
</ul>
<h3 id="parameters">Parameters</h3>
<p>No threshold. <code>for</code>: 2 minutes. To ignore an endpoint or, without <code>endpoint_id</code>, a workspace, add a rule to a file of your own:</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:ignored
  expr: vector(1)
  labels: {workspace_id: WORKSPACE_ID, endpoint_id: ENDPOINT_ID}
</code></pre>
"""#,
            chinese: #"""
<h2 id="含义">含义</h2>
<p>端点被暂停：处于 <code>FROZEN</code> 或 <code>ON_DEMAND_FROZEN</code>，或试用已结束（<code>TRIAL_ENDED</code>）。服务暂停端点，原因通常是欠费等账务问题。</p>
<p>没有 <code>endpoint_id</code> 的告警涵盖没有明细的被暂停端点（<code>metrics.endpoint_details</code>）。</p>
<h2 id="影响">影响</h2>
<p>端点不提供服务。被冻结的资源通常保留一段时间，之后会连同数据被永久删除。</p>
<h2 id="诊断">诊断</h2>
<ol>
<li>首先在控制台检查账号：费用中心（余额、欠费、待支付订单）。是否涉及整个账号？如果是，多个工作空间或数据源都会出现：</li>
</ol>
<pre tabindex="0"><code class="language-promql">count by (source, status) (endpoint:dataarts_fabric_status_age_seconds:held{status=~&quot;FROZEN|ON_DEMAND_FROZEN|TRIAL_ENDED&quot;})
</code></pre>
<ol start="2">
<li>被暂停的端点及其时长（秒）：</li>
</ol>
<pre tabindex="0"><code class="language-promql">endpoint:dataarts_fabric_status_age_seconds:held{status=~&quot;FROZEN|ON_DEMAND_FROZEN|TRIAL_ENDED&quot;}
</code></pre>
<ol start="3">
<li>没有明细时，逐个查询端点：</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; &quot;https://fabric.$REGION.myhuaweicloud.com/v1/workspaces/$WORKSPACE_ID/endpoints?limit=100&quot; | \
  jq '.endpoints[] | select(.status | test(&quot;FROZEN|TRIAL_ENDED&quot;)) | {id, name, type, status}'
</code></pre>
<h2 id="处置">处置</h2>
<ul>
<li>欠费：充值或支付订单；服务会自动解冻端点。</li>
<li>试用结束：订购正式端点，或将其删除。</li>
<li>因其他原因冻结（安全、实名认证）：提交工单。</li>
<li>不再需要：删除端点。</li>
</ul>
<h3 id="参数">参数</h3>
<p>没有阈值。<code>for</code>：2 分钟。要忽略某个端点，或（不写 <code>endpoint_id</code>）某个工作空间，请在自己的规则文件中添加：</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:ignored
  expr: vector(1)
  labels: {workspace_id: WORKSPACE_ID, endpoint_id: ENDPOINT_ID}
</code></pre>
"""#))

    private static let endpointUnknownStatus = RunbookText(
        alerts: ["DataArtsFabricEndpointUnknownStatus"],
        body: Body(
            english: #"""
<h2 id="meaning">Meaning</h2>
<p>For 15 minutes an endpoint has been in a status that this version of the exporter does not know (label <code>status</code>), so no other alert can judge it. <code>UNKNOWN</code> means that the API returned no
status, <code>other</code> that the workspace has too many different statuses (<a href="DataArtsFabricValuesCut?lang=en">DataArtsFabricValuesCut</a>).</p>
<p>Unknown statuses have details only with <code>metrics.endpoint_details: all</code> or with an error code. An alert without <code>endpoint_id</code> covers the others, by type and status.</p>
<h2 id="impact">Impact</h2>
<p>The endpoint may be healthy or not: it raises no alert for stuck, failed, abnormal or suspended endpoints. Counts and capacity include it.</p>
<h2 id="diagnosis">Diagnosis</h2>
<ol>
<li>
<p>First look at the endpoint in the console: DataArts Fabric → the workspace → resource and endpoint management. Does it work, and what does the console call its status?</p>
</li>
<li>
<p>Endpoints in the status:</p>
</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; &quot;https://fabric.$REGION.myhuaweicloud.com/v1/workspaces/$WORKSPACE_ID/endpoints?limit=100&quot; | \
  jq --arg status &quot;$STATUS&quot; '.endpoints[] | select(.status == $status) | {id, name, type, status, error_code, update_time}'
</code></pre>
<ol start="3">
<li>Number of endpoints by unknown status. A status in many workspaces at once is new in the service:</li>
</ol>
<pre tabindex="0"><code class="language-promql">sum by (source, workspace, endpoint_type, status) (
  dataarts_fabric_endpoints{
    status!~&quot;CREATING|UPDATING|DELETING|RUNNING|.+_FAILED|ABNORMAL|FROZEN|ON_DEMAND_FROZEN|TRIAL_ENDED|INACTIVE|DELETED&quot;,
    visibility!=&quot;PUBLIC&quot;
  }
) &gt; 0
</code></pre>
<h2 id="mitigation">Mitigation</h2>
<ul>
<li>The endpoint does not work: treat it as a failed one (<a href="DataArtsFabricEndpointFailed?lang=en">DataArtsFabricEndpointFailed</a>).</li>
<li>The status is new in the service: look for a newer version of the exporter, or report the status to its maintainers.</li>
<li><code>UNKNOWN</code>: open a service ticket with the endpoint's id, because the API returns no status.</li>
</ul>
<h3 id="parameters">Parameters</h3>
<p>No threshold. <code>for</code>: 15 minutes. To ignore the endpoint or, without <code>endpoint_id</code>, its workspace, add a rule to a file of your own:</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:ignored
  expr: vector(1)
  labels: {workspace_id: WORKSPACE_ID, endpoint_id: ENDPOINT_ID}
</code></pre>
<p>To silence one status, create a silence for the alert's name and <code>status</code> in Alertmanager.</p>
"""#,
            chinese: #"""
<h2 id="含义">含义</h2>
<p>端点处于当前版本的 Exporter 不认识的状态（<code>status</code> 标签）已有 15 分钟，其他告警都无法判断它。<code>UNKNOWN</code> 表示 API 没有返回状态；<code>other</code> 表示该工作空间的不同状态过多（<a href="DataArtsFabricValuesCut?lang=zh">DataArtsFabricValuesCut</a>）。</p>
<p>未知状态的端点只有在 <code>metrics.endpoint_details: all</code> 或带有错误码时才有明细。没有 <code>endpoint_id</code> 的告警按类型和状态涵盖其余端点。</p>
<h2 id="影响">影响</h2>
<p>端点可能正常，也可能有故障：卡住、失败、异常、被暂停的告警都不会涉及它。数量和容量包含该端点。</p>
<h2 id="诊断">诊断</h2>
<ol>
<li>
<p>首先在控制台查看端点：DataArts Fabric → 工作空间 → 资源与端点管理。端点是否可用，控制台显示的状态是什么？</p>
</li>
<li>
<p>处于该状态的端点：</p>
</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; &quot;https://fabric.$REGION.myhuaweicloud.com/v1/workspaces/$WORKSPACE_ID/endpoints?limit=100&quot; | \
  jq --arg status &quot;$STATUS&quot; '.endpoints[] | select(.status == $status) | {id, name, type, status, error_code, update_time}'
</code></pre>
<ol start="3">
<li>各未知状态的端点数量。多个工作空间同时出现的状态，是服务新增的状态：</li>
</ol>
<pre tabindex="0"><code class="language-promql">sum by (source, workspace, endpoint_type, status) (
  dataarts_fabric_endpoints{
    status!~&quot;CREATING|UPDATING|DELETING|RUNNING|.+_FAILED|ABNORMAL|FROZEN|ON_DEMAND_FROZEN|TRIAL_ENDED|INACTIVE|DELETED&quot;,
    visibility!=&quot;PUBLIC&quot;
  }
) &gt; 0
</code></pre>
<h2 id="处置">处置</h2>
<ul>
<li>端点不可用：按失败的端点处理（<a href="DataArtsFabricEndpointFailed?lang=zh">DataArtsFabricEndpointFailed</a>）。</li>
<li>服务新增了状态：查找更新版本的 Exporter，或将该状态报告给维护者。</li>
<li><code>UNKNOWN</code>：附上端点 ID 提交工单，因为 API 没有返回状态。</li>
</ul>
<h3 id="参数">参数</h3>
<p>没有阈值。<code>for</code>：15 分钟。要忽略该端点，或（不写 <code>endpoint_id</code>）其工作空间，请在自己的规则文件中添加：</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:ignored
  expr: vector(1)
  labels: {workspace_id: WORKSPACE_ID, endpoint_id: ENDPOINT_ID}
</code></pre>
<p>只静默某一状态：在 Alertmanager 中按告警名称和 <code>status</code> 创建静默。</p>
"""#))

    private static let exporterAbsent = RunbookText(
        alerts: ["DataArtsFabricExporterAbsent"],
        body: Body(
            english: #"""
<h2 id="meaning">Meaning</h2>
<p>For 10 minutes, Prometheus has found no target of the job <code>dataarts-fabric</code>: no target is configured, service discovery finds no target, or the job has another name.</p>
<h2 id="impact">Impact</h2>
<p>There is no monitoring data about DataArts Fabric, and the other alerts of these rules cannot fire.</p>
<h2 id="diagnosis">Diagnosis</h2>
<ol>
<li>First check whether the job has another name:</li>
</ol>
<pre tabindex="0"><code class="language-promql">count by (job) (up{job=~&quot;.*fabric.*&quot;})
</code></pre>
<ol start="2">
<li>In Prometheus, check Status → Configuration and Status → Service Discovery. With <code>http_sd_configs</code>, is the exporter's <code>/sd</code> reachable? With the Operator, does the ServiceMonitor select the Service, and does Prometheus select
the ServiceMonitor?</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -si &quot;http://$EXPORTER:9942/sd&quot;
kubectl get servicemonitor,service,endpoints -l app.kubernetes.io/name=dataarts-fabric-exporter
</code></pre>
<h2 id="mitigation">Mitigation</h2>
<ul>
<li>Start the exporter, or correct the scrape configuration (examples in <code>dashboards/prometheus/scrape-*.yaml</code>).</li>
<li>Name the job <code>dataarts-fabric</code>, or relabel it to this name.</li>
<li>If node_exporter serves the file of <code>once</code> instead, load <code>alerts-textfile.yaml</code> in place of <code>alerts.yaml</code>: Textfile collector.</li>
<li>If the exporter was removed permanently, remove these rules too.</li>
</ul>
<h3 id="parameters">Parameters</h3>
<p>No threshold. <code>for</code>: 10 minutes. To silence the alert during planned work, create a silence for its name in Alertmanager.</p>
"""#,
            chinese: #"""
<h2 id="含义">含义</h2>
<p>Prometheus 已有 10 分钟没有任务 <code>dataarts-fabric</code> 的任何目标：没有配置、服务发现没有找到，或任务名称不同。</p>
<h2 id="影响">影响</h2>
<p>没有 DataArts Fabric 的任何监控数据，本组的其他告警都无法触发。</p>
<h2 id="诊断">诊断</h2>
<ol>
<li>首先检查是否有其他名称的任务：</li>
</ol>
<pre tabindex="0"><code class="language-promql">count by (job) (up{job=~&quot;.*fabric.*&quot;})
</code></pre>
<ol start="2">
<li>在 Prometheus 中检查 Status → Configuration 和 Status → Service Discovery。使用 <code>http_sd_configs</code> 时，Exporter 的 <code>/sd</code> 是否可达？使用 Operator 时，ServiceMonitor 是否选中了 Service，Prometheus 是否选中了 ServiceMonitor？</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -si &quot;http://$EXPORTER:9942/sd&quot;
kubectl get servicemonitor,service,endpoints -l app.kubernetes.io/name=dataarts-fabric-exporter
</code></pre>
<h2 id="处置">处置</h2>
<ul>
<li>启动 Exporter，或修正抓取配置（示例见 <code>dashboards/prometheus/scrape-*.yaml</code>）。</li>
<li>任务必须名为 <code>dataarts-fabric</code>，或通过 relabel 改为该名称。</li>
<li>如果由 node_exporter 提供 <code>once</code> 写入的文件，请加载 <code>alerts-textfile.yaml</code> 来代替 <code>alerts.yaml</code>：textfile 采集。</li>
<li>Exporter 已被永久移除：请同时移除这些规则。</li>
</ul>
<h3 id="参数">参数</h3>
<p>没有阈值。<code>for</code>：10 分钟。计划内的操作期间，可在 Alertmanager 中按告警名称创建静默。</p>
"""#))

    private static let exporterDown = RunbookText(
        alerts: ["DataArtsFabricExporterDown"],
        body: Body(
            english: #"""
<h2 id="meaning">Meaning</h2>
<p>For 5 minutes Prometheus has failed to scrape an exporter of the job <code>dataarts-fabric</code>, and no other exporter polls all of its sources; or all exporters are down.
If others poll its sources, <a href="DataArtsFabricReplicaDown?lang=en">DataArtsFabricReplicaDown</a> fires instead.</p>
<p>Targets of <code>/sd</code>, one for each workspace, raise no alerts of their own. Without a target for the whole exporter, one alert without <code>instance</code> fires if all of them are down.</p>
<h2 id="impact">Impact</h2>
<p>There is no data of this exporter's workspaces. Alerts on their endpoints keep firing for 15 minutes and then resolve without data; new problems are not detected.</p>
<h2 id="diagnosis">Diagnosis</h2>
<ol>
<li>
<p>First read the error of the last scrape (connection refused, timeout, 401, TLS) in Prometheus under Status → Targets.</p>
</li>
<li>
<p>Is the exporter healthy? From Prometheus' machine:</p>
</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -si &quot;http://$EXPORTER:9942/-/healthy&quot;
curl -si &quot;http://$EXPORTER:9942/metrics&quot; | head
</code></pre>
<ol start="3">
<li>
<p>Its log and state: <code>systemctl status</code>, <code>journalctl -u</code>, or <code>kubectl describe pod</code> and <code>kubectl logs --previous</code>. Exit status 2 means an invalid configuration: <code>dataarts-fabric-exporter check</code> lists the errors.</p>
</li>
<li>
<p>Targets that are down, and those that are up:</p>
</li>
</ol>
<pre tabindex="0"><code class="language-promql">up{job=&quot;dataarts-fabric&quot;}
</code></pre>
<ol start="5">
<li>Did it run out of memory or file descriptors?</li>
</ol>
<pre tabindex="0"><code class="language-promql">process_resident_memory_bytes{job=&quot;dataarts-fabric&quot;}
</code></pre>
<pre tabindex="0"><code class="language-promql">process_open_fds{job=&quot;dataarts-fabric&quot;} / process_max_fds{job=&quot;dataarts-fabric&quot;}
</code></pre>
<h2 id="mitigation">Mitigation</h2>
<ul>
<li>It does not run: fix the error in its log, then start it. It keeps no state on disk.</li>
<li>It runs but cannot be reached: check network policy, firewall and <code>--web.listen-address</code>.</li>
<li>401 or TLS: scheme, password and CA of the scrape configuration must match <code>--web.config.file</code>.</li>
<li>The scrape times out: raise <code>scrape_timeout</code>, or scrape each workspace as a target (<code>scrape-http-sd.yaml</code>).</li>
</ul>
<h3 id="parameters">Parameters</h3>
<p>No threshold. <code>for</code>: 5 minutes. To silence the alert during maintenance, create a silence for its name in Alertmanager.</p>
"""#,
            chinese: #"""
<h2 id="含义">含义</h2>
<p>Prometheus 已有 5 分钟无法抓取任务 <code>dataarts-fabric</code> 的某个 Exporter，且没有其他 Exporter 轮询它的所有数据源；或者所有 Exporter 都不可用。如果其他 Exporter 在轮询它的数据源，则触发 <a href="DataArtsFabricReplicaDown?lang=zh">DataArtsFabricReplicaDown</a>。</p>
<p><code>/sd</code> 的目标（每个工作空间一个）不单独触发告警。如果没有抓取整个 Exporter 的目标，则在它们全部不可用时触发一个没有 <code>instance</code> 的告警。</p>
<h2 id="影响">影响</h2>
<p>该 Exporter 的工作空间没有数据。其端点告警保持 15 分钟，之后即使没有数据也会恢复；新的问题无法发现。</p>
<h2 id="诊断">诊断</h2>
<ol>
<li>
<p>首先在 Prometheus 的 Status → Targets 查看最近一次抓取的错误（连接被拒绝、超时、401、TLS）。</p>
</li>
<li>
<p>Exporter 是否健康？在 Prometheus 所在机器上：</p>
</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -si &quot;http://$EXPORTER:9942/-/healthy&quot;
curl -si &quot;http://$EXPORTER:9942/metrics&quot; | head
</code></pre>
<ol start="3">
<li>
<p>日志和状态：<code>systemctl status</code>、<code>journalctl -u</code>，或 <code>kubectl describe pod</code>、<code>kubectl logs --previous</code>。退出状态 2 表示配置有错误，<code>dataarts-fabric-exporter check</code> 会逐一列出。</p>
</li>
<li>
<p>哪些目标不可用，哪些可用：</p>
</li>
</ol>
<pre tabindex="0"><code class="language-promql">up{job=&quot;dataarts-fabric&quot;}
</code></pre>
<ol start="5">
<li>是否曾经内存或文件描述符不足？</li>
</ol>
<pre tabindex="0"><code class="language-promql">process_resident_memory_bytes{job=&quot;dataarts-fabric&quot;}
</code></pre>
<pre tabindex="0"><code class="language-promql">process_open_fds{job=&quot;dataarts-fabric&quot;} / process_max_fds{job=&quot;dataarts-fabric&quot;}
</code></pre>
<h2 id="处置">处置</h2>
<ul>
<li>没有运行：按日志修正后启动；磁盘上不保存任何状态。</li>
<li>运行但不可达：检查网络策略、防火墙、<code>--web.listen-address</code>。</li>
<li>401 或 TLS：抓取配置的协议、密码和 CA 必须与 <code>--web.config.file</code> 一致。</li>
<li>抓取超时：增大 <code>scrape_timeout</code>，或按工作空间分别抓取（<code>scrape-http-sd.yaml</code>）。</li>
</ul>
<h3 id="参数">参数</h3>
<p>没有阈值。<code>for</code>：5 分钟。维护期间可在 Alertmanager 中按告警名称创建静默。</p>
"""#))

    private static let jobRunFailed = RunbookText(
        alerts: ["DataArtsFabricJobRunFailed"],
        body: Body(
            english: #"""
<h2 id="meaning">Meaning</h2>
<p>A job run of the workspace failed within the last hour. There is one alert per workspace, however many runs fail; it resolves an hour after the last failure, or when the failed run is deleted.</p>
<p>Job runs are counted, not listed: the exporter reads the number of failed runs and the one that was created last. If an older run fails after that one, the alert does not fire for it.
The time is measured from the failure to the last complete listing of job runs, every 5 minutes by default, so the alert keeps firing while the API cannot be read.</p>
<h2 id="impact">Impact</h2>
<p>The result of the job is missing. If the job runs on a schedule, the next run may fail for the same reason.</p>
<h2 id="diagnosis">Diagnosis</h2>
<ol>
<li>First find the runs that failed last:</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; \
  &quot;https://fabric-ep.$REGION.myhuaweicloud.com/v1/workspaces/$WORKSPACE_ID/jobs/runs?status=FAILED&amp;limit=10&amp;sort_by=CREATE_TIME&amp;order_by=DESC&quot; | \
  jq '.job_runs[] | {id, name, endpoint_id, create_time, update_time}'
</code></pre>
<ol start="2">
<li>The cause of one of them (<code>error_code</code>, <code>error_msg</code>) and the place of its log (<code>log_path</code>). Resolution by error code: <a href="DataArtsFabricEndpointFailed?lang=en#diagnosis">error code table</a>.</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; \
  &quot;https://fabric-ep.$REGION.myhuaweicloud.com/v1/workspaces/$WORKSPACE_ID/jobs/runs/$RUN_ID&quot; | jq '{status, error_code, error_msg, log_path}'
</code></pre>
<ol start="3">
<li>Failed runs over time. The number falls when runs are deleted:</li>
</ol>
<pre tabindex="0"><code class="language-promql">sum by (source, workspace) (max by (source, workspace_id, workspace) (dataarts_fabric_job_runs{status=&quot;FAILED&quot;}))
</code></pre>
<h2 id="mitigation">Mitigation</h2>
<ul>
<li>An error of the job's own code or data: its owner corrects it and starts it again.</li>
<li>Many jobs fail at once: check their endpoint, and the service agency (<code>dataartsfabric.00010024</code>: authorize it again in the console).</li>
<li>Failures that are expected in this workspace: turn off the alert for it (below).</li>
</ul>
<h3 id="parameters">Parameters</h3>
<p><code>dataarts_fabric:job_run_failed_seconds:threshold</code>: the time for which a failure is reported, 1 hour, optionally per workspace; 0 turns off the alert. <code>for</code>: 2 minutes.
To change it, add rules to a file of your own:</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:job_run_failed_seconds:threshold
  expr: vector(15 * 60)
- record: dataarts_fabric:job_run_failed_seconds:threshold
  expr: vector(0)
  labels: {workspace_id: WORKSPACE_ID}
</code></pre>
<p>The threshold of each workspace with a failed run, as the alert uses it:</p>
<pre tabindex="0"><code class="language-promql">workspace:dataarts_fabric_job_run_failed_seconds:threshold
</code></pre>
"""#,
            chinese: #"""
<h2 id="含义">含义</h2>
<p>工作空间中有作业运行在最近一小时内失败。无论失败多少次，每个工作空间只有一个告警；最后一次失败一小时后，或失败的运行被删除后恢复。</p>
<p>作业运行只计数，不逐条读取：Exporter 读取失败运行的数量以及其中最晚创建的一个。更早创建的运行若在其后失败，不会触发告警。时间从失败起算，到最近一次完整的作业运行列表为止（默认每 5 分钟一次），因此 API 无法读取期间告警保持原样。</p>
<h2 id="影响">影响</h2>
<p>缺少作业的结果。定时作业的下一次运行可能因同样的原因失败。</p>
<h2 id="诊断">诊断</h2>
<ol>
<li>首先找出最近失败的运行：</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; \
  &quot;https://fabric-ep.$REGION.myhuaweicloud.com/v1/workspaces/$WORKSPACE_ID/jobs/runs?status=FAILED&amp;limit=10&amp;sort_by=CREATE_TIME&amp;order_by=DESC&quot; | \
  jq '.job_runs[] | {id, name, endpoint_id, create_time, update_time}'
</code></pre>
<ol start="2">
<li>其中一个的原因（<code>error_code</code>、<code>error_msg</code>）和日志位置（<code>log_path</code>）。各错误码的处理办法见<a href="DataArtsFabricEndpointFailed?lang=zh#%E8%AF%8A%E6%96%AD">错误码表</a>。</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; \
  &quot;https://fabric-ep.$REGION.myhuaweicloud.com/v1/workspaces/$WORKSPACE_ID/jobs/runs/$RUN_ID&quot; | jq '{status, error_code, error_msg, log_path}'
</code></pre>
<ol start="3">
<li>失败运行数的变化。运行被删除后该数会下降：</li>
</ol>
<pre tabindex="0"><code class="language-promql">sum by (source, workspace) (max by (source, workspace_id, workspace) (dataarts_fabric_job_runs{status=&quot;FAILED&quot;}))
</code></pre>
<h2 id="处置">处置</h2>
<ul>
<li>作业自身代码或数据的错误：由其所有者修正后重新启动。</li>
<li>很多作业同时失败：检查它们所在的端点，以及服务委托（<code>dataartsfabric.00010024</code>：在控制台重新授权）。</li>
<li>该工作空间的失败在预期之内：为它关闭本告警（见下）。</li>
</ul>
<h3 id="参数">参数</h3>
<p><code>dataarts_fabric:job_run_failed_seconds:threshold</code>：失败后告警持续的时长，1 小时，可按工作空间设置；0 表示关闭本告警。<code>for</code>：2 分钟。要修改它，请在自己的规则文件中添加：</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:job_run_failed_seconds:threshold
  expr: vector(15 * 60)
- record: dataarts_fabric:job_run_failed_seconds:threshold
  expr: vector(0)
  labels: {workspace_id: WORKSPACE_ID}
</code></pre>
<p>每个有失败运行的工作空间实际使用的阈值：</p>
<pre tabindex="0"><code class="language-promql">workspace:dataarts_fabric_job_run_failed_seconds:threshold
</code></pre>
"""#))

    private static let jobRunsWaiting = RunbookText(
        alerts: ["DataArtsFabricJobRunsWaiting", "DataArtsFabricJobRunsWaitingCritical"],
        body: Body(
            english: #"""
<h2 id="meaning">Meaning</h2>
<p>The oldest waiting job run of a workspace has been <code>PENDING</code> or <code>CREATING</code> for longer than the threshold. <code>DataArtsFabricJobRunsWaiting</code> is the warning, after 30 minutes;
<code>DataArtsFabricJobRunsWaitingCritical</code> is the critical stage, after 2 hours. Both continue until that run starts, fails or is stopped, and no other one has waited for as long.</p>
<p>The time is measured from the run's creation to the last complete listing of job runs, every 5 minutes by default. It does not grow while the API cannot be read, and the alert keeps firing.</p>
<h2 id="impact">Impact</h2>
<p>Jobs start late, and so does what depends on their results. If the queue grows, every new run waits.</p>
<h2 id="diagnosis">Diagnosis</h2>
<ol>
<li>First count the runs of the workspace. Many that wait and few that run mean that there is no capacity; many that run mean that there is more work than capacity:</li>
</ol>
<pre tabindex="0"><code class="language-promql">sum by (source, workspace, status) (
  max by (source, workspace_id, workspace, status) (
    dataarts_fabric_job_runs{status!~&quot;SUCCEEDED|STOPPED|FAILED&quot;}
  )
)
</code></pre>
<ol start="2">
<li>The oldest waiting runs, with their job and endpoint, according to the API (also with <code>status=CREATING</code>):</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; \
  &quot;https://fabric-ep.$REGION.myhuaweicloud.com/v1/workspaces/$WORKSPACE_ID/jobs/runs?status=PENDING&amp;limit=10&amp;sort_by=CREATE_TIME&amp;order_by=ASC&quot; | \
  jq '.job_runs[] | {id, name, endpoint_id, create_time}'
</code></pre>
<ol start="3">
<li>The endpoint of these runs on the status page: it must be <code>RUNNING</code>, and its maximum capacity must be sufficient.</li>
</ol>
<h2 id="mitigation">Mitigation</h2>
<ul>
<li>The endpoint is not <code>RUNNING</code>: see <a href="DataArtsFabricEndpointStuck?lang=en">DataArtsFabricEndpointStuck</a> and <a href="DataArtsFabricEndpointFailed?lang=en">DataArtsFabricEndpointFailed</a>.</li>
<li>There is no capacity: raise the maximum of the endpoint, or stop runs that are not needed. Check the quota: <a href="DataArtsFabricQuotaHigh?lang=en">DataArtsFabricQuotaHigh</a>.</li>
<li>A job waits because it limits its own concurrent runs: raise its limit, or start it less often.</li>
<li>The run is not needed: stop it.</li>
<li>If a run does not start although there is capacity, open a service ticket with workspace id, run id and creation time.</li>
</ul>
<h3 id="parameters">Parameters</h3>
<p><code>dataarts_fabric:job_run_waiting_seconds:threshold</code>: 30 minutes (<code>level: warning</code>) and 2 hours (<code>level: critical</code>), optionally per workspace. <code>for</code>: 2 minutes.
If runs of a workspace are expected to wait longer, add rules to a file of your own:</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:job_run_waiting_seconds:threshold
  expr: vector(4 * 60 * 60)
  labels: {level: warning, workspace_id: WORKSPACE_ID}
- record: dataarts_fabric:job_run_waiting_seconds:threshold
  expr: vector(8 * 60 * 60)
  labels: {level: critical, workspace_id: WORKSPACE_ID}
</code></pre>
<p>The threshold of each workspace with waiting runs, as the alerts use it:</p>
<pre tabindex="0"><code class="language-promql">workspace:dataarts_fabric_job_run_waiting_seconds:threshold
</code></pre>
"""#,
            chinese: #"""
<h2 id="含义">含义</h2>
<p>工作空间中等待最久的作业运行处于 <code>PENDING</code> 或 <code>CREATING</code> 的时间超过了阈值。<code>DataArtsFabricJobRunsWaiting</code> 为警告，默认 30 分钟；<code>DataArtsFabricJobRunsWaitingCritical</code> 为严重，默认 2 小时。两者都持续到该运行开始、失败或停止，且没有其他运行等待同样久为止。</p>
<p>时间从运行的创建起算，到最近一次完整的作业运行列表为止（默认每 5 分钟一次）。API 无法读取期间时间不再增长，告警保持原样。</p>
<h2 id="影响">影响</h2>
<p>作业以及依赖其结果的任务都会推迟。如果队列持续增长，每个新的运行都要等待。</p>
<h2 id="诊断">诊断</h2>
<ol>
<li>首先统计该工作空间的运行。等待的多而运行的少，说明没有容量；运行的很多，说明工作量超过容量：</li>
</ol>
<pre tabindex="0"><code class="language-promql">sum by (source, workspace, status) (
  max by (source, workspace_id, workspace, status) (
    dataarts_fabric_job_runs{status!~&quot;SUCCEEDED|STOPPED|FAILED&quot;}
  )
)
</code></pre>
<ol start="2">
<li>从 API 查询等待最久的运行及其作业和端点（同样查询 <code>status=CREATING</code>）：</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; \
  &quot;https://fabric-ep.$REGION.myhuaweicloud.com/v1/workspaces/$WORKSPACE_ID/jobs/runs?status=PENDING&amp;limit=10&amp;sort_by=CREATE_TIME&amp;order_by=ASC&quot; | \
  jq '.job_runs[] | {id, name, endpoint_id, create_time}'
</code></pre>
<ol start="3">
<li>在状态页查看这些运行所在的端点：它必须处于 <code>RUNNING</code>，且容量上限足够。</li>
</ol>
<h2 id="处置">处置</h2>
<ul>
<li>端点不处于 <code>RUNNING</code>：见 <a href="DataArtsFabricEndpointStuck?lang=zh">DataArtsFabricEndpointStuck</a> 和 <a href="DataArtsFabricEndpointFailed?lang=zh">DataArtsFabricEndpointFailed</a>。</li>
<li>没有容量：提高端点的上限，或停止不需要的运行。检查配额：<a href="DataArtsFabricQuotaHigh?lang=zh">DataArtsFabricQuotaHigh</a>。</li>
<li>作业因自身的并发限制而等待：提高其限制，或降低启动频率。</li>
<li>不再需要的运行：停止它。</li>
<li>有容量但运行仍不开始：提交工单，附上工作空间 ID、运行 ID 和创建时间。</li>
</ul>
<h3 id="参数">参数</h3>
<p><code>dataarts_fabric:job_run_waiting_seconds:threshold</code>：30 分钟（<code>level: warning</code>）和 2 小时（<code>level: critical</code>），可按工作空间设置。<code>for</code>：2 分钟。如果某个工作空间的运行本来就要等待更久，请在自己的规则文件中添加：</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:job_run_waiting_seconds:threshold
  expr: vector(4 * 60 * 60)
  labels: {level: warning, workspace_id: WORKSPACE_ID}
- record: dataarts_fabric:job_run_waiting_seconds:threshold
  expr: vector(8 * 60 * 60)
  labels: {level: critical, workspace_id: WORKSPACE_ID}
</code></pre>
<p>每个有运行在等待的工作空间实际使用的阈值：</p>
<pre tabindex="0"><code class="language-promql">workspace:dataarts_fabric_job_run_waiting_seconds:threshold
</code></pre>
"""#))

    private static let logLinesDropped = RunbookText(
        alerts: ["DataArtsFabricLogLinesDropped"],
        body: Body(
            english: #"""
<h2 id="meaning">Meaning</h2>
<p>The exporter dropped log lines within the last 15 minutes, because it wrote them faster than standard error was read. Logging never blocks; otherwise a log that is not read would
stop polling.</p>
<h2 id="impact">Impact</h2>
<p>The log is incomplete. Polling, metrics and alerts continue.</p>
<h2 id="diagnosis">Diagnosis</h2>
<ol>
<li>First check whether the reader of standard error is running (journald: <code>systemctl status systemd-journald</code>; the container runtime; a log shipper), and whether its disk has free space:</li>
</ol>
<pre tabindex="0"><code class="language-sh">df -h
</code></pre>
<ol start="2">
<li>Rate of dropped lines:</li>
</ol>
<pre tabindex="0"><code class="language-promql">rate(dataarts_fabric_exporter_log_lines_dropped_total[5m])
</code></pre>
<ol start="3">
<li>Does the exporter log unusually much? If many workspaces begin to fail at once, each writes a line:</li>
</ol>
<pre tabindex="0"><code class="language-promql">sum by (source, reason) (increase(dataarts_fabric_workspace_poll_failures_total[15m])) &gt; 0
</code></pre>
<h2 id="mitigation">Mitigation</h2>
<ul>
<li>Repair or restart the reader of the log. Common causes are a paused terminal (Ctrl-S) and a stopped reader at the other end of a pipe.</li>
<li>If <code>--log.level</code> is <code>debug</code>, set it back to <code>info</code>.</li>
<li>The status page shows failures whose log lines were dropped, with messages and request ids.</li>
</ul>
<h3 id="parameters">Parameters</h3>
<p>No threshold. <code>for</code>: 5 minutes. To silence the alert during planned work, create a silence for its name and <code>instance</code> in Alertmanager.</p>
"""#,
            chinese: #"""
<h2 id="含义">含义</h2>
<p>Exporter 写日志的速度超过了标准错误被读取的速度，最近 15 分钟内丢弃了若干行。写日志从不阻塞，否则没有程序读取日志时轮询会停止。</p>
<h2 id="影响">影响</h2>
<p>日志不完整，排查问题时可能缺少线索。轮询、指标和告警照常进行。</p>
<h2 id="诊断">诊断</h2>
<ol>
<li>首先检查读取标准错误的程序（journald：<code>systemctl status systemd-journald</code>；容器运行时；日志采集工具）是否在运行，以及其磁盘是否有空间：</li>
</ol>
<pre tabindex="0"><code class="language-sh">df -h
</code></pre>
<ol start="2">
<li>丢弃的速率：</li>
</ol>
<pre tabindex="0"><code class="language-promql">rate(dataarts_fabric_exporter_log_lines_dropped_total[5m])
</code></pre>
<ol start="3">
<li>Exporter 的日志是否异常多？许多工作空间同时开始失败时，每个写一行：</li>
</ol>
<pre tabindex="0"><code class="language-promql">sum by (source, reason) (increase(dataarts_fabric_workspace_poll_failures_total[15m])) &gt; 0
</code></pre>
<h2 id="处置">处置</h2>
<ul>
<li>修复或重启读取日志的程序。常见原因是终端被暂停（Ctrl-S），或管道另一端的程序已停止读取。</li>
<li>如果使用了 <code>--log.level debug</code>，改回 <code>info</code>。</li>
<li>状态页同样显示各项失败，包括消息和请求 ID。</li>
</ul>
<h3 id="参数">参数</h3>
<p>没有阈值。<code>for</code>：5 分钟。计划内的操作期间，可在 Alertmanager 中按告警名称和 <code>instance</code> 创建静默。</p>
"""#))

    private static let poolExhausted = RunbookText(
        alerts: ["DataArtsFabricPoolExhausted"],
        body: Body(
            english: #"""
<h2 id="meaning">Meaning</h2>
<p>All capacity of a resource (<code>cpu</code>, <code>gpu</code> or <code>npu</code>) of a <code>RUNNING</code> compute pool of AI DataLake has been promised to endpoints for an hour without interruption: nothing is allocatable, over all specifications. The alert's value is the highest fraction that was
allocatable within the hour.</p>
<p>Promised is not used: an idle endpoint keeps its minimum. While the listing of pools cannot be read, the alert keeps firing. If only the query for this pool fails, it resolves, and <a href="DataArtsFabricPoolQueriesFailing?lang=en">DataArtsFabricPoolQueriesFailing</a> fires.</p>
<h2 id="impact">Impact</h2>
<p>New reserved endpoints on the pool cannot be created, and existing ones cannot raise their minimum. Endpoints that run are not affected.</p>
<h2 id="diagnosis">Diagnosis</h2>
<ol>
<li>First compare with the utilization, on the dashboard &quot;Pools&quot;. If it is low, endpoints reserve more than they use:</li>
</ol>
<pre tabindex="0"><code class="language-promql">max by (workspace, pool, resource) (dataarts_fabric_pool_utilization_ratio{pool_id=&quot;POOL_ID&quot;})
</code></pre>
<ol start="2">
<li>The promised fraction of all pools. Another pool may have capacity left:</li>
</ol>
<pre tabindex="0"><code class="language-promql">1 - sum by (workspace, pool, resource) (dataarts_fabric_pool_allocatable) / (sum by (workspace, pool, resource) (dataarts_fabric_pool_capacity) &gt; 0)
</code></pre>
<ol start="3">
<li>Endpoints on the pool, and what endpoints reserve, by workspace, type and status. Failed and suspended ones count until they are deleted:</li>
</ol>
<pre tabindex="0"><code class="language-promql">max by (endpoint_id, endpoint_name, endpoint_type) (dataarts_fabric_endpoint_info{pool_id=&quot;POOL_ID&quot;})
</code></pre>
<pre tabindex="0"><code class="language-promql">sum by (workspace, endpoint_type, status, resource) (dataarts_fabric_endpoint_capacity_min{resource_mode!=&quot;ondemand&quot;}) &gt; 0
</code></pre>
<ol start="4">
<li>The same according to the API (<a href="DataArtsFabricPoolFailed?lang=en#diagnosis">host in some regions</a>). <code>compute_allocatable</code> is what is left. The answer may depend on <code>engine_type</code>, which is not documented; the exporter asks for <code>SparkJob</code>:</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; &quot;https://fabric.$REGION.myhuaweicloud.com/v2/workspaces/$WORKSPACE_ID/endpoint-limit?engine_type=SparkJob&amp;compute_id=$POOL_ID&quot; | jq .
</code></pre>
<ol start="5">
<li>The exporter's status page of the workspace, or the same as JSON, shows whether its listing of pools is current. In the console, compare with the endpoints of the workspace and their minimum:</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s &quot;http://$EXPORTER:9942/api/v1/status?workspace_id=$WORKSPACE_ID&quot; | jq '.workspaces[].listings[] | select(.listing == &quot;pools&quot;)'
</code></pre>
<h2 id="mitigation">Mitigation</h2>
<ul>
<li>Delete failed endpoints and those that are not needed; lower the minimum of endpoints that use little.</li>
<li>Scale the pool out in the console. Check the quota of <code>compute</code> first.</li>
<li>Create new endpoints on another pool, or with on-demand resources.</li>
</ul>
<h3 id="parameters">Parameters</h3>
<p><code>dataarts_fabric:pool_allocatable_ratio:threshold</code>: 0, optionally per <code>workspace_id</code> or <code>pool_id</code>; 0.05 also fires while up to 5 % are left. <code>for</code>: 2 minutes, after the hour.
For a pool whose capacity is promised to endpoints on purpose, turn the alert off by a negative threshold; other alerts on the pool remain. Add rules to a file of your own:</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:pool_allocatable_ratio:threshold
  expr: vector(0.05)
- record: dataarts_fabric:pool_allocatable_ratio:threshold
  expr: vector(-1)
  labels: {pool_id: POOL_ID}
</code></pre>
"""#,
            chinese: #"""
<h2 id="含义">含义</h2>
<p>AI DataLake 的计算资源池处于 <code>RUNNING</code>，其某种资源（<code>cpu</code>、<code>gpu</code> 或 <code>npu</code>）的全部容量连续一小时都已分配给端点：所有规格都没有可分配的容量。告警的值是这一小时内可分配比例的最高值。</p>
<p>已分配不等于已使用：空闲的端点也占用其下限。资源池列表无法读取期间告警保持原样。如果只是该资源池的查询失败，告警恢复，由 <a href="DataArtsFabricPoolQueriesFailing?lang=zh">DataArtsFabricPoolQueriesFailing</a> 告警。</p>
<h2 id="影响">影响</h2>
<p>无法在该资源池上新建预留模式的端点，已有的端点也无法提高下限。正在运行的端点不受影响。</p>
<h2 id="诊断">诊断</h2>
<ol>
<li>首先在仪表盘“Pools”上与利用率比较。利用率低，说明端点预留的比使用的多：</li>
</ol>
<pre tabindex="0"><code class="language-promql">max by (workspace, pool, resource) (dataarts_fabric_pool_utilization_ratio{pool_id=&quot;POOL_ID&quot;})
</code></pre>
<ol start="2">
<li>所有资源池已分配的比例。其他资源池可能还有容量：</li>
</ol>
<pre tabindex="0"><code class="language-promql">1 - sum by (workspace, pool, resource) (dataarts_fabric_pool_allocatable) / (sum by (workspace, pool, resource) (dataarts_fabric_pool_capacity) &gt; 0)
</code></pre>
<ol start="3">
<li>使用该资源池的端点，以及按工作空间、类型和状态统计的端点预留。失败和被暂停的端点在删除前也计入：</li>
</ol>
<pre tabindex="0"><code class="language-promql">max by (endpoint_id, endpoint_name, endpoint_type) (dataarts_fabric_endpoint_info{pool_id=&quot;POOL_ID&quot;})
</code></pre>
<pre tabindex="0"><code class="language-promql">sum by (workspace, endpoint_type, status, resource) (dataarts_fabric_endpoint_capacity_min{resource_mode!=&quot;ondemand&quot;}) &gt; 0
</code></pre>
<ol start="4">
<li>API 返回的同样数据（<a href="DataArtsFabricPoolFailed?lang=zh#%E8%AF%8A%E6%96%AD">部分区域的主机名</a>不同）。<code>compute_allocatable</code> 为剩余容量。结果是否与 <code>engine_type</code> 有关，文档没有说明；Exporter 使用 <code>SparkJob</code>：</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; &quot;https://fabric.$REGION.myhuaweicloud.com/v2/workspaces/$WORKSPACE_ID/endpoint-limit?engine_type=SparkJob&amp;compute_id=$POOL_ID&quot; | jq .
</code></pre>
<ol start="5">
<li>Exporter 的工作空间状态页（或下面的 JSON）显示资源池列表是否为最新。在控制台与工作空间的端点及其下限比较：</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s &quot;http://$EXPORTER:9942/api/v1/status?workspace_id=$WORKSPACE_ID&quot; | jq '.workspaces[].listings[] | select(.listing == &quot;pools&quot;)'
</code></pre>
<h2 id="处置">处置</h2>
<ul>
<li>删除失败的和不再需要的端点；降低用量少的端点的下限。</li>
<li>在控制台扩容资源池。请先检查 <code>compute</code> 的配额。</li>
<li>在其他资源池上新建端点，或使用按需资源。</li>
</ul>
<h3 id="参数">参数</h3>
<p><code>dataarts_fabric:pool_allocatable_ratio:threshold</code>：0，可按 <code>workspace_id</code> 或 <code>pool_id</code> 设置；0.05 表示剩余不超过 5% 时也触发。<code>for</code>：一小时之后再加 2 分钟。有意全部分配的资源池，可用负的阈值关闭本告警，该资源池的其他告警不变。请在自己的规则文件中添加：</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:pool_allocatable_ratio:threshold
  expr: vector(0.05)
- record: dataarts_fabric:pool_allocatable_ratio:threshold
  expr: vector(-1)
  labels: {pool_id: POOL_ID}
</code></pre>
"""#))

    private static let poolFailed = RunbookText(
        alerts: ["DataArtsFabricPoolFailed"],
        body: Body(
            english: #"""
<h2 id="meaning">Meaning</h2>
<p>A compute pool of AI DataLake has failed within the last 24 hours: it is in <code>FAILED</code>, or in another status that ends in <code>_FAILED</code>. While the API cannot be read, the alert keeps firing. After 24 hours the warning
<a href="DataArtsFabricPoolStillFailed?lang=en">DataArtsFabricPoolStillFailed</a> replaces it.</p>
<p>The API does not say since when a pool has failed. The time begins with the first complete listing in which Prometheus saw the status, so after a new setup of Prometheus, or an outage of more than 15 minutes, it begins again.
An alert without <code>pool_id</code> covers failed pools without details (<code>metrics.max_endpoint_details</code>). Their age is unknown, so they stay critical.</p>
<h2 id="impact">Impact</h2>
<p>Reserved endpoints take their capacity from the pool. They cannot start or grow, and those that run may fail. Whether a failed pool is billed is not documented: check the bill.</p>
<h2 id="diagnosis">Diagnosis</h2>
<ol>
<li>First read the error code and its message. They are not labels of the alert; the exporter's status page shows them, with the time of the last change:</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s &quot;http://$EXPORTER:9942/api/v1/status?workspace_id=$WORKSPACE_ID&quot; | jq '.workspaces[].listings[] | select(.listing == &quot;pools&quot;) | .served.problems'
</code></pre>
<ol start="2">
<li>The current state according to the API, which also has the capacity. In cn-southwest-2 and cn-east-4 the host is <code>fabric-serverless.$REGION.myhuaweicloud.com</code>.</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; &quot;https://fabric.$REGION.myhuaweicloud.com/v2/workspaces/$WORKSPACE_ID/computes?limit=100&quot; | \
  jq '.computes[] | {id, name, status, charge_mode, error, capacity}'
</code></pre>
<ol start="3">
<li>Endpoints on the pool. Those that failed or are stuck at the same time have the same cause. Endpoints without details are missing here (<code>metrics.endpoint_details</code>):</li>
</ol>
<pre tabindex="0"><code class="language-promql">max by (endpoint_id, endpoint_name, endpoint_type) (dataarts_fabric_endpoint_info{pool_id=&quot;POOL_ID&quot;})
</code></pre>
<ol start="4">
<li>In the console of DataArts Fabric, open the workspace and look at the pool. If it was being created, check the quota of <code>compute</code> (My Quotas) and the balance of the account (Billing Center).</li>
</ol>
<h2 id="mitigation">Mitigation</h2>
<ul>
<li>Creation failed: remove the cause, delete the pool and create it again. <code>FAILED</code> pools are not repaired by the exporter or by waiting.</li>
<li>A running pool failed: open a service ticket with workspace id, pool id, error code and the time of the alert. Until then, move urgent endpoints to another pool.</li>
<li>The pool is not needed: delete it. The alert resolves when the pool has left the listing.</li>
</ul>
<h3 id="parameters">Parameters</h3>
<p><code>dataarts_fabric:pool_failed_critical_seconds:threshold</code>: the time in the status for which the alert fires, 24 hours. <code>for</code>: 2 minutes.
Silence the alert in Alertmanager while a service ticket is open. To change the threshold or to ignore a pool permanently, add rules to a file of your own:</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:pool_failed_critical_seconds:threshold
  expr: vector(8 * 60 * 60)
- record: dataarts_fabric:ignored
  expr: vector(1)
  labels: {workspace_id: WORKSPACE_ID, pool_id: POOL_ID}
</code></pre>
"""#,
            chinese: #"""
<h2 id="含义">含义</h2>
<p>AI DataLake 的计算资源池在最近 24 小时内失败：进入了 <code>FAILED</code> 或其他以 <code>_FAILED</code> 结尾的状态。API 无法读取期间告警保持原样。24 小时后由警告 <a href="DataArtsFabricPoolStillFailed?lang=zh">DataArtsFabricPoolStillFailed</a> 取代。</p>
<p>API 不返回资源池从何时起失败。时间从 Prometheus 第一次在完整列表中看到该状态起算，因此新装 Prometheus 或中断超过 15 分钟后会重新计算。没有 <code>pool_id</code> 的告警涵盖没有明细的失败资源池（<code>metrics.max_endpoint_details</code>）；其时长未知，因此一直为严重。</p>
<h2 id="影响">影响</h2>
<p>预留模式的端点从资源池获得容量：它们无法启动或扩容，正在运行的也可能失败。失败的资源池是否计费，文档没有说明，请查看账单。</p>
<h2 id="诊断">诊断</h2>
<ol>
<li>首先查看错误码及其消息。它们不是告警的标签，Exporter 的状态页会显示，并有最近一次变更的时间：</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s &quot;http://$EXPORTER:9942/api/v1/status?workspace_id=$WORKSPACE_ID&quot; | jq '.workspaces[].listings[] | select(.listing == &quot;pools&quot;) | .served.problems'
</code></pre>
<ol start="2">
<li>API 当前返回，其中包括容量。在 cn-southwest-2 和 cn-east-4，主机名是 <code>fabric-serverless.$REGION.myhuaweicloud.com</code>。</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; &quot;https://fabric.$REGION.myhuaweicloud.com/v2/workspaces/$WORKSPACE_ID/computes?limit=100&quot; | \
  jq '.computes[] | {id, name, status, charge_mode, error, capacity}'
</code></pre>
<ol start="3">
<li>使用该资源池的端点。同时失败或卡住的端点出于同一原因。没有明细的端点不在其中（<code>metrics.endpoint_details</code>）：</li>
</ol>
<pre tabindex="0"><code class="language-promql">max by (endpoint_id, endpoint_name, endpoint_type) (dataarts_fabric_endpoint_info{pool_id=&quot;POOL_ID&quot;})
</code></pre>
<ol start="4">
<li>在 DataArts Fabric 控制台打开工作空间，查看该资源池。若在创建时失败，请检查 <code>compute</code> 的配额（我的配额）和账号余额（费用中心）。</li>
</ol>
<h2 id="处置">处置</h2>
<ul>
<li>创建失败：消除原因，删除资源池后重新创建。<code>FAILED</code> 的资源池不会自行恢复。</li>
<li>运行中失败：提交工单，附上工作空间 ID、资源池 ID、错误码和告警时间。在此期间把紧急的端点移到其他资源池。</li>
<li>不再需要：删除资源池。列表中不再有该资源池后告警恢复。</li>
</ul>
<h3 id="参数">参数</h3>
<p><code>dataarts_fabric:pool_failed_critical_seconds:threshold</code>：进入该状态后本告警触发的时长，24 小时。<code>for</code>：2 分钟。工单处理期间可在 Alertmanager 中静默。要修改阈值或长期忽略某个资源池，请在自己的规则文件中添加：</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:pool_failed_critical_seconds:threshold
  expr: vector(8 * 60 * 60)
- record: dataarts_fabric:ignored
  expr: vector(1)
  labels: {workspace_id: WORKSPACE_ID, pool_id: POOL_ID}
</code></pre>
"""#))

    private static let poolIdle = RunbookText(
        alerts: ["DataArtsFabricPoolIdle"],
        body: Body(
            english: #"""
<h2 id="meaning">Meaning</h2>
<p>A <code>RUNNING</code> compute pool of AI DataLake used less than 20 % of its CPU, and of its accelerators if it has any, in the whole last day. The alert's value is the highest utilization of the day. Memory does not count, as applications reserve it.</p>
<p>The alert fires only if the pool has been <code>RUNNING</code> for more than a day, at least 90 % of the day have values, and the newest value is not older than an hour. When values are missing, it resolves. The day is observed by Prometheus, so after a
new setup of Prometheus the alert fires a day later.</p>
<h2 id="impact">Impact</h2>
<p>A pool is billed by its size until it is deleted, whether it is used or not: most of it costs money for nothing.</p>
<h2 id="diagnosis">Diagnosis</h2>
<ol>
<li>First look at the utilization of the last days on the dashboard &quot;Pools&quot;, or at its highest value in a week. A pool that is busy once a week is not idle:</li>
</ol>
<pre tabindex="0"><code class="language-promql">max by (workspace, pool, resource) (max_over_time(dataarts_fabric_pool_utilization_ratio{pool_id=&quot;POOL_ID&quot;}[7d]))
</code></pre>
<ol start="2">
<li>What the pool consists of, and what is not even promised to endpoints:</li>
</ol>
<pre tabindex="0"><code class="language-promql">sum by (pool, resource) (dataarts_fabric_pool_capacity{pool_id=&quot;POOL_ID&quot;})
</code></pre>
<pre tabindex="0"><code class="language-promql">sum by (pool, resource) (dataarts_fabric_pool_allocatable{pool_id=&quot;POOL_ID&quot;})
</code></pre>
<ol start="3">
<li>Endpoints on the pool, whose owners know what it is for:</li>
</ol>
<pre tabindex="0"><code class="language-promql">max by (endpoint_id, endpoint_name, endpoint_type) (dataarts_fabric_endpoint_info{pool_id=&quot;POOL_ID&quot;})
</code></pre>
<ol start="4">
<li>The same values according to the API (<a href="DataArtsFabricPoolFailed?lang=en#diagnosis">host in some regions</a>). In the console, Billing Center → bill details has the cost of the pool:</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; &quot;https://fabric.$REGION.myhuaweicloud.com/v2/workspaces/$WORKSPACE_ID/computes/metrics?step=3600&amp;metric_name=CPU&amp;compute_ids=$POOL_ID&amp;start_time=$(date -d '1 day ago' +%s)&amp;end_time=$(date +%s)&quot; | \
  jq '.data[] | {collection_time, values}'
</code></pre>
<ol start="5">
<li>The exporter's status page of the workspace, or the same as JSON, shows whether its listing of pools is current:</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s &quot;http://$EXPORTER:9942/api/v1/status?workspace_id=$WORKSPACE_ID&quot; | jq '.workspaces[].listings[] | select(.listing == &quot;pools&quot;)'
</code></pre>
<h2 id="mitigation">Mitigation</h2>
<ul>
<li>Scale the pool in to what is used, in the console. A pool that is not needed at all: delete it, after its endpoints.</li>
<li><code>charge_mode=&quot;prePaid&quot;</code>: the subscription is paid until it ends. Move endpoints of other pools to it, or do not renew it.</li>
<li>Short peaks: endpoints with on-demand resources cost nothing between the peaks.</li>
</ul>
<h3 id="parameters">Parameters</h3>
<p><code>dataarts_fabric:pool_utilization_ratio:threshold</code>: 0.2, optionally per <code>workspace_id</code> or <code>pool_id</code>. <code>for</code>: 2 minutes, after the day.
For a pool that is idle on purpose, such as one for failover, turn the alert off by a negative threshold; other alerts on the pool remain. Add rules to a file of your own:</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:pool_utilization_ratio:threshold
  expr: vector(0.1)
- record: dataarts_fabric:pool_utilization_ratio:threshold
  expr: vector(-1)
  labels: {pool_id: POOL_ID}
</code></pre>
"""#,
            chinese: #"""
<h2 id="含义">含义</h2>
<p>AI DataLake 的计算资源池处于 <code>RUNNING</code>，但最近一整天的 CPU 利用率（以及加速卡的利用率，如有）都低于 20%。告警的值是这一天的最高利用率。内存不计入，因为应用会预先占用内存。</p>
<p>只有当资源池处于 <code>RUNNING</code> 超过一天、这一天至少 90% 的时间有数据、且最新的值不早于一小时，告警才会触发；没有数据时告警恢复。这一天由 Prometheus 观测，因此新装 Prometheus 后告警会晚一天。</p>
<h2 id="影响">影响</h2>
<p>资源池在删除前始终按规格计费，与是否使用无关：其中大部分费用是浪费。</p>
<h2 id="诊断">诊断</h2>
<ol>
<li>首先在仪表盘“Pools”上查看最近几天的利用率，或查询一周内的最高值。每周只忙一次的资源池并不空闲：</li>
</ol>
<pre tabindex="0"><code class="language-promql">max by (workspace, pool, resource) (max_over_time(dataarts_fabric_pool_utilization_ratio{pool_id=&quot;POOL_ID&quot;}[7d]))
</code></pre>
<ol start="2">
<li>资源池的容量，以及尚未分配给端点的部分：</li>
</ol>
<pre tabindex="0"><code class="language-promql">sum by (pool, resource) (dataarts_fabric_pool_capacity{pool_id=&quot;POOL_ID&quot;})
</code></pre>
<pre tabindex="0"><code class="language-promql">sum by (pool, resource) (dataarts_fabric_pool_allocatable{pool_id=&quot;POOL_ID&quot;})
</code></pre>
<ol start="3">
<li>使用该资源池的端点，其所有者知道它的用途：</li>
</ol>
<pre tabindex="0"><code class="language-promql">max by (endpoint_id, endpoint_name, endpoint_type) (dataarts_fabric_endpoint_info{pool_id=&quot;POOL_ID&quot;})
</code></pre>
<ol start="4">
<li>API 返回的同样数据（<a href="DataArtsFabricPoolFailed?lang=zh#%E8%AF%8A%E6%96%AD">部分区域的主机名</a>不同）。控制台的费用中心 → 账单详情有该资源池的费用：</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; &quot;https://fabric.$REGION.myhuaweicloud.com/v2/workspaces/$WORKSPACE_ID/computes/metrics?step=3600&amp;metric_name=CPU&amp;compute_ids=$POOL_ID&amp;start_time=$(date -d '1 day ago' +%s)&amp;end_time=$(date +%s)&quot; | \
  jq '.data[] | {collection_time, values}'
</code></pre>
<ol start="5">
<li>Exporter 的工作空间状态页（或下面的 JSON）显示资源池列表是否为最新：</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s &quot;http://$EXPORTER:9942/api/v1/status?workspace_id=$WORKSPACE_ID&quot; | jq '.workspaces[].listings[] | select(.listing == &quot;pools&quot;)'
</code></pre>
<h2 id="处置">处置</h2>
<ul>
<li>在控制台把资源池缩容到实际需要。完全不需要的资源池：先删除端点，再删除资源池。</li>
<li><code>charge_mode=&quot;prePaid&quot;</code>：包年包月的费用已付到期满。把其他资源池的端点移过来，或不再续费。</li>
<li>短时高峰：使用按需资源的端点在高峰之间不产生费用。</li>
</ul>
<h3 id="参数">参数</h3>
<p><code>dataarts_fabric:pool_utilization_ratio:threshold</code>：0.2，可按 <code>workspace_id</code> 或 <code>pool_id</code> 设置。<code>for</code>：一天之后再加 2 分钟。有意空闲的资源池（例如用于容灾），可用负的阈值关闭本告警，该资源池的其他告警不变。请在自己的规则文件中添加：</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:pool_utilization_ratio:threshold
  expr: vector(0.1)
- record: dataarts_fabric:pool_utilization_ratio:threshold
  expr: vector(-1)
  labels: {pool_id: POOL_ID}
</code></pre>
"""#))

    private static let poolQueriesFailing = RunbookText(
        alerts: ["DataArtsFabricPoolQueriesFailing"],
        body: Body(
            english: #"""
<h2 id="meaning">Meaning</h2>
<p>Requests for the utilization (<code>query=&quot;utilization&quot;</code>) or the allocatable capacity (<code>query=&quot;allocatable&quot;</code>) of compute pools of AI DataLake have been failing for more than 30 minutes. There is one alert for each source, query and reason. A single failure raises no alert.</p>
<p>These queries are best effort: a failed one fails no poll, and the list of pools stays complete. If the list itself fails, <a href="DataArtsFabricWorkspaceFailing?lang=en">DataArtsFabricWorkspaceFailing</a> fires with <code>listing=&quot;pools&quot;</code>.</p>
<h2 id="impact">Impact</h2>
<p>The pools concerned have no series of that query. Alerts that need them (<a href="DataArtsFabricPoolIdle?lang=en">DataArtsFabricPoolIdle</a>, <a href="DataArtsFabricPoolExhausted?lang=en">DataArtsFabricPoolExhausted</a>) do not fire for them. Alerts on failed and suspended pools are not affected.</p>
<h2 id="diagnosis">Diagnosis</h2>
<ol>
<li>First find the pools without values. If all are concerned, it is a permission or the API; if one, that pool:</li>
</ol>
<pre tabindex="0"><code class="language-promql">max by (source, workspace, pool_id, pool) (dataarts_fabric_pool_info{status=&quot;RUNNING&quot;})
unless on (source, workspace, pool_id) dataarts_fabric_pool_utilization_ratio
</code></pre>
<pre tabindex="0"><code class="language-promql">max by (source, workspace, pool_id, pool) (dataarts_fabric_pool_info{status=&quot;RUNNING&quot;})
unless on (source, workspace, pool_id) dataarts_fabric_pool_allocatable
</code></pre>
<ol start="2">
<li>Failures by reason. <code>utilization</code> is asked once per pool for each of CPU, memory and, where the pool has them, GPU and NPU:</li>
</ol>
<pre tabindex="0"><code class="language-promql">sum by (source, query, reason) (increase(dataarts_fabric_pool_query_failures_total[1h])) &gt; 0
</code></pre>
<ol start="3">
<li>The exporter's status page of the workspace, or the same as JSON, has the number of failed queries of the last poll and the message of the last failure; so has the log (<code>queries failed; their values are not exported</code>):</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s &quot;http://$EXPORTER:9942/api/v1/status?workspace_id=$WORKSPACE_ID&quot; | jq '.workspaces[].listings[] | select(.listing == &quot;pools&quot;) | .served.failed_queries'
</code></pre>
<ol start="4">
<li>The same requests by hand (<a href="DataArtsFabricPoolFailed?lang=en#diagnosis">host in some regions</a>). If they succeed, compare address and credential with the exporter's configuration. If the pool is missing in the console, it was deleted:</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; &quot;https://fabric.$REGION.myhuaweicloud.com/v2/workspaces/$WORKSPACE_ID/computes/metrics?step=3600&amp;metric_name=CPU&amp;compute_ids=$POOL_ID&amp;start_time=$(date -d '1 day ago' +%s)&amp;end_time=$(date +%s)&quot; | \
  jq '.data[] | {collection_time, values}'
</code></pre>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; &quot;https://fabric.$REGION.myhuaweicloud.com/v2/workspaces/$WORKSPACE_ID/endpoint-limit?engine_type=SparkJob&amp;compute_id=$POOL_ID&quot; | jq .
</code></pre>
<h2 id="mitigation">Mitigation</h2>
<p>Reasons and remedies are the same as in <a href="DataArtsFabricWorkspaceFailing?lang=en#mitigation">DataArtsFabricWorkspaceFailing</a>, except:</p>
<ul>
<li><code>forbidden</code>: the IAM actions of these requests are not documented. Attach the system policy <code>DataArtsFabricReadOnlyPolicy</code> to the credential's user or agency; if that does not help, ask the service by ticket.</li>
<li><code>not_found</code>: the region may not have this API yet, or the pool was deleted meanwhile.</li>
<li><code>throttled</code>: raise <code>collect.pools.interval</code>, or lower <code>poll.requests_per_second</code>. Each running pool takes 3 to 5 requests per interval (request budget).</li>
</ul>
<h3 id="parameters">Parameters</h3>
<p>No threshold. <code>for</code>: 30 minutes. Where the service does not permit a query at all, silence the alert in Alertmanager by its name, <code>source</code>, <code>query</code> and <code>reason</code>.</p>
"""#,
            chinese: #"""
<h2 id="含义">含义</h2>
<p>对 AI DataLake 计算资源池利用率（<code>query=&quot;utilization&quot;</code>）或可分配容量（<code>query=&quot;allocatable&quot;</code>）的请求持续失败超过 30 分钟。每个数据源、查询和原因各有一条告警。单次失败不告警。</p>
<p>这些查询尽力而为：查询失败不会使轮询失败，资源池的列表仍然完整。如果列表本身失败，由 <a href="DataArtsFabricWorkspaceFailing?lang=zh">DataArtsFabricWorkspaceFailing</a> 以 <code>listing=&quot;pools&quot;</code> 告警。</p>
<h2 id="影响">影响</h2>
<p>相关资源池没有该查询的时间序列，依赖它们的告警（<a href="DataArtsFabricPoolIdle?lang=zh">DataArtsFabricPoolIdle</a>、<a href="DataArtsFabricPoolExhausted?lang=zh">DataArtsFabricPoolExhausted</a>）对这些资源池不触发。失败和被暂停的资源池的告警不受影响。</p>
<h2 id="诊断">诊断</h2>
<ol>
<li>首先找出没有数据的资源池。全部都没有，是权限或 API 的问题；只有一个，是该资源池的问题：</li>
</ol>
<pre tabindex="0"><code class="language-promql">max by (source, workspace, pool_id, pool) (dataarts_fabric_pool_info{status=&quot;RUNNING&quot;})
unless on (source, workspace, pool_id) dataarts_fabric_pool_utilization_ratio
</code></pre>
<pre tabindex="0"><code class="language-promql">max by (source, workspace, pool_id, pool) (dataarts_fabric_pool_info{status=&quot;RUNNING&quot;})
unless on (source, workspace, pool_id) dataarts_fabric_pool_allocatable
</code></pre>
<ol start="2">
<li>按原因统计失败。<code>utilization</code> 对每个资源池分别查询 CPU、内存，以及（如有）GPU、NPU：</li>
</ol>
<pre tabindex="0"><code class="language-promql">sum by (source, query, reason) (increase(dataarts_fabric_pool_query_failures_total[1h])) &gt; 0
</code></pre>
<ol start="3">
<li>Exporter 的工作空间状态页（或下面的 JSON）显示最近一次轮询中失败的查询数以及最后一次失败的消息，日志中也有（<code>queries failed; their values are not exported</code>）：</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s &quot;http://$EXPORTER:9942/api/v1/status?workspace_id=$WORKSPACE_ID&quot; | jq '.workspaces[].listings[] | select(.listing == &quot;pools&quot;) | .served.failed_queries'
</code></pre>
<ol start="4">
<li>手工发送同样的请求（<a href="DataArtsFabricPoolFailed?lang=zh#%E8%AF%8A%E6%96%AD">部分区域的主机名</a>不同）。如果成功，请与 Exporter 配置中的地址和凭证比较。控制台中没有该资源池，说明它已被删除：</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; &quot;https://fabric.$REGION.myhuaweicloud.com/v2/workspaces/$WORKSPACE_ID/computes/metrics?step=3600&amp;metric_name=CPU&amp;compute_ids=$POOL_ID&amp;start_time=$(date -d '1 day ago' +%s)&amp;end_time=$(date +%s)&quot; | \
  jq '.data[] | {collection_time, values}'
</code></pre>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; &quot;https://fabric.$REGION.myhuaweicloud.com/v2/workspaces/$WORKSPACE_ID/endpoint-limit?engine_type=SparkJob&amp;compute_id=$POOL_ID&quot; | jq .
</code></pre>
<h2 id="处置">处置</h2>
<p>原因和处理与 <a href="DataArtsFabricWorkspaceFailing?lang=zh#%E5%A4%84%E7%BD%AE">DataArtsFabricWorkspaceFailing</a> 相同，不同之处：</p>
<ul>
<li><code>forbidden</code>：这些请求的授权项没有文档给出名称。为凭证的用户或委托授予系统策略 <code>DataArtsFabricReadOnlyPolicy</code>；若仍无效，请通过工单咨询。</li>
<li><code>not_found</code>：区域可能还没有该 API，或资源池已被删除。</li>
<li><code>throttled</code>：提高 <code>collect.pools.interval</code>，或降低 <code>poll.requests_per_second</code>。每个运行中的资源池每个间隔需要 3 到 5 个请求（请求数）。</li>
</ul>
<h3 id="参数">参数</h3>
<p>没有阈值。<code>for</code>：30 分钟。如果服务根本不允许某种查询，可在 Alertmanager 中按告警名称、<code>source</code>、<code>query</code> 和 <code>reason</code> 静默。</p>
"""#))

    private static let poolStillFailed = RunbookText(
        alerts: ["DataArtsFabricPoolStillFailed"],
        body: Body(
            english: #"""
<h2 id="meaning">Meaning</h2>
<p>A compute pool of AI DataLake has been in <code>FAILED</code>, or another status that ends in <code>_FAILED</code>, for more than 24 hours. It replaces the critical alert
<a href="DataArtsFabricPoolFailed?lang=en">DataArtsFabricPoolFailed</a> as a warning: the failure is known, but the pool still exists.</p>
<p>The age needs details: failed pools without details have no known age and stay in <code>DataArtsFabricPoolFailed</code>.</p>
<h2 id="impact">Impact</h2>
<p>The same as in the first 24 hours: endpoints on the pool cannot start or grow. Whether the pool is billed is not documented.</p>
<h2 id="diagnosis">Diagnosis</h2>
<ol>
<li>First find out whether someone needs the pool. Endpoints on it:</li>
</ol>
<pre tabindex="0"><code class="language-promql">max by (endpoint_id, endpoint_name, endpoint_type) (dataarts_fabric_endpoint_info{pool_id=&quot;POOL_ID&quot;})
</code></pre>
<ol start="2">
<li>Failed pools, the oldest first, with their age in days:</li>
</ol>
<pre tabindex="0"><code class="language-promql">sort_desc(pool:dataarts_fabric_status_age_seconds:held{status=~&quot;(.+_)?FAILED&quot;}) / 86400
</code></pre>
<ol start="3">
<li>The error code, from the API (<a href="DataArtsFabricPoolFailed?lang=en#diagnosis">host in some regions</a>) and from the exporter's status page, with its message:</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; &quot;https://fabric.$REGION.myhuaweicloud.com/v2/workspaces/$WORKSPACE_ID/computes?limit=100&quot; | \
  jq '.computes[] | {id, name, status, charge_mode, error, capacity}'
</code></pre>
<pre tabindex="0"><code class="language-sh">curl -s &quot;http://$EXPORTER:9942/api/v1/status?workspace_id=$WORKSPACE_ID&quot; | jq '.workspaces[].listings[] | select(.listing == &quot;pools&quot;) | .served.problems'
</code></pre>
<ol start="4">
<li>In the console: the pool's page in the workspace, and Billing Center → bill details, which shows whether the pool is billed.</li>
</ol>
<h2 id="mitigation">Mitigation</h2>
<ul>
<li>Not needed: delete the pool in the console. The alert resolves when the pool has left the listing.</li>
<li>Needed: follow <a href="DataArtsFabricPoolFailed?lang=en#mitigation">DataArtsFabricPoolFailed</a>.</li>
<li>It must stay, for example as evidence for a service ticket: ignore it (below).</li>
</ul>
<h3 id="parameters">Parameters</h3>
<p><code>dataarts_fabric:pool_failed_critical_seconds:threshold</code>: the age at which a failed pool changes from critical to warning, 24 hours. <code>for</code>: 2 minutes.
To change it or to ignore a pool, add rules to a file of your own:</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:pool_failed_critical_seconds:threshold
  expr: vector(3 * 24 * 60 * 60)
- record: dataarts_fabric:ignored
  expr: vector(1)
  labels: {workspace_id: WORKSPACE_ID, pool_id: POOL_ID}
</code></pre>
"""#,
            chinese: #"""
<h2 id="含义">含义</h2>
<p>AI DataLake 的计算资源池处于 <code>FAILED</code> 或其他以 <code>_FAILED</code> 结尾的状态已超过 24 小时。本警告取代严重告警 <a href="DataArtsFabricPoolFailed?lang=zh">DataArtsFabricPoolFailed</a>：故障已知，但资源池仍然存在。</p>
<p>计算时长需要明细：没有明细的失败资源池时长未知，一直由 <code>DataArtsFabricPoolFailed</code> 告警。</p>
<h2 id="影响">影响</h2>
<p>与前 24 小时相同：使用该资源池的端点无法启动或扩容。资源池是否计费，文档没有说明。</p>
<h2 id="诊断">诊断</h2>
<ol>
<li>首先确认是否还有人需要该资源池。使用它的端点：</li>
</ol>
<pre tabindex="0"><code class="language-promql">max by (endpoint_id, endpoint_name, endpoint_type) (dataarts_fabric_endpoint_info{pool_id=&quot;POOL_ID&quot;})
</code></pre>
<ol start="2">
<li>失败的资源池，时间最长的在前，单位为天：</li>
</ol>
<pre tabindex="0"><code class="language-promql">sort_desc(pool:dataarts_fabric_status_age_seconds:held{status=~&quot;(.+_)?FAILED&quot;}) / 86400
</code></pre>
<ol start="3">
<li>从 API（<a href="DataArtsFabricPoolFailed?lang=zh#%E8%AF%8A%E6%96%AD">部分区域的主机名</a>不同）和 Exporter 的状态页查询错误码及其消息：</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; &quot;https://fabric.$REGION.myhuaweicloud.com/v2/workspaces/$WORKSPACE_ID/computes?limit=100&quot; | \
  jq '.computes[] | {id, name, status, charge_mode, error, capacity}'
</code></pre>
<pre tabindex="0"><code class="language-sh">curl -s &quot;http://$EXPORTER:9942/api/v1/status?workspace_id=$WORKSPACE_ID&quot; | jq '.workspaces[].listings[] | select(.listing == &quot;pools&quot;) | .served.problems'
</code></pre>
<ol start="4">
<li>控制台：在工作空间中查看资源池；在费用中心 → 账单详情确认是否计费。</li>
</ol>
<h2 id="处置">处置</h2>
<ul>
<li>不再需要：在控制台删除资源池。列表中不再有该资源池后告警恢复。</li>
<li>仍然需要：按 <a href="DataArtsFabricPoolFailed?lang=zh#%E5%A4%84%E7%BD%AE">DataArtsFabricPoolFailed</a> 处理。</li>
<li>必须保留，例如作为工单的依据：将其忽略（见下）。</li>
</ul>
<h3 id="参数">参数</h3>
<p><code>dataarts_fabric:pool_failed_critical_seconds:threshold</code>：失败的资源池由严重转为警告的时长，24 小时。<code>for</code>：2 分钟。要修改它或忽略某个资源池，请在自己的规则文件中添加：</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:pool_failed_critical_seconds:threshold
  expr: vector(3 * 24 * 60 * 60)
- record: dataarts_fabric:ignored
  expr: vector(1)
  labels: {workspace_id: WORKSPACE_ID, pool_id: POOL_ID}
</code></pre>
"""#))

    private static let poolSuspended = RunbookText(
        alerts: ["DataArtsFabricPoolSuspended"],
        body: Body(
            english: #"""
<h2 id="meaning">Meaning</h2>
<p>A compute pool of AI DataLake is being frozen (<code>FREEZING</code>) or is frozen: in a status that ends in <code>FROZEN</code>, or <code>TRIAL_ENDED</code>. Only <code>FREEZING</code> is documented for pools; the others are those of endpoints. The service freezes resources usually because of a billing issue.</p>
<p>An alert without <code>pool_id</code> covers pools without details (<code>metrics.max_endpoint_details</code>).</p>
<h2 id="impact">Impact</h2>
<p>Endpoints on the pool lose their capacity. Frozen resources are usually kept for some time and then permanently deleted, including their data.</p>
<h2 id="diagnosis">Diagnosis</h2>
<ol>
<li>
<p>First check the account in the console: Billing Center (balance, arrears, unpaid orders, expired yearly or monthly subscriptions of pools with <code>charge_mode=&quot;prePaid&quot;</code>).</p>
</li>
<li>
<p>Is the whole account affected? Then endpoints are suspended, too:</p>
</li>
</ol>
<pre tabindex="0"><code class="language-promql">count by (source, status) (pool:dataarts_fabric_status_age_seconds:held{status=~&quot;FREEZING|(.+_)?FROZEN|TRIAL_ENDED&quot;})
</code></pre>
<pre tabindex="0"><code class="language-promql">count by (source, status) (endpoint:dataarts_fabric_status_age_seconds:held{status=~&quot;FROZEN|ON_DEMAND_FROZEN|TRIAL_ENDED&quot;})
</code></pre>
<ol start="3">
<li>The status and error code according to the API (<a href="DataArtsFabricPoolFailed?lang=en#diagnosis">host in some regions</a>) and on the exporter's status page, with the message:</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; &quot;https://fabric.$REGION.myhuaweicloud.com/v2/workspaces/$WORKSPACE_ID/computes?limit=100&quot; | \
  jq '.computes[] | {id, name, status, charge_mode, error, capacity}'
</code></pre>
<pre tabindex="0"><code class="language-sh">curl -s &quot;http://$EXPORTER:9942/api/v1/status?workspace_id=$WORKSPACE_ID&quot; | jq '.workspaces[].listings[] | select(.listing == &quot;pools&quot;) | .served.problems'
</code></pre>
<h2 id="mitigation">Mitigation</h2>
<ul>
<li>Arrears: top up the account or pay the order; the service then unfreezes the pool.</li>
<li>An expired subscription: renew it, or move its endpoints to another pool before the data is deleted.</li>
<li>Frozen for another reason (security, account verification): open a service ticket.</li>
<li>Not needed: delete the pool.</li>
</ul>
<h3 id="parameters">Parameters</h3>
<p>No threshold. <code>for</code>: 2 minutes. If a pool is left to expire on purpose, silence the alert in Alertmanager until then, or ignore the pool by a rule in a file of your own:</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:ignored
  expr: vector(1)
  labels: {workspace_id: WORKSPACE_ID, pool_id: POOL_ID}
</code></pre>
"""#,
            chinese: #"""
<h2 id="含义">含义</h2>
<p>AI DataLake 的计算资源池正在冻结（<code>FREEZING</code>）或已被冻结：状态以 <code>FROZEN</code> 结尾，或为 <code>TRIAL_ENDED</code>。资源池的文档只列出了 <code>FREEZING</code>，其他是端点的状态。服务冻结资源，原因通常是欠费等账务问题。</p>
<p>没有 <code>pool_id</code> 的告警涵盖没有明细的资源池（<code>metrics.max_endpoint_details</code>）。</p>
<h2 id="影响">影响</h2>
<p>使用该资源池的端点失去容量。被冻结的资源通常保留一段时间，之后会连同数据被永久删除。</p>
<h2 id="诊断">诊断</h2>
<ol>
<li>
<p>首先在控制台检查账号：费用中心（余额、欠费、待支付订单，以及 <code>charge_mode=&quot;prePaid&quot;</code> 的资源池的包年包月是否到期）。</p>
</li>
<li>
<p>是否涉及整个账号？如果是，端点也会被暂停：</p>
</li>
</ol>
<pre tabindex="0"><code class="language-promql">count by (source, status) (pool:dataarts_fabric_status_age_seconds:held{status=~&quot;FREEZING|(.+_)?FROZEN|TRIAL_ENDED&quot;})
</code></pre>
<pre tabindex="0"><code class="language-promql">count by (source, status) (endpoint:dataarts_fabric_status_age_seconds:held{status=~&quot;FROZEN|ON_DEMAND_FROZEN|TRIAL_ENDED&quot;})
</code></pre>
<ol start="3">
<li>API 返回的（<a href="DataArtsFabricPoolFailed?lang=zh#%E8%AF%8A%E6%96%AD">部分区域的主机名</a>不同）和 Exporter 状态页上的状态、错误码及其消息：</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; &quot;https://fabric.$REGION.myhuaweicloud.com/v2/workspaces/$WORKSPACE_ID/computes?limit=100&quot; | \
  jq '.computes[] | {id, name, status, charge_mode, error, capacity}'
</code></pre>
<pre tabindex="0"><code class="language-sh">curl -s &quot;http://$EXPORTER:9942/api/v1/status?workspace_id=$WORKSPACE_ID&quot; | jq '.workspaces[].listings[] | select(.listing == &quot;pools&quot;) | .served.problems'
</code></pre>
<h2 id="处置">处置</h2>
<ul>
<li>欠费：充值或支付订单；服务会自动解冻资源池。</li>
<li>包年包月到期：续费，或在数据被删除前把端点移到其他资源池。</li>
<li>因其他原因冻结（安全、实名认证）：提交工单。</li>
<li>不再需要：删除资源池。</li>
</ul>
<h3 id="参数">参数</h3>
<p>没有阈值。<code>for</code>：2 分钟。若有意让资源池到期，可在 Alertmanager 中静默到那时，或在自己的规则文件中忽略该资源池：</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:ignored
  expr: vector(1)
  labels: {workspace_id: WORKSPACE_ID, pool_id: POOL_ID}
</code></pre>
"""#))

    private static let quotaHigh = RunbookText(
        alerts: ["DataArtsFabricQuotaHigh", "DataArtsFabricQuotaHighCritical"],
        body: Body(
            english: #"""
<h2 id="meaning">Meaning</h2>
<p>The project of a source uses most of a quota of DataArts Fabric (label <code>resource</code>). <code>DataArtsFabricQuotaHigh</code> is the warning, from 90 % on; <code>DataArtsFabricQuotaHighCritical</code> is the
critical stage, from 100 % on. The alert's value is the used fraction.</p>
<p>Resources without a limit, or with a limit of 0, have no alert. While quotas cannot be read, the alert keeps firing.</p>
<h2 id="impact">Impact</h2>
<p>When the quota is used up, the service refuses to create more: new workspaces or endpoints, or more capacity. What exists keeps running.</p>
<h2 id="diagnosis">Diagnosis</h2>
<ol>
<li>First compare use and limit of all quotas of the project:</li>
</ol>
<pre tabindex="0"><code class="language-promql">max by (source, resource) (dataarts_fabric_quota_used)
</code></pre>
<pre tabindex="0"><code class="language-promql">max by (source, resource) (dataarts_fabric_quota_limit)
</code></pre>
<ol start="2">
<li>How fast the use grows. A steep rise is usually an automation that creates resources and does not delete them:</li>
</ol>
<pre tabindex="0"><code class="language-promql">max by (source, resource) (delta(dataarts_fabric_quota_used[1d]))
</code></pre>
<ol start="3">
<li>The same according to the API:</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; &quot;https://fabric.$REGION.myhuaweicloud.com/v2/$PROJECT_ID/quotas&quot; | jq '.quotas.resources'
</code></pre>
<h2 id="mitigation">Mitigation</h2>
<ul>
<li>Delete what is not needed. Failed and suspended endpoints count, too: the status page lists them.</li>
<li>Request a higher quota in the console (My Quotas) or by service ticket. This may take days, so do it at the warning.</li>
<li>The next values are read after the interval of quotas, 1 hour by default; until then the alert does not resolve.</li>
</ul>
<h3 id="parameters">Parameters</h3>
<p><code>dataarts_fabric:quota_used_ratio:threshold</code>: 0.9 (<code>level: warning</code>) and 1 (<code>level: critical</code>), optionally per resource. <code>for</code>: 2 minutes.
To change them, add rules to a file of your own; a value above 1 turns off the alert as long as the limit is not exceeded:</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:quota_used_ratio:threshold
  expr: vector(0.8)
  labels: {level: warning}
- record: dataarts_fabric:quota_used_ratio:threshold
  expr: vector(1)
  labels: {level: warning, resource: workspace}
</code></pre>
<p>The threshold of each quota, as the alerts use it:</p>
<pre tabindex="0"><code class="language-promql">source_resource:dataarts_fabric_quota_used_ratio:threshold
</code></pre>
"""#,
            chinese: #"""
<h2 id="含义">含义</h2>
<p>数据源的项目已用掉 DataArts Fabric 某项配额（<code>resource</code> 标签）的大部分。<code>DataArtsFabricQuotaHigh</code> 为警告，达到 90% 时触发；<code>DataArtsFabricQuotaHighCritical</code> 为严重，达到 100% 时触发。告警的值为已用的比例。</p>
<p>没有上限或上限为 0 的资源不告警。配额无法读取期间告警保持原样。</p>
<h2 id="影响">影响</h2>
<p>配额用完后，服务会拒绝继续创建：新的工作空间、端点，或更多容量。已有的资源继续运行。</p>
<h2 id="诊断">诊断</h2>
<ol>
<li>首先比较该项目各项配额的用量和上限：</li>
</ol>
<pre tabindex="0"><code class="language-promql">max by (source, resource) (dataarts_fabric_quota_used)
</code></pre>
<pre tabindex="0"><code class="language-promql">max by (source, resource) (dataarts_fabric_quota_limit)
</code></pre>
<ol start="2">
<li>用量增长的速度。急剧上升通常是因为自动化程序只创建资源而不删除：</li>
</ol>
<pre tabindex="0"><code class="language-promql">max by (source, resource) (delta(dataarts_fabric_quota_used[1d]))
</code></pre>
<ol start="3">
<li>API 返回的同样数据：</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; &quot;https://fabric.$REGION.myhuaweicloud.com/v2/$PROJECT_ID/quotas&quot; | jq '.quotas.resources'
</code></pre>
<h2 id="处置">处置</h2>
<ul>
<li>删除不需要的资源。失败和被暂停的端点也计入：状态页会列出它们。</li>
<li>在控制台（我的配额）或通过工单申请提高配额。这可能需要几天，因此在警告时就应申请。</li>
<li>下一次读取在配额的间隔（默认 1 小时）之后；在此之前告警不会恢复。</li>
</ul>
<h3 id="参数">参数</h3>
<p><code>dataarts_fabric:quota_used_ratio:threshold</code>：0.9（<code>level: warning</code>）和 1（<code>level: critical</code>），可按资源设置。<code>for</code>：2 分钟。要修改它，请在自己的规则文件中添加；大于 1 的值表示只要不超过上限就不告警：</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:quota_used_ratio:threshold
  expr: vector(0.8)
  labels: {level: warning}
- record: dataarts_fabric:quota_used_ratio:threshold
  expr: vector(1)
  labels: {level: warning, resource: workspace}
</code></pre>
<p>每项配额实际使用的阈值：</p>
<pre tabindex="0"><code class="language-promql">source_resource:dataarts_fabric_quota_used_ratio:threshold
</code></pre>
"""#))

    private static let quotasFailing = RunbookText(
        alerts: ["DataArtsFabricQuotasFailing"],
        body: Body(
            english: #"""
<h2 id="meaning">Meaning</h2>
<p>The quotas of a source cannot be read, and there are no current values: the last ones are stale (older than 3 × the interval of quotas, 3 hours by default), or there have been none since the exporter started.
If the source is locked out, <a href="DataArtsFabricSourceLockedOut?lang=en">DataArtsFabricSourceLockedOut</a> fires instead.</p>
<h2 id="impact">Impact</h2>
<p>Existing alerts on quotas keep firing; a quota that becomes used up raises no alert. Endpoints and other listings are not affected.</p>
<h2 id="diagnosis">Diagnosis</h2>
<ol>
<li>First read the reason; remedies are under <a href="#mitigation">Mitigation</a>. Quotas are read rarely, so the range is long:</li>
</ol>
<pre tabindex="0"><code class="language-promql">sum by (source, reason) (increase(dataarts_fabric_quota_failures_total[6h])) &gt; 0
</code></pre>
<ol start="2">
<li>The age of the last values in seconds:</li>
</ol>
<pre tabindex="0"><code class="language-promql">time() - max by (source) (dataarts_fabric_quota_last_success_timestamp_seconds)
</code></pre>
<ol start="3">
<li>The same request by hand:</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -si -H &quot;X-Auth-Token: $TOKEN&quot; &quot;https://fabric.$REGION.myhuaweicloud.com/v2/$PROJECT_ID/quotas&quot;
</code></pre>
<h2 id="mitigation">Mitigation</h2>
<p>Reasons and remedies are the same as in <a href="DataArtsFabricWorkspaceFailing?lang=en#mitigation">DataArtsFabricWorkspaceFailing</a>, except:</p>
<ul>
<li><code>forbidden</code>: the IAM action for quotas is not documented. Attach the system policy <code>DataArtsFabricReadOnlyPolicy</code> to the credential's user or agency; if that does not help, ask the service by ticket.</li>
<li><code>not_found</code>: check <code>base_url</code>, <code>region</code> and <code>collect.quotas.project_id</code>. Where the region does not have this API, remove <code>collect.quotas</code>.</li>
<li><code>bad_request</code>: check <code>collect.quotas.project_id</code>: it must be the project of the credential.</li>
</ul>
<p><code>dataarts-fabric-exporter check --connect --config.file FILE</code> sends the request and names the remedy.</p>
<h3 id="parameters">Parameters</h3>
<p>No threshold. <code>for</code>: 15 minutes. To silence the alert during planned work, create a silence for its name and <code>source</code> in Alertmanager.</p>
"""#,
            chinese: #"""
<h2 id="含义">含义</h2>
<p>数据源的配额无法读取，且没有最新的值：上一次的值已过期（早于配额间隔的 3 倍，默认 3 小时），或 Exporter 启动后从未成功过。数据源的凭证被拒绝时，由 <a href="DataArtsFabricSourceLockedOut?lang=zh">DataArtsFabricSourceLockedOut</a> 告警。</p>
<h2 id="影响">影响</h2>
<p>已触发的配额告警保持原样；之后用完的配额不会触发告警。端点和其他列表不受影响。</p>
<h2 id="诊断">诊断</h2>
<ol>
<li>首先查看原因，处理办法见<a href="#%E5%A4%84%E7%BD%AE">处置</a>。配额很少读取，因此时间范围较长：</li>
</ol>
<pre tabindex="0"><code class="language-promql">sum by (source, reason) (increase(dataarts_fabric_quota_failures_total[6h])) &gt; 0
</code></pre>
<ol start="2">
<li>上一次的值的时长，单位为秒：</li>
</ol>
<pre tabindex="0"><code class="language-promql">time() - max by (source) (dataarts_fabric_quota_last_success_timestamp_seconds)
</code></pre>
<ol start="3">
<li>手工发送同样的请求：</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -si -H &quot;X-Auth-Token: $TOKEN&quot; &quot;https://fabric.$REGION.myhuaweicloud.com/v2/$PROJECT_ID/quotas&quot;
</code></pre>
<h2 id="处置">处置</h2>
<p>原因和处理与 <a href="DataArtsFabricWorkspaceFailing?lang=zh#%E5%A4%84%E7%BD%AE">DataArtsFabricWorkspaceFailing</a> 相同，不同之处：</p>
<ul>
<li><code>forbidden</code>：配额的授权项没有文档给出名称。为凭证的用户或委托授予系统策略 <code>DataArtsFabricReadOnlyPolicy</code>；若仍无效，请通过工单咨询。</li>
<li><code>not_found</code>：检查 <code>base_url</code>、<code>region</code> 和 <code>collect.quotas.project_id</code>。区域没有该 API 时，请移除 <code>collect.quotas</code>。</li>
<li><code>bad_request</code>：检查 <code>collect.quotas.project_id</code>：它必须是凭证所属的项目。</li>
</ul>
<p><code>dataarts-fabric-exporter check --connect --config.file FILE</code> 会发送该请求并给出处理办法。</p>
<h3 id="参数">参数</h3>
<p>没有阈值。<code>for</code>：15 分钟。计划内的操作期间，可在 Alertmanager 中按告警名称和 <code>source</code> 创建静默。</p>
"""#))

    private static let recordsSkipped = RunbookText(
        alerts: ["DataArtsFabricRecordsSkipped"],
        body: Body(
            english: #"""
<h2 id="meaning">Meaning</h2>
<p>For 15 minutes one listing of a workspace (label <code>listing</code>) has contained records without a usable <code>id</code>: it is missing, empty, not a text or longer than 256 bytes. They cannot be distinguished from each other, so they are only counted as skipped.</p>
<h2 id="impact">Impact</h2>
<p>The counts and sums of the workspace do not include these records. All other records are counted correctly.</p>
<h2 id="diagnosis">Diagnosis</h2>
<ol>
<li>
<p>First read the line <code>listing has malformed records</code> in the exporter's log, from the time when it began.</p>
</li>
<li>
<p>Number of skipped records and of other malformed fields:</p>
</li>
</ol>
<pre tabindex="0"><code class="language-promql">dataarts_fabric_workspace_skipped_records &gt; 0 or dataarts_fabric_workspace_malformed_fields &gt; 0
</code></pre>
<ol start="3">
<li>The records themselves (repeat with <code>&amp;offset=100</code>, <code>200</code> … for long lists):</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; &quot;https://fabric.$REGION.myhuaweicloud.com/v1/workspaces/$WORKSPACE_ID/endpoints?limit=100&quot; | \
  jq '.endpoints[] | select((.id | type) != &quot;string&quot; or .id == &quot;&quot;)'
</code></pre>
<h2 id="mitigation">Mitigation</h2>
<ul>
<li>The service returns undocumented data: open a service ticket with the response's <code>X-request-id</code>.</li>
<li>The service's format has changed: look for a newer version of the exporter, or report it to its maintainers with the record (without names and ids).</li>
<li>A proxy rewrites responses: bypass it.</li>
</ul>
<h3 id="parameters">Parameters</h3>
<p>No threshold. <code>for</code>: 15 minutes. To ignore a workspace, add a rule to a file of your own:</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:ignored
  expr: vector(1)
  labels: {workspace_id: WORKSPACE_ID}
</code></pre>
"""#,
            chinese: #"""
<h2 id="含义">含义</h2>
<p>15 分钟以来，工作空间的某一列表（由 <code>listing</code> 标签给出）中包含没有可用 <code>id</code> 的记录：缺失、为空、不是文本，或超过 256 字节。它们无法相互区分，因此只计为跳过，不计入其他指标。</p>
<h2 id="影响">影响</h2>
<p>该工作空间的数量和汇总缺少这些记录；其余都是正确的。</p>
<h2 id="诊断">诊断</h2>
<ol>
<li>
<p>首先查看 Exporter 日志中开始出现时的一行 <code>listing has malformed records</code>。</p>
</li>
<li>
<p>跳过的记录数，以及其他格式错误的字段数：</p>
</li>
</ol>
<pre tabindex="0"><code class="language-promql">dataarts_fabric_workspace_skipped_records &gt; 0 or dataarts_fabric_workspace_malformed_fields &gt; 0
</code></pre>
<ol start="3">
<li>查看这些记录（列表较长时，依次加上 <code>&amp;offset=100</code>、<code>200</code> 等重复查询）：</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; &quot;https://fabric.$REGION.myhuaweicloud.com/v1/workspaces/$WORKSPACE_ID/endpoints?limit=100&quot; | \
  jq '.endpoints[] | select((.id | type) != &quot;string&quot; or .id == &quot;&quot;)'
</code></pre>
<h2 id="处置">处置</h2>
<ul>
<li>服务返回了文档之外的内容：附上响应的 <code>X-request-id</code> 提交工单。</li>
<li>服务的格式已变化：查找更新版本的 Exporter，或将该记录（去掉名称和 ID）报告给维护者。</li>
<li>代理改写了响应：绕过代理。</li>
</ul>
<h3 id="参数">参数</h3>
<p>没有阈值。<code>for</code>：15 分钟。要忽略某个工作空间，请在自己的规则文件中添加：</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:ignored
  expr: vector(1)
  labels: {workspace_id: WORKSPACE_ID}
</code></pre>
"""#))

    private static let reloadFailed = RunbookText(
        alerts: ["DataArtsFabricReloadFailed"],
        body: Body(
            english: #"""
<h2 id="meaning">Meaning</h2>
<p>The exporter failed to reload its configuration (SIGHUP, <code>POST /-/reload</code>), because the file has an error or could not be read. It keeps running with the previous configuration.</p>
<h2 id="impact">Impact</h2>
<p>No data is lost, but the change is not in effect. The exporter does not start with this file, so the next restart is an outage.</p>
<h2 id="diagnosis">Diagnosis</h2>
<ol>
<li>First list every error in the file, with line and column:</li>
</ol>
<pre tabindex="0"><code class="language-sh">dataarts-fabric-exporter check --config.file /etc/dataarts-fabric-exporter/config.yaml
</code></pre>
<ol start="2">
<li>Age of the running configuration, in seconds:</li>
</ol>
<pre tabindex="0"><code class="language-promql">time() - dataarts_fabric_exporter_config_last_reload_success_timestamp_seconds
</code></pre>
<ol start="3">
<li>The exporter's log has the errors found at the time of the reload, including secret files that cannot be read and files that hang.</li>
</ol>
<h2 id="mitigation">Mitigation</h2>
<ul>
<li>Correct the file until <code>check</code> passes, then reload again: <code>kill -HUP</code> the process, or <code>POST /-/reload</code> if it is enabled.</li>
<li>Or restore the previous file and reload.</li>
</ul>
<h3 id="parameters">Parameters</h3>
<p>No threshold. <code>for</code>: 5 minutes. To silence the alert during planned work, create a silence for its name and <code>instance</code> in Alertmanager.</p>
"""#,
            chinese: #"""
<h2 id="含义">含义</h2>
<p>Exporter 重新加载配置（SIGHUP、<code>POST /-/reload</code>）失败，因为文件有错误或无法读取；它继续使用之前的配置运行。</p>
<h2 id="影响">影响</h2>
<p>没有数据丢失，但修改没有生效。Exporter 无法用当前文件启动，下一次重启会造成中断。</p>
<h2 id="诊断">诊断</h2>
<ol>
<li>首先列出文件中的所有错误，含行号和列号：</li>
</ol>
<pre tabindex="0"><code class="language-sh">dataarts-fabric-exporter check --config.file /etc/dataarts-fabric-exporter/config.yaml
</code></pre>
<ol start="2">
<li>当前生效的配置已运行多少秒：</li>
</ol>
<pre tabindex="0"><code class="language-promql">time() - dataarts_fabric_exporter_config_last_reload_success_timestamp_seconds
</code></pre>
<ol start="3">
<li>Exporter 日志在重新加载时记录了同样的错误，包括无法读取的密钥文件和没有响应的文件。</li>
</ol>
<h2 id="处置">处置</h2>
<ul>
<li>修正文件直到 <code>check</code> 通过，然后重新加载：对进程执行 <code>kill -HUP</code>，或在启用时 <code>POST /-/reload</code>。</li>
<li>或恢复之前的文件并重新加载。</li>
</ul>
<h3 id="参数">参数</h3>
<p>没有阈值。<code>for</code>：5 分钟。计划内的操作期间，可在 Alertmanager 中按告警名称和 <code>instance</code> 创建静默。</p>
"""#))

    private static let replicaDown = RunbookText(
        alerts: ["DataArtsFabricReplicaDown"],
        body: Body(
            english: #"""
<h2 id="meaning">Meaning</h2>
<p>For 5 minutes Prometheus has failed to scrape one exporter of the job <code>dataarts-fabric</code>, but other exporters poll all of its sources. If none does,
<a href="DataArtsFabricExporterDown?lang=en">DataArtsFabricExporterDown</a> fires instead.</p>
<h2 id="impact">Impact</h2>
<p>Replicas: no data is missing, and alerts on endpoints are not affected; but if the other exporter fails too, monitoring stops.
Shards poll the same sources, but other workspaces: if the last exporter of a shard is down, <a href="DataArtsFabricShardMissing?lang=en">DataArtsFabricShardMissing</a> fires too.</p>
<h2 id="diagnosis">Diagnosis</h2>
<ol>
<li>
<p>First read the error of the last scrape (connection refused, timeout, 401, TLS) in Prometheus under Status → Targets.</p>
</li>
<li>
<p>Exporters that are down, and those that are up:</p>
</li>
</ol>
<pre tabindex="0"><code class="language-promql">up{job=&quot;dataarts-fabric&quot;}
</code></pre>
<ol start="3">
<li>Is the exporter healthy? From Prometheus' machine:</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -si &quot;http://$EXPORTER:9942/-/healthy&quot;
</code></pre>
<ol start="4">
<li>Its log and state: <code>systemctl status</code>, <code>journalctl -u</code>, or <code>kubectl describe pod</code> and <code>kubectl logs --previous</code>. Exit status 2 means an invalid configuration: <code>dataarts-fabric-exporter check</code> lists the errors.</li>
</ol>
<h2 id="mitigation">Mitigation</h2>
<ul>
<li>Restart it, or fix the cause as for <a href="DataArtsFabricExporterDown?lang=en#mitigation">DataArtsFabricExporterDown</a>. It keeps no state on disk.</li>
<li>It was removed intentionally: remove it from the scrape configuration too.</li>
</ul>
<h3 id="parameters">Parameters</h3>
<p>No threshold. <code>for</code>: 5 minutes. To silence the alert during maintenance, create a silence for its name and <code>instance</code> in Alertmanager.</p>
"""#,
            chinese: #"""
<h2 id="含义">含义</h2>
<p>Prometheus 已有 5 分钟无法抓取任务 <code>dataarts-fabric</code> 的某个 Exporter，但其他 Exporter 在轮询它的所有数据源。如果没有，则触发 <a href="DataArtsFabricExporterDown?lang=zh">DataArtsFabricExporterDown</a>。</p>
<h2 id="影响">影响</h2>
<p>副本：没有数据缺失，端点告警不受影响；但如果另一个 Exporter 也发生故障，监控就会中断。分片：各分片轮询相同的数据源，但工作空间不同；如果某个分片的最后一个 Exporter 不可用，还会触发 <a href="DataArtsFabricShardMissing?lang=zh">DataArtsFabricShardMissing</a>。</p>
<h2 id="诊断">诊断</h2>
<ol>
<li>
<p>首先在 Prometheus 的 Status → Targets 查看最近一次抓取的错误（连接被拒绝、超时、401、TLS）。</p>
</li>
<li>
<p>哪些 Exporter 不可用，哪些可用：</p>
</li>
</ol>
<pre tabindex="0"><code class="language-promql">up{job=&quot;dataarts-fabric&quot;}
</code></pre>
<ol start="3">
<li>Exporter 是否健康？在 Prometheus 所在机器上：</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -si &quot;http://$EXPORTER:9942/-/healthy&quot;
</code></pre>
<ol start="4">
<li>日志和状态：<code>systemctl status</code>、<code>journalctl -u</code>，或 <code>kubectl describe pod</code>、<code>kubectl logs --previous</code>。退出状态 2 表示配置有错误，<code>dataarts-fabric-exporter check</code> 会逐一列出。</li>
</ol>
<h2 id="处置">处置</h2>
<ul>
<li>重启 Exporter，或按 <a href="DataArtsFabricExporterDown?lang=zh#%E5%A4%84%E7%BD%AE">DataArtsFabricExporterDown</a> 消除原因；磁盘上不保存任何状态。</li>
<li>如果是有意移除：请同时从抓取配置中移除。</li>
</ul>
<h3 id="参数">参数</h3>
<p>没有阈值。<code>for</code>：5 分钟。维护期间可在 Alertmanager 中按告警名称和 <code>instance</code> 创建静默。</p>
"""#))

    private static let serviceInstanceFailed = RunbookText(
        alerts: ["DataArtsFabricServiceInstanceFailed"],
        body: Body(
            english: #"""
<h2 id="meaning">Meaning</h2>
<p>A service instance has failed within the last 24 hours: it is in <code>FAILED</code>, or in another status that ends in <code>_FAILED</code>. While the API cannot be read, the alert keeps firing. After 24 hours the warning
<a href="DataArtsFabricServiceInstanceStillFailed?lang=en">DataArtsFabricServiceInstanceStillFailed</a> replaces it.</p>
<p>An alert without <code>service_instance_id</code> covers failed instances without details. Their age is unknown, so they stay critical.</p>
<h2 id="impact">Impact</h2>
<p>The model or service that the instance deploys does not respond. The other instances of the endpoint are not affected, unless the endpoint itself has failed.</p>
<h2 id="diagnosis">Diagnosis</h2>
<ol>
<li>First read the error code and its message. They are not labels of the alert; the status page shows them. Resolution by error code: <a href="DataArtsFabricEndpointFailed?lang=en#diagnosis">error code table</a>.</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s &quot;http://$EXPORTER:9942/api/v1/status?workspace_id=$WORKSPACE_ID&quot; | jq '.workspaces[].listings[] | select(.listing == &quot;service_instances&quot;) | .served.problems'
</code></pre>
<ol start="2">
<li>
<p>Check the endpoint of the instance (label <code>endpoint_id</code>): it must be <code>RUNNING</code>.</p>
</li>
<li>
<p>Failed instances with their age in seconds, and failed ones by error code. Many with one code at the same time have one cause:</p>
</li>
</ol>
<pre tabindex="0"><code class="language-promql">service_instance:dataarts_fabric_status_age_seconds:held{status=~&quot;(.+_)?FAILED&quot;}
</code></pre>
<pre tabindex="0"><code class="language-promql">sum by (source, workspace, service_type, error_code) (
  dataarts_fabric_service_instances_with_error{status=~&quot;(.+_)?FAILED&quot;, visibility!=&quot;PUBLIC&quot;}
)
</code></pre>
<ol start="4">
<li>Current state according to the API, which also has the configuration:</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; \
  &quot;https://fabric-ep.$REGION.myhuaweicloud.com/v1/workspaces/$WORKSPACE_ID/services/instances/$SERVICE_INSTANCE_ID&quot;
</code></pre>
<h2 id="mitigation">Mitigation</h2>
<ul>
<li>Fix the cause given by the code, then deploy the instance again.</li>
<li>The endpoint is not <code>RUNNING</code>: repair it first (<a href="DataArtsFabricEndpointFailed?lang=en">DataArtsFabricEndpointFailed</a>).</li>
<li>A failed instance that is not needed: delete it. The alert resolves when the instance has left the listing.</li>
</ul>
<h3 id="parameters">Parameters</h3>
<p><code>dataarts_fabric:service_instance_failed_critical_seconds:threshold</code>: the time in the status for which the alert fires, 24 hours. <code>for</code>: 2 minutes.
To change it or to ignore an instance, add rules to a file of your own:</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:service_instance_failed_critical_seconds:threshold
  expr: vector(8 * 60 * 60)
- record: dataarts_fabric:ignored
  expr: vector(1)
  labels: {workspace_id: WORKSPACE_ID, service_instance_id: SERVICE_INSTANCE_ID}
</code></pre>
"""#,
            chinese: #"""
<h2 id="含义">含义</h2>
<p>服务实例在最近 24 小时内失败：进入了 <code>FAILED</code> 或其他以 <code>_FAILED</code> 结尾的状态。API 无法读取期间告警保持原样。24 小时后由警告 <a href="DataArtsFabricServiceInstanceStillFailed?lang=zh">DataArtsFabricServiceInstanceStillFailed</a> 取代。</p>
<p>没有 <code>service_instance_id</code> 的告警涵盖没有明细的失败实例；其时长未知，因此一直为严重。</p>
<h2 id="影响">影响</h2>
<p>该实例部署的模型或服务没有响应。除非端点本身失败，同一端点的其他实例不受影响。</p>
<h2 id="诊断">诊断</h2>
<ol>
<li>首先查看错误码及其消息。它们不是告警的标签，状态页会显示。各错误码的处理办法见<a href="DataArtsFabricEndpointFailed?lang=zh#%E8%AF%8A%E6%96%AD">错误码表</a>。</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s &quot;http://$EXPORTER:9942/api/v1/status?workspace_id=$WORKSPACE_ID&quot; | jq '.workspaces[].listings[] | select(.listing == &quot;service_instances&quot;) | .served.problems'
</code></pre>
<ol start="2">
<li>
<p>检查实例所在的端点（<code>endpoint_id</code> 标签）：它必须处于 <code>RUNNING</code>。</p>
</li>
<li>
<p>失败的实例及其时长（秒），以及按错误码统计的失败实例。很多实例同时出现同一错误码，通常出于同一原因：</p>
</li>
</ol>
<pre tabindex="0"><code class="language-promql">service_instance:dataarts_fabric_status_age_seconds:held{status=~&quot;(.+_)?FAILED&quot;}
</code></pre>
<pre tabindex="0"><code class="language-promql">sum by (source, workspace, service_type, error_code) (
  dataarts_fabric_service_instances_with_error{status=~&quot;(.+_)?FAILED&quot;, visibility!=&quot;PUBLIC&quot;}
)
</code></pre>
<ol start="4">
<li>API 当前返回，其中包括配置：</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; \
  &quot;https://fabric-ep.$REGION.myhuaweicloud.com/v1/workspaces/$WORKSPACE_ID/services/instances/$SERVICE_INSTANCE_ID&quot;
</code></pre>
<h2 id="处置">处置</h2>
<ul>
<li>消除错误码所指的原因，然后重新部署实例。</li>
<li>端点不处于 <code>RUNNING</code>：先修复端点（<a href="DataArtsFabricEndpointFailed?lang=zh">DataArtsFabricEndpointFailed</a>）。</li>
<li>不再需要的失败实例：直接删除。列表中不再有该实例后告警恢复。</li>
</ul>
<h3 id="参数">参数</h3>
<p><code>dataarts_fabric:service_instance_failed_critical_seconds:threshold</code>：进入该状态后本告警触发的时长，24 小时。<code>for</code>：2 分钟。要修改它或忽略某个实例，请在自己的规则文件中添加：</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:service_instance_failed_critical_seconds:threshold
  expr: vector(8 * 60 * 60)
- record: dataarts_fabric:ignored
  expr: vector(1)
  labels: {workspace_id: WORKSPACE_ID, service_instance_id: SERVICE_INSTANCE_ID}
</code></pre>
"""#))

    private static let serviceInstanceStillFailed = RunbookText(
        alerts: ["DataArtsFabricServiceInstanceStillFailed"],
        body: Body(
            english: #"""
<h2 id="meaning">Meaning</h2>
<p>A service instance has been in <code>FAILED</code>, or another status that ends in <code>_FAILED</code>, for more than 24 hours. It replaces the critical alert
<a href="DataArtsFabricServiceInstanceFailed?lang=en">DataArtsFabricServiceInstanceFailed</a> as a warning: the failure is known, but the instance still exists.</p>
<p>The age needs details: failed instances without details have no known age and stay in <code>DataArtsFabricServiceInstanceFailed</code>.</p>
<h2 id="impact">Impact</h2>
<p>The same as in the first 24 hours: the model or service of the instance does not respond.</p>
<h2 id="diagnosis">Diagnosis</h2>
<ol>
<li>First find out whether someone needs the instance. The status page has its error code and message; resolution: <a href="DataArtsFabricEndpointFailed?lang=en#diagnosis">error code table</a>.</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s &quot;http://$EXPORTER:9942/api/v1/status?workspace_id=$WORKSPACE_ID&quot; | jq '.workspaces[].listings[] | select(.listing == &quot;service_instances&quot;) | .served.problems'
</code></pre>
<ol start="2">
<li>Failed instances, the oldest first, with their age in days:</li>
</ol>
<pre tabindex="0"><code class="language-promql">sort_desc(service_instance:dataarts_fabric_status_age_seconds:held{status=~&quot;(.+_)?FAILED&quot;}) / 86400
</code></pre>
<h2 id="mitigation">Mitigation</h2>
<ul>
<li>Not needed: delete the instance in the console. The alert resolves when the instance has left the listing.</li>
<li>Needed: fix the cause given by the error code, then deploy the instance again.</li>
<li>It must stay, for example as evidence for a service ticket: ignore it (below).</li>
</ul>
<h3 id="parameters">Parameters</h3>
<p><code>dataarts_fabric:service_instance_failed_critical_seconds:threshold</code>: the age at which a failed instance changes from critical to warning, 24 hours. <code>for</code>: 2 minutes.
To change it or to ignore an instance, add rules to a file of your own:</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:service_instance_failed_critical_seconds:threshold
  expr: vector(3 * 24 * 60 * 60)
- record: dataarts_fabric:ignored
  expr: vector(1)
  labels: {workspace_id: WORKSPACE_ID, service_instance_id: SERVICE_INSTANCE_ID}
</code></pre>
"""#,
            chinese: #"""
<h2 id="含义">含义</h2>
<p>服务实例处于 <code>FAILED</code> 或其他以 <code>_FAILED</code> 结尾的状态已超过 24 小时。本警告取代严重告警 <a href="DataArtsFabricServiceInstanceFailed?lang=zh">DataArtsFabricServiceInstanceFailed</a>：故障已知，但实例仍然存在。</p>
<p>计算时长需要明细：没有明细的失败实例时长未知，一直由 <code>DataArtsFabricServiceInstanceFailed</code> 告警。</p>
<h2 id="影响">影响</h2>
<p>与前 24 小时相同：该实例的模型或服务没有响应。</p>
<h2 id="诊断">诊断</h2>
<ol>
<li>首先确认是否还有人需要该实例。状态页显示其错误码和消息，处理办法见<a href="DataArtsFabricEndpointFailed?lang=zh#%E8%AF%8A%E6%96%AD">错误码表</a>。</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s &quot;http://$EXPORTER:9942/api/v1/status?workspace_id=$WORKSPACE_ID&quot; | jq '.workspaces[].listings[] | select(.listing == &quot;service_instances&quot;) | .served.problems'
</code></pre>
<ol start="2">
<li>失败的实例，时间最长的在前，单位为天：</li>
</ol>
<pre tabindex="0"><code class="language-promql">sort_desc(service_instance:dataarts_fabric_status_age_seconds:held{status=~&quot;(.+_)?FAILED&quot;}) / 86400
</code></pre>
<h2 id="处置">处置</h2>
<ul>
<li>不再需要：在控制台删除实例。列表中不再有该实例后告警恢复。</li>
<li>仍然需要：消除错误码所指的原因，然后重新部署实例。</li>
<li>必须保留，例如作为工单的依据：将其忽略（见下）。</li>
</ul>
<h3 id="参数">参数</h3>
<p><code>dataarts_fabric:service_instance_failed_critical_seconds:threshold</code>：失败的实例由严重转为警告的时长，24 小时。<code>for</code>：2 分钟。要修改它或忽略某个实例，请在自己的规则文件中添加：</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:service_instance_failed_critical_seconds:threshold
  expr: vector(3 * 24 * 60 * 60)
- record: dataarts_fabric:ignored
  expr: vector(1)
  labels: {workspace_id: WORKSPACE_ID, service_instance_id: SERVICE_INSTANCE_ID}
</code></pre>
"""#))

    private static let serviceInstanceStuck = RunbookText(
        alerts: ["DataArtsFabricServiceInstanceStuck", "DataArtsFabricServiceInstanceStuckCritical"],
        body: Body(
            english: #"""
<h2 id="meaning">Meaning</h2>
<p>A service instance is stuck: it has been <code>PENDING</code>, <code>CREATING</code>, <code>UPDATING</code>, <code>STOPPING</code> or <code>DELETING</code> for longer than the threshold. <code>DataArtsFabricServiceInstanceStuck</code> is the warning, after 30 minutes;
<code>DataArtsFabricServiceInstanceStuckCritical</code> is the critical stage, after 2 hours. Both continue until the instance leaves the status.</p>
<p>The time is measured from the entry into the status to the last complete listing, so it does not grow while the API cannot be read, and the alert keeps firing.
After a restart of the exporter, the start time of an instance that is not <code>PENDING</code> or <code>CREATING</code> may be later than in reality: the alert may be late, but is never false.</p>
<p>An alert without <code>service_instance_id</code> covers instances without details, because <code>metrics.endpoint_details</code> is <code>none</code> or <code>metrics.max_endpoint_details</code> was exceeded.</p>
<h2 id="impact">Impact</h2>
<ul>
<li><code>PENDING</code>, <code>CREATING</code>: the model is not deployed, and requests to it fail.</li>
<li><code>UPDATING</code>: a change is not in effect. Whether the instance serves in the meantime is not documented: test it.</li>
<li><code>STOPPING</code>, <code>DELETING</code>: the instance may still use and bill capacity of its endpoint.</li>
</ul>
<h2 id="diagnosis">Diagnosis</h2>
<ol>
<li>First read the error code and its message, if there are any. With a code, continue with the <a href="DataArtsFabricEndpointFailed?lang=en#diagnosis">error code table</a>:</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s &quot;http://$EXPORTER:9942/api/v1/status?workspace_id=$WORKSPACE_ID&quot; | jq '.workspaces[].listings[] | select(.listing == &quot;service_instances&quot;) | .served.problems'
</code></pre>
<ol start="2">
<li>
<p>Check the endpoint of the instance (label <code>endpoint_id</code>). If it is in transition, failed or suspended, that is the cause: <a href="DataArtsFabricEndpointStuck?lang=en">DataArtsFabricEndpointStuck</a>,
<a href="DataArtsFabricEndpointFailed?lang=en">DataArtsFabricEndpointFailed</a>.</p>
</li>
<li>
<p>Stuck instances and their age in seconds. If many wait on one endpoint, it has no capacity left:</p>
</li>
</ol>
<pre tabindex="0"><code class="language-promql">sort_desc(
  service_instance:dataarts_fabric_status_age_seconds:held
  and on (source, workspace_id, service_instance_id, service_type, status, visibility)
  service_instance:dataarts_fabric_transition_seconds:threshold
)
</code></pre>
<ol start="4">
<li>Current state according to the API, which also has the configuration:</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; \
  &quot;https://fabric-ep.$REGION.myhuaweicloud.com/v1/workspaces/$WORKSPACE_ID/services/instances/$SERVICE_INSTANCE_ID&quot;
</code></pre>
<h2 id="mitigation">Mitigation</h2>
<ul>
<li>With an <code>error_code</code>: follow the <a href="DataArtsFabricEndpointFailed?lang=en#diagnosis">error code table</a>.</li>
<li><code>PENDING</code> or <code>CREATING</code> without a code: raise the maximum of the endpoint, stop instances that are not needed, or deploy the instance on another endpoint.</li>
<li><code>STOPPING</code> or <code>DELETING</code>: end the clients that still send requests, then stop or delete it again.</li>
<li>If it remains stuck, open a service ticket with workspace id, instance id and start time, and the <code>X-request-id</code> of the request above (<code>curl -i</code> shows it).</li>
</ul>
<h3 id="parameters">Parameters</h3>
<p><code>dataarts_fabric:service_instance_transition_seconds:threshold</code>, per status: 30 minutes (<code>level: warning</code>) and 2 hours (<code>level: critical</code>). <code>for</code>: 2 minutes.
If such instances are expected to take longer, or to ignore one, add rules to a file of your own:</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:service_instance_transition_seconds:threshold
  expr: vector(3 * 60 * 60)
  labels: {level: critical, status: CREATING, service_type: LLM_MODEL}
- record: dataarts_fabric:ignored
  expr: vector(1)
  labels: {workspace_id: WORKSPACE_ID, service_instance_id: SERVICE_INSTANCE_ID}
</code></pre>
"""#,
            chinese: #"""
<h2 id="含义">含义</h2>
<p>服务实例卡住：处于 <code>PENDING</code>、<code>CREATING</code>、<code>UPDATING</code>、<code>STOPPING</code> 或 <code>DELETING</code> 的时间超过了阈值。<code>DataArtsFabricServiceInstanceStuck</code> 为警告，默认 30 分钟；<code>DataArtsFabricServiceInstanceStuckCritical</code> 为严重，默认 2 小时。两者都持续到实例离开该状态为止。</p>
<p>时间从实例进入该状态起算，到最近一次完整列表为止；API 无法读取期间时间不再增长，告警保持原样。Exporter 重启后，不处于 <code>PENDING</code>、<code>CREATING</code> 的实例的起始时间可能晚于实际：告警可能迟到，但不会误报。</p>
<p>没有 <code>service_instance_id</code> 的告警涵盖没有明细的实例：<code>metrics.endpoint_details</code> 为 <code>none</code>，或超过了 <code>metrics.max_endpoint_details</code>。</p>
<h2 id="影响">影响</h2>
<ul>
<li><code>PENDING</code>、<code>CREATING</code>：模型尚未部署，对它的请求会失败。</li>
<li><code>UPDATING</code>：变更尚未生效。期间是否继续服务，文档没有说明，请实际验证。</li>
<li><code>STOPPING</code>、<code>DELETING</code>：实例可能仍占用其端点的容量并计费。</li>
</ul>
<h2 id="诊断">诊断</h2>
<ol>
<li>首先查看错误码及其消息（如有）。有错误码时，按<a href="DataArtsFabricEndpointFailed?lang=zh#%E8%AF%8A%E6%96%AD">错误码表</a>继续：</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s &quot;http://$EXPORTER:9942/api/v1/status?workspace_id=$WORKSPACE_ID&quot; | jq '.workspaces[].listings[] | select(.listing == &quot;service_instances&quot;) | .served.problems'
</code></pre>
<ol start="2">
<li>
<p>检查实例所在的端点（<code>endpoint_id</code> 标签）。端点若在变更中、失败或被暂停，即为原因：见 <a href="DataArtsFabricEndpointStuck?lang=zh">DataArtsFabricEndpointStuck</a>、<a href="DataArtsFabricEndpointFailed?lang=zh">DataArtsFabricEndpointFailed</a>。</p>
</li>
<li>
<p>变更中的实例及其持续的秒数。同一端点上有很多实例在等待，说明该端点没有剩余容量：</p>
</li>
</ol>
<pre tabindex="0"><code class="language-promql">sort_desc(
  service_instance:dataarts_fabric_status_age_seconds:held
  and on (source, workspace_id, service_instance_id, service_type, status, visibility)
  service_instance:dataarts_fabric_transition_seconds:threshold
)
</code></pre>
<ol start="4">
<li>API 当前返回，其中包括配置：</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; \
  &quot;https://fabric-ep.$REGION.myhuaweicloud.com/v1/workspaces/$WORKSPACE_ID/services/instances/$SERVICE_INSTANCE_ID&quot;
</code></pre>
<h2 id="处置">处置</h2>
<ul>
<li>有 <code>error_code</code>：按<a href="DataArtsFabricEndpointFailed?lang=zh#%E8%AF%8A%E6%96%AD">错误码表</a>处理。</li>
<li><code>PENDING</code> 或 <code>CREATING</code> 且没有错误码：提高端点的上限，停止不需要的实例，或在其他端点上部署。</li>
<li><code>STOPPING</code> 或 <code>DELETING</code>：停止仍在发送请求的客户端，然后再次停止或删除。</li>
<li>仍无效：提交工单，附上工作空间 ID、实例 ID、起始时间以及上面请求返回的 <code>X-request-id</code>（用 <code>curl -i</code> 查看）。</li>
</ul>
<h3 id="参数">参数</h3>
<p><code>dataarts_fabric:service_instance_transition_seconds:threshold</code>，按状态设置：30 分钟（<code>level: warning</code>）和 2 小时（<code>level: critical</code>）。<code>for</code>：2 分钟。如果这类实例本来就需要更久，或者要忽略某个实例，请在自己的规则文件中添加：</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:service_instance_transition_seconds:threshold
  expr: vector(3 * 60 * 60)
  labels: {level: critical, status: CREATING, service_type: LLM_MODEL}
- record: dataarts_fabric:ignored
  expr: vector(1)
  labels: {workspace_id: WORKSPACE_ID, service_instance_id: SERVICE_INSTANCE_ID}
</code></pre>
"""#))

    private static let shardMissing = RunbookText(
        alerts: ["DataArtsFabricShardMissing"],
        body: Body(
            english: #"""
<h2 id="meaning">Meaning</h2>
<p>Several exporters divide the workspaces (<code>serve --shard K/N</code>), and for 10 minutes one or more shards have been missing: no
exporter of the shard is scraped, or the exporters are configured with different numbers of shards (<code>N</code>).</p>
<h2 id="impact">Impact</h2>
<p>Workspaces of a missing shard are not polled: their series have ended, and their alerts keep firing for 15 minutes and then resolve. If
the numbers differ, some workspaces may be polled twice, which costs requests but changes no values.</p>
<h2 id="diagnosis">Diagnosis</h2>
<ol>
<li>First compare the shards that exist with the total that each expects:</li>
</ol>
<pre tabindex="0"><code class="language-promql">dataarts_fabric_exporter_shard
</code></pre>
<pre tabindex="0"><code class="language-promql">dataarts_fabric_exporter_shards
</code></pre>
<ol start="2">
<li>Is one of them down, or not a target?</li>
</ol>
<pre tabindex="0"><code class="language-promql">up{job=&quot;dataarts-fabric&quot;}
</code></pre>
<ol start="3">
<li>In Kubernetes: does the StatefulSet have as many replicas as the <code>N</code> of <code>--shard auto/N</code>, and are all pods running? A pod whose number is <code>N</code> or
more exits with status 2 and logs the reason.</li>
</ol>
<pre tabindex="0"><code class="language-sh">kubectl get statefulset,pod -l app.kubernetes.io/name=dataarts-fabric-exporter
kubectl logs &quot;$POD&quot; | head
</code></pre>
<h2 id="mitigation">Mitigation</h2>
<ul>
<li>Start the missing shard, or add it to the scrape configuration. Any exporter can replace it: it needs the same configuration and
<code>--shard K/N</code>; there is no state on disk.</li>
<li>Configure the same <code>N</code> for all. To change it, change replicas and <code>--shard</code> together; a rolling restart of less than 10 minutes does not fire the alert.</li>
<li>Two independent sets of shards need different values of the label <code>job</code>.</li>
</ul>
<h3 id="parameters">Parameters</h3>
<p>No threshold. <code>for</code>: 10 minutes. To silence the alert during planned work, create a silence for its name and <code>job</code> in Alertmanager.</p>
"""#,
            chinese: #"""
<h2 id="含义">含义</h2>
<p>多个 Exporter 分担全部工作空间（<code>serve --shard K/N</code>），但已有 10 分钟缺少分片：某个分片没有任何 Exporter 被抓取，或者各 Exporter 配置的分片总数（<code>N</code>）不一致。</p>
<h2 id="影响">影响</h2>
<p>缺失分片的工作空间没有被轮询：其时间序列停止输出，相关告警保持 15 分钟后恢复。总数不一致时，部分工作空间可能被轮询两次，只多耗请求，不改变任何数值。</p>
<h2 id="诊断">诊断</h2>
<ol>
<li>首先比较现有的分片与各自配置的总数：</li>
</ol>
<pre tabindex="0"><code class="language-promql">dataarts_fabric_exporter_shard
</code></pre>
<pre tabindex="0"><code class="language-promql">dataarts_fabric_exporter_shards
</code></pre>
<ol start="2">
<li>是否有某个分片宕机，或者不是抓取目标？</li>
</ol>
<pre tabindex="0"><code class="language-promql">up{job=&quot;dataarts-fabric&quot;}
</code></pre>
<ol start="3">
<li>Kubernetes 中：StatefulSet 的副本数是否等于 <code>--shard auto/N</code> 中的 <code>N</code>，所有 Pod 是否都在运行？序号大于或等于 <code>N</code> 的 Pod 会以状态 2 退出并说明原因。</li>
</ol>
<pre tabindex="0"><code class="language-sh">kubectl get statefulset,pod -l app.kubernetes.io/name=dataarts-fabric-exporter
kubectl logs &quot;$POD&quot; | head
</code></pre>
<h2 id="处置">处置</h2>
<ul>
<li>启动缺失的分片，或把它加入抓取配置。任何 Exporter 都可以替代：只需相同的配置和 <code>--shard K/N</code>，磁盘上不保存任何状态。</li>
<li>让所有 Exporter 使用相同的 <code>N</code>。修改时同时改副本数和 <code>--shard</code>；不超过 10 分钟的滚动重启不会触发告警。</li>
<li>互不相关的两组分片需要使用两个任务（job）。</li>
</ul>
<h3 id="参数">参数</h3>
<p>没有阈值。<code>for</code>：10 分钟。计划内的操作期间，可在 Alertmanager 中按告警名称和 <code>job</code> 创建静默。</p>
"""#))

    private static let sourceLockedOut = RunbookText(
        alerts: ["DataArtsFabricSourceLockedOut"],
        body: Body(
            english: #"""
<h2 id="meaning">Meaning</h2>
<p>The API or IAM has rejected the credential of a source (wrong, expired, unknown or locked). The exporter then sends only single probes for this source, to avoid
an account lockout: once per interval for a token, after 1, 2, 4, 8 and then every 15 minutes for keys and passwords.</p>
<h2 id="impact">Impact</h2>
<p>No workspace of the source is monitored or discovered. After <code>poll.stale_after</code> their series end; existing alerts on endpoints keep firing.
<a href="DataArtsFabricWorkspaceFailing?lang=en">DataArtsFabricWorkspaceFailing</a> does not fire for them: this alert covers all.</p>
<h2 id="diagnosis">Diagnosis</h2>
<ol>
<li>First read the API's response, with error code and request id:</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s &quot;http://$EXPORTER:9942/api/v1/status?source=$SOURCE&quot; | jq '{sources, polls: [.workspaces[].listings[].polls[0]]}'
</code></pre>
<div class="scroll" role="region" aria-label="Diagnosis" tabindex="0"><table>
<thead>
<tr><th scope="col">response</th>
<th scope="col">meaning</th>
</tr>
</thead>
<tbody>
<tr><th scope="row"><code>APIG.1002</code>, <code>decrypt token fail</code>, <code>IAM.0066</code>, <code>IAM.0067</code></th><td class="text" data-title="meaning">The token is wrong or has expired.</td></tr>
<tr><th scope="row"><code>APIG.0307</code></th><td class="text" data-title="meaning">The token must be renewed.</td></tr>
<tr><th scope="row"><code>verify aksk signature fail</code></th><td class="text" data-title="meaning">The secret key does not belong to the access key, or a proxy rewrites <code>Host</code> or a signed header.</td></tr>
<tr><th scope="row"><code>signature expired</code></th><td class="text" data-title="meaning">The exporter's clock is wrong by more than 15 minutes.</td></tr>
<tr><th scope="row"><code>ak not exist</code></th><td class="text" data-title="meaning">The access key was deleted or disabled.</td></tr>
<tr><th scope="row"><code>AK access failed to reach the limit</code></th><td class="text" data-title="meaning">The key is locked for 5 minutes, after 5 failed requests in a row by any client.</td></tr>
<tr><th scope="row"><code>IAM.0061</code>, <code>IAM.0062</code></th><td class="text" data-title="meaning">The user is locked for 15 minutes (by default), or the password is wrong.</td></tr>
</tbody>
</table></div>
<ol start="2">
<li>Affected sources, and the seconds until the next probe:</li>
</ol>
<pre tabindex="0"><code class="language-promql">dataarts_fabric_source_locked_out == 1
</code></pre>
<pre tabindex="0"><code class="language-promql">dataarts_fabric_source_next_probe_timestamp_seconds - time()
</code></pre>
<ol start="3">
<li>Test the same credential by hand, once only:</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -si -H &quot;X-Auth-Token: $TOKEN&quot; &quot;https://fabric.$REGION.myhuaweicloud.com/v1/workspaces?limit=1&quot;
</code></pre>
<ol start="4">
<li>In the console: IAM → Users → the exporter's user. Is it enabled, does it have programmatic access, is its key active? Changed passwords, keys and permissions invalidate
tokens early.</li>
</ol>
<h2 id="mitigation">Mitigation</h2>
<p>By kind of credential and by reason, which the status page shows:</p>
<div class="scroll" role="region" aria-label="Mitigation" tabindex="0"><table>
<thead>
<tr><th scope="col"><code>auth</code></th>
<th scope="col"><code>unauthenticated</code></th>
<th scope="col"><code>credentials</code></th>
</tr>
</thead>
<tbody>
<tr><th scope="row"><code>token</code></th><td class="text" data-title="unauthenticated">The token is expired, revoked or from another region: replace it with a new project-scoped token (valid for 24 hours; <code>token_file</code> is reloaded automatically), or use <code>auth.password</code> or <code>auth.access_key</code>, which are renewed automatically.</td><td class="text" data-title="credentials">Set a project-scoped IAM token in <code>auth</code>.</td></tr>
<tr><th scope="row"><code>password</code></th><td class="text" data-title="unauthenticated">A credential was issued, but the API rejected it: check that <code>base_url</code>, <code>region</code> and <code>iam_url</code> belong to the same region, and that the project is that of the workspaces.</td><td class="text" data-title="credentials">Check <code>auth.password</code>: domain, user, password, project; the user needs programmatic access. Five wrong passwords lock the user for 15 minutes.</td></tr>
<tr><th scope="row"><code>access_key</code></th><td class="text" data-title="unauthenticated">The access key is unknown, disabled or deleted, its secret is wrong, or temporary keys lack their <code>security_token</code> or have expired: correct or replace the key. 5 failed requests in a row lock the key for 5 minutes.</td><td class="text" data-title="credentials">Check <code>auth.access_key</code>: id, secret and <code>project_id</code> (if unset, IAM is asked for the project). Five failed requests in a row lock the key for 5 minutes.</td></tr>
<tr><th scope="row"><code>metadata</code></th><td class="text" data-title="unauthenticated">A credential was issued, but the API rejected it: check that <code>base_url</code>, <code>region</code> and <code>iam_url</code> belong to the same region, and that the project is that of the workspaces.</td><td class="text" data-title="credentials">Assign an agency to this ECS instance and set <code>auth.metadata.project_id</code>.</td></tr>
<tr><th scope="row"><code>environment</code></th><td class="text" data-title="unauthenticated">A credential was issued, but the API rejected it: check that <code>base_url</code>, <code>region</code> and <code>iam_url</code> belong to the same region, and that the project is that of the workspaces.</td><td class="text" data-title="credentials">Check the <code>HUAWEICLOUD_</code> variables or the file <code>~/.huaweicloud/credentials</code>.</td></tr>
<tr><th scope="row">with <code>assume_agency</code></th><td class="text" data-title="unauthenticated">A credential was issued, but the API rejected it: check that <code>base_url</code>, <code>region</code> and <code>iam_url</code> belong to the same region, and that the project is that of the workspaces.</td><td class="text" data-title="credentials">Check the credential that assumes the agency, the agency's name and account (<code>assume_agency</code>), and that the credential's user has the permission Agent Operator.</td></tr>
</tbody>
</table></div>
<ul>
<li>A changed <code>token_file</code> or other secret file is probed at once; for other changes, reload (SIGHUP, or <code>POST /-/reload</code> if enabled), which also probes at once.</li>
<li>After a successful probe the source recovers. If only the cause on the service's side was fixed, wait for the next probe, or reload. A reload or restart with a wrong credential counts as one more failed attempt.</li>
<li>The key or the user is locked: wait 5 or 15 minutes, and find other clients that use wrong credentials.</li>
<li>The clock is wrong: repair time synchronization on the exporter's machine.</li>
</ul>
<h3 id="parameters">Parameters</h3>
<p>No threshold. <code>for</code>: 2 minutes. To silence the alert during planned work, create a silence for its name and <code>source</code> in Alertmanager.</p>
"""#,
            chinese: #"""
<h2 id="含义">含义</h2>
<p>API 或 IAM 拒绝了某个数据源的凭证（错误、过期、不存在或被锁定）。为避免锁定账号，此后 Exporter 对该数据源只发送单次探测：Token 每个间隔一次，密钥和密码在 1、2、4、8 分钟后，之后每 15 分钟一次。</p>
<h2 id="影响">影响</h2>
<p>该数据源的工作空间都不再受到监控，也不再发现新的工作空间。超过 <code>poll.stale_after</code> 后其时间序列停止输出；此前已触发的端点告警保持不变。这些工作空间不会再单独触发 <a href="DataArtsFabricWorkspaceFailing?lang=zh">DataArtsFabricWorkspaceFailing</a>，统一由本告警通知。</p>
<h2 id="诊断">诊断</h2>
<ol>
<li>首先查看 API 的响应，包括错误码和请求 ID：</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s &quot;http://$EXPORTER:9942/api/v1/status?source=$SOURCE&quot; | jq '{sources, polls: [.workspaces[].listings[].polls[0]]}'
</code></pre>
<div class="scroll" role="region" aria-label="诊断" tabindex="0"><table>
<thead>
<tr><th scope="col">响应</th>
<th scope="col">含义</th>
</tr>
</thead>
<tbody>
<tr><th scope="row"><code>APIG.1002</code>、<code>decrypt token fail</code>、<code>IAM.0066</code>、<code>IAM.0067</code></th><td class="text" data-title="含义">Token 错误或已过期。</td></tr>
<tr><th scope="row"><code>APIG.0307</code></th><td class="text" data-title="含义">Token 需要更新。</td></tr>
<tr><th scope="row"><code>verify aksk signature fail</code></th><td class="text" data-title="含义">SK 与 AK 不匹配，或代理改写了 <code>Host</code> 或已签名的请求头。</td></tr>
<tr><th scope="row"><code>signature expired</code></th><td class="text" data-title="含义">Exporter 所在机器的时钟偏差超过 15 分钟。</td></tr>
<tr><th scope="row"><code>ak not exist</code></th><td class="text" data-title="含义">访问密钥已删除或停用。</td></tr>
<tr><th scope="row"><code>AK access failed to reach the limit</code></th><td class="text" data-title="含义">某个客户端连续失败超过 5 次，密钥被锁定 5 分钟。</td></tr>
<tr><th scope="row"><code>IAM.0061</code>、<code>IAM.0062</code></th><td class="text" data-title="含义">用户被锁定（默认 15 分钟），或密码错误。</td></tr>
</tbody>
</table></div>
<ol start="2">
<li>哪些数据源，距下次探测还有多少秒：</li>
</ol>
<pre tabindex="0"><code class="language-promql">dataarts_fabric_source_locked_out == 1
</code></pre>
<pre tabindex="0"><code class="language-promql">dataarts_fabric_source_next_probe_timestamp_seconds - time()
</code></pre>
<ol start="3">
<li>用同一凭证手工请求，只试一次：</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -si -H &quot;X-Auth-Token: $TOKEN&quot; &quot;https://fabric.$REGION.myhuaweicloud.com/v1/workspaces?limit=1&quot;
</code></pre>
<ol start="4">
<li>在控制台：统一身份认证 IAM → 用户 → Exporter 使用的用户。用户是否启用、是否允许编程访问、密钥是否有效？修改密码、密钥或权限会使 Token 提前失效。</li>
</ol>
<h2 id="处置">处置</h2>
<p>按凭证类型和原因（见状态页）：</p>
<div class="scroll" role="region" aria-label="处置" tabindex="0"><table>
<thead>
<tr><th scope="col"><code>auth</code></th>
<th scope="col"><code>unauthenticated</code></th>
<th scope="col"><code>credentials</code></th>
</tr>
</thead>
<tbody>
<tr><th scope="row"><code>token</code></th><td class="text" data-title="unauthenticated">Token 已过期、已失效或属于其他区域：请更换为新的项目级 Token（有效期 24 小时；<code>token_file</code> 会自动重新加载），或改用会自动续期的 <code>auth.password</code> 或 <code>auth.access_key</code>。</td><td class="text" data-title="credentials">请在 <code>auth</code> 中设置项目级 IAM Token。</td></tr>
<tr><th scope="row"><code>password</code></th><td class="text" data-title="unauthenticated">凭证已签发，但被 API 拒绝：请检查 <code>base_url</code>、<code>region</code> 和 <code>iam_url</code> 是否属于同一区域，以及项目是否为工作空间所属的项目。</td><td class="text" data-title="credentials">请检查 <code>auth.password</code> 中的账号（domain）、用户、密码和项目；用户需要允许编程访问。密码错误 5 次会锁定用户 15 分钟。</td></tr>
<tr><th scope="row"><code>access_key</code></th><td class="text" data-title="unauthenticated">访问密钥不存在、已停用或已删除，或 SK 错误，或临时密钥缺少 <code>security_token</code> 或已过期：请更正或更换密钥。连续 5 次请求失败会锁定密钥 5 分钟。</td><td class="text" data-title="credentials">请检查 <code>auth.access_key</code> 中的 AK、SK 和 <code>project_id</code>（未设置时向 IAM 查询项目）。连续 5 次请求失败会锁定密钥 5 分钟。</td></tr>
<tr><th scope="row"><code>metadata</code></th><td class="text" data-title="unauthenticated">凭证已签发，但被 API 拒绝：请检查 <code>base_url</code>、<code>region</code> 和 <code>iam_url</code> 是否属于同一区域，以及项目是否为工作空间所属的项目。</td><td class="text" data-title="credentials">请为此 ECS 实例设置委托，并设置 <code>auth.metadata.project_id</code>。</td></tr>
<tr><th scope="row"><code>environment</code></th><td class="text" data-title="unauthenticated">凭证已签发，但被 API 拒绝：请检查 <code>base_url</code>、<code>region</code> 和 <code>iam_url</code> 是否属于同一区域，以及项目是否为工作空间所属的项目。</td><td class="text" data-title="credentials">请检查以 <code>HUAWEICLOUD_</code> 开头的环境变量或文件 <code>~/.huaweicloud/credentials</code>。</td></tr>
<tr><th scope="row">使用 <code>assume_agency</code></th><td class="text" data-title="unauthenticated">凭证已签发，但被 API 拒绝：请检查 <code>base_url</code>、<code>region</code> 和 <code>iam_url</code> 是否属于同一区域，以及项目是否为工作空间所属的项目。</td><td class="text" data-title="credentials">请检查用于切换委托的凭证、委托的名称和账号（<code>assume_agency</code>），以及该凭证的用户是否有 Agent Operator 权限。</td></tr>
</tbody>
</table></div>
<ul>
<li><code>token_file</code> 等密钥文件变化后立即探测；其他修改请重新加载（SIGHUP，或在启用时 <code>POST /-/reload</code>），重新加载也会立即探测。</li>
<li>探测成功后该数据源自动恢复。如果只在服务侧修复了原因，请等待下次探测，或重新加载。凭证仍然错误时，重新加载或重启都会多一次失败的尝试。</li>
<li>密钥或用户被锁定：等待 5 分钟或 15 分钟，并查出其他使用错误凭证的客户端。</li>
<li>时钟不准：修复 Exporter 所在机器的时间同步。</li>
</ul>
<h3 id="参数">参数</h3>
<p>没有阈值。<code>for</code>：2 分钟。计划内的操作期间，可在 Alertmanager 中按告警名称和 <code>source</code> 创建静默。</p>
"""#))

    private static let sourceThrottled = RunbookText(
        alerts: ["DataArtsFabricSourceThrottled"],
        body: Body(
            english: #"""
<h2 id="meaning">Meaning</h2>
<p>The source was paused for more than half of the last 15 minutes by the API's rate limit (429, <code>APIG.0308</code>, <code>IAM.0012</code>).</p>
<h2 id="impact">Impact</h2>
<p>Polls are late or fail with the reason <code>throttled</code>; data becomes older than <code>poll.interval</code>, and stale after <code>poll.stale_after</code>. Other clients of the API with the
same account may be throttled too, perhaps because of the exporter.</p>
<h2 id="diagnosis">Diagnosis</h2>
<ol>
<li>First compare the exporter's requests (step 2) with the limit in the API's message (step 3). The fraction of time for which each source was throttled:</li>
</ol>
<pre tabindex="0"><code class="language-promql">avg_over_time(dataarts_fabric_source_throttled[15m])
</code></pre>
<ol start="2">
<li>Requests per minute, and the retries among them:</li>
</ol>
<pre tabindex="0"><code class="language-promql">sum by (source, operation) (rate(dataarts_fabric_api_requests_total[15m])) * 60
</code></pre>
<pre tabindex="0"><code class="language-promql">sum by (source) (rate(dataarts_fabric_api_retries_total[15m])) * 60
</code></pre>
<ol start="3">
<li>The API's message contains the limit (<code>policy user over ratelimit,limit:X,time:1 minute</code>):</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s &quot;http://$EXPORTER:9942/api/v1/status?source=$SOURCE&quot; | jq '[.workspaces[] | {name, polls: [.listings[].polls[0]]}]'
</code></pre>
<ol start="4">
<li>If the exporter sends few requests, other clients use the limit: look for other exporters, scripts and console users of the same account.</li>
</ol>
<h2 id="mitigation">Mitigation</h2>
<ul>
<li>Lower <code>poll.requests_per_second</code> below the limit in the message, or raise <code>poll.interval</code>: a poll takes one request per 99 endpoints of a workspace.</li>
<li>Two exporters that poll the same workspaces send twice as many requests: divide the workspaces with <code>--shard</code>.</li>
<li>If the limit applies per user, use a separate user for the exporter; or ask the service for a higher limit.</li>
</ul>
<h3 id="parameters">Parameters</h3>
<p>No threshold. <code>for</code>: 10 minutes, after more than half of 15 minutes. To silence the alert during planned work, create a silence for its name and <code>source</code> in Alertmanager.</p>
"""#,
            chinese: #"""
<h2 id="含义">含义</h2>
<p>由于服务端限流（429，<code>APIG.0308</code>、<code>IAM.0012</code>），该数据源在最近 15 分钟里有一半以上的时间处于暂停状态。</p>
<h2 id="影响">影响</h2>
<p>轮询推迟，或以 <code>throttled</code> 为原因失败；数据比 <code>poll.interval</code> 更旧，超过 <code>poll.stale_after</code> 后过期。使用同一账号调用 API 的其他程序也可能被限流，而原因可能正是 Exporter。</p>
<h2 id="诊断">诊断</h2>
<ol>
<li>首先比较 Exporter 的请求数（第 2 步）与 API 消息中的限额（第 3 步）。各数据源被限流的时间比例：</li>
</ol>
<pre tabindex="0"><code class="language-promql">avg_over_time(dataarts_fabric_source_throttled[15m])
</code></pre>
<ol start="2">
<li>Exporter 每分钟的请求数，以及其中的重试：</li>
</ol>
<pre tabindex="0"><code class="language-promql">sum by (source, operation) (rate(dataarts_fabric_api_requests_total[15m])) * 60
</code></pre>
<pre tabindex="0"><code class="language-promql">sum by (source) (rate(dataarts_fabric_api_retries_total[15m])) * 60
</code></pre>
<ol start="3">
<li>API 的消息中有限额（<code>policy user over ratelimit,limit:X,time:1 minute</code>）：</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s &quot;http://$EXPORTER:9942/api/v1/status?source=$SOURCE&quot; | jq '[.workspaces[] | {name, polls: [.listings[].polls[0]]}]'
</code></pre>
<ol start="4">
<li>如果 Exporter 的请求很少，说明限额被其他程序用掉：查找同一账号的其他 Exporter、脚本和控制台操作。</li>
</ol>
<h2 id="处置">处置</h2>
<ul>
<li>把 <code>poll.requests_per_second</code> 降到消息中的限额以下，或增大 <code>poll.interval</code>：工作空间每 99 个端点，一次轮询需要一个请求。</li>
<li>两个 Exporter 轮询同样的工作空间，请求就会加倍：用 <code>--shard</code> 分担。</li>
<li>如果限额按用户计算，为 Exporter 使用单独的用户；或向服务方申请更高的限额。</li>
</ul>
<h3 id="参数">参数</h3>
<p>没有阈值。<code>for</code>：超过 15 分钟的一半之后再加 10 分钟。计划内的操作期间，可在 Alertmanager 中按告警名称和 <code>source</code> 创建静默。</p>
"""#))

    private static let textfileOld = RunbookText(
        alerts: ["DataArtsFabricTextfileOld"],
        body: Body(
            english: #"""
<h2 id="meaning">Meaning</h2>
<p>The file that <code>dataarts-fabric-exporter once --output</code> writes for node_exporter is older than the threshold, or there is no file whose name contains <code>fabric</code> and ends in <code>.prom</code> (then the alert has no label <code>file</code>).
Only <code>alerts-textfile.yaml</code> has this alert.</p>
<h2 id="impact">Impact</h2>
<p>node_exporter keeps serving the old file, and <code>up</code> stays 1: all metrics of DataArts Fabric are as old as the file. Existing alerts keep firing, and new problems are not detected.</p>
<h2 id="diagnosis">Diagnosis</h2>
<ol>
<li>First run the command of the timer or cron job by hand, as its user, and read the error:</li>
</ol>
<pre tabindex="0"><code class="language-sh">dataarts-fabric-exporter once --config.file /etc/dataarts-fabric-exporter/config.yaml --output /var/lib/prometheus/node-exporter/fabric.prom
</code></pre>
<p>Exit status 0 and 3 write the file (3: a workspace or discovery failed, or nothing was found); 2 means an invalid configuration; 1 another error, for example a directory that cannot be written.</p>
<ol start="2">
<li>
<p>Does the timer run? <code>systemctl list-timers</code>, then <code>journalctl -u</code> with the name of its service; for cron, its log.</p>
</li>
<li>
<p>Age of each file in seconds:</p>
</li>
</ol>
<pre tabindex="0"><code class="language-promql">time() - node_textfile_mtime_seconds{file=~&quot;.*fabric[^/]*[.]prom&quot;}
</code></pre>
<ol start="4">
<li>Files that node_exporter cannot read:</li>
</ol>
<pre tabindex="0"><code class="language-promql">node_textfile_scrape_error &gt; 0
</code></pre>
<h2 id="mitigation">Mitigation</h2>
<ul>
<li>The timer does not run: enable and start it.</li>
<li><code>once</code> fails: correct the configuration until <code>dataarts-fabric-exporter check</code> passes, or grant its user write permission to the directory.</li>
<li><code>once</code> takes longer than the interval of the timer: raise the interval. Each run lists every workspace.</li>
<li>The file has another name: rename it, so that it contains <code>fabric</code> and ends in <code>.prom</code>.</li>
<li>The file is no longer needed: stop the timer, delete the file, and remove the rules.</li>
</ul>
<h3 id="parameters">Parameters</h3>
<p><code>dataarts_fabric:textfile_age_seconds:threshold</code>: the maximum age of the file, 15 minutes. <code>for</code>: 2 minutes. Set it to at least twice the interval of the timer, in a file of your own:</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:textfile_age_seconds:threshold
  expr: vector(2 * 60 * 60)
</code></pre>
"""#,
            chinese: #"""
<h2 id="含义">含义</h2>
<p><code>dataarts-fabric-exporter once --output</code> 为 node_exporter 写入的文件，未更新的时间超过了阈值；或者没有名称包含 <code>fabric</code> 且以 <code>.prom</code> 结尾的文件（此时告警没有 <code>file</code> 标签）。只有 <code>alerts-textfile.yaml</code> 包含本告警。</p>
<h2 id="影响">影响</h2>
<p>node_exporter 继续提供旧文件，<code>up</code> 仍为 1：DataArts Fabric 的所有指标都与该文件一样旧。已触发的告警保持原样，新的问题无法发现。</p>
<h2 id="诊断">诊断</h2>
<ol>
<li>首先以定时任务的用户手工运行其命令，查看错误：</li>
</ol>
<pre tabindex="0"><code class="language-sh">dataarts-fabric-exporter once --config.file /etc/dataarts-fabric-exporter/config.yaml --output /var/lib/prometheus/node-exporter/fabric.prom
</code></pre>
<p>退出状态 0 和 3 会写入文件（3：某个工作空间或发现失败，或没有找到任何工作空间）；2 表示配置有错误；1 为其他错误，例如目录不可写。</p>
<ol start="2">
<li>
<p>定时器是否在运行？<code>systemctl list-timers</code>，再用 <code>journalctl -u</code> 查看其服务的日志；cron 则查看其日志。</p>
</li>
<li>
<p>各文件的时长（秒）：</p>
</li>
</ol>
<pre tabindex="0"><code class="language-promql">time() - node_textfile_mtime_seconds{file=~&quot;.*fabric[^/]*[.]prom&quot;}
</code></pre>
<ol start="4">
<li>node_exporter 无法读取的文件：</li>
</ol>
<pre tabindex="0"><code class="language-promql">node_textfile_scrape_error &gt; 0
</code></pre>
<h2 id="处置">处置</h2>
<ul>
<li>定时器没有运行：启用并启动它。</li>
<li><code>once</code> 失败：修正配置直到 <code>dataarts-fabric-exporter check</code> 通过，或为其用户授予目录的写权限。</li>
<li><code>once</code> 的耗时超过定时器的间隔：增大间隔。每次运行都会列出所有工作空间。</li>
<li>文件名称不同：改名，使其包含 <code>fabric</code> 且以 <code>.prom</code> 结尾。</li>
<li>不再需要该文件：停止定时器，删除文件，并移除规则。</li>
</ul>
<h3 id="参数">参数</h3>
<p><code>dataarts_fabric:textfile_age_seconds:threshold</code>：文件的最大时长，15 分钟。<code>for</code>：2 分钟。请设为定时器间隔的两倍以上，写在自己的规则文件中：</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:textfile_age_seconds:threshold
  expr: vector(2 * 60 * 60)
</code></pre>
"""#))

    private static let valuesCut = RunbookText(
        alerts: ["DataArtsFabricValuesCut"],
        body: Body(
            english: #"""
<h2 id="meaning">Meaning</h2>
<p>For 15 minutes labels of one listing of a workspace (label <code>listing</code>) have not shown the API's values unchanged: values longer than the limit (256 bytes) were cut, or values were replaced by <code>other</code>, because a
label had more than <code>metrics.max_label_values</code> (200 by default) distinct undocumented values. The alert's value is their number in the last complete listing.</p>
<h2 id="impact">Impact</h2>
<p>Counts and sums stay exact. But series with the value <code>other</code> combine different types, statuses, spec codes or error codes, so alerts and dashboards cannot tell them apart,
and cut names may be ambiguous.</p>
<h2 id="diagnosis">Diagnosis</h2>
<ol>
<li>First find out whether values were replaced or cut. Series with the value <code>other</code>, by label:</li>
</ol>
<pre tabindex="0"><code class="language-promql">dataarts_fabric_endpoints{endpoint_type=&quot;other&quot;} &gt; 0
or dataarts_fabric_endpoints{status=&quot;other&quot;} &gt; 0
or dataarts_fabric_endpoints_with_error{error_code=&quot;other&quot;} &gt; 0
or {__name__=~&quot;dataarts_fabric_.+_(reserved|max)&quot;, spec_code=&quot;other&quot;}
</code></pre>
<ol start="2">
<li>Number of such values over time:</li>
</ol>
<pre tabindex="0"><code class="language-promql">dataarts_fabric_workspace_cut_values &gt; 0
</code></pre>
<ol start="3">
<li>The values themselves, according to the API (repeat with <code>&amp;offset=100</code>, <code>200</code> … for long lists):</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; &quot;https://fabric.$REGION.myhuaweicloud.com/v1/workspaces/$WORKSPACE_ID/endpoints?limit=100&quot; | \
  jq '.endpoints | map({type, status, error_code, name: (.name // &quot;&quot; | utf8bytelength)})'
</code></pre>
<h2 id="mitigation">Mitigation</h2>
<ul>
<li>Many legitimate values, for example spec codes: raise <code>metrics.max_label_values</code>. Each value may add series (Value limits).</li>
<li>Values that never repeat, for example an error code that contains an id: open a service ticket.</li>
<li>A name longer than 256 bytes: rename the endpoint.</li>
</ul>
<h3 id="parameters">Parameters</h3>
<p>The limit is <code>metrics.max_label_values</code> in the exporter's configuration; the alert has no threshold. <code>for</code>: 15 minutes. To ignore a workspace, add a rule to a file of your own:</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:ignored
  expr: vector(1)
  labels: {workspace_id: WORKSPACE_ID}
</code></pre>
"""#,
            chinese: #"""
<h2 id="含义">含义</h2>
<p>15 分钟以来，工作空间的某一列表（由 <code>listing</code> 标签给出）的标签没有原样显示 API 的值：超过长度上限（256 字节）的值被截断，或者某个标签的不同值（文档未列出的）多于 <code>metrics.max_label_values</code>（默认 200），多出的值被替换为 <code>other</code>。告警的值是最近一次完整列表中这类值的数量。</p>
<h2 id="影响">影响</h2>
<p>数量和汇总仍然准确。但值为 <code>other</code> 的序列合并了不同的类型、状态、规格或错误码，告警和仪表盘无法区分；被截断的名称可能无法区分。</p>
<h2 id="诊断">诊断</h2>
<ol>
<li>首先确认值是被替换还是被截断。值为 <code>other</code> 的序列，按标签查询：</li>
</ol>
<pre tabindex="0"><code class="language-promql">dataarts_fabric_endpoints{endpoint_type=&quot;other&quot;} &gt; 0
or dataarts_fabric_endpoints{status=&quot;other&quot;} &gt; 0
or dataarts_fabric_endpoints_with_error{error_code=&quot;other&quot;} &gt; 0
or {__name__=~&quot;dataarts_fabric_.+_(reserved|max)&quot;, spec_code=&quot;other&quot;}
</code></pre>
<ol start="2">
<li>这类值的数量变化：</li>
</ol>
<pre tabindex="0"><code class="language-promql">dataarts_fabric_workspace_cut_values &gt; 0
</code></pre>
<ol start="3">
<li>API 返回的值（列表较长时，依次加上 <code>&amp;offset=100</code>、<code>200</code> 等重复查询）：</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s -H &quot;X-Auth-Token: $TOKEN&quot; &quot;https://fabric.$REGION.myhuaweicloud.com/v1/workspaces/$WORKSPACE_ID/endpoints?limit=100&quot; | \
  jq '.endpoints | map({type, status, error_code, name: (.name // &quot;&quot; | utf8bytelength)})'
</code></pre>
<h2 id="处置">处置</h2>
<ul>
<li>确实有很多不同的值，例如规格编码：增大 <code>metrics.max_label_values</code>。每个值都可能增加时间序列（取值限制）。</li>
<li>值从不重复，例如错误码中含有 ID：提交工单。</li>
<li>名称超过 256 字节：为端点改名。</li>
</ul>
<h3 id="参数">参数</h3>
<p>上限为 Exporter 配置中的 <code>metrics.max_label_values</code>；告警没有阈值。<code>for</code>：15 分钟。要忽略某个工作空间，请在自己的规则文件中添加：</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:ignored
  expr: vector(1)
  labels: {workspace_id: WORKSPACE_ID}
</code></pre>
"""#))

    private static let workspaceFailing = RunbookText(
        alerts: ["DataArtsFabricWorkspaceFailing", "DataArtsFabricWorkspaceFailingCritical"],
        body: Body(
            english: #"""
<h2 id="meaning">Meaning</h2>
<p>Polls of one listing of a workspace (label <code>listing</code>) keep failing. <code>DataArtsFabricWorkspaceFailingCritical</code> is critical: for 5 minutes, with a reason that is usually permanent.
<code>DataArtsFabricWorkspaceFailing</code> is the warning: for 10 minutes, with a reason that may be temporary.
The label <code>reason</code> gives the reason; if reasons alternate, there is an alert for each. The reason is <code>unknown</code> if no failure was counted in the last 15 minutes, because polls are rare or stalled.
The warning also fires if polls succeed in between, but failed for more than half of the last hour. If the source is locked out,
<a href="DataArtsFabricSourceLockedOut?lang=en">DataArtsFabricSourceLockedOut</a> fires instead.</p>
<h2 id="impact">Impact</h2>
<p>The last complete listing is served until it is older than <code>poll.stale_after</code> (5 minutes by default; for listings other than <code>endpoints</code> at least 3 × their interval); then the series
of the listing end, and <a href="DataArtsFabricDataStale?lang=en">DataArtsFabricDataStale</a> fires. Existing alerts on its records keep firing; new problems are not detected. Other
listings of the workspace are not affected.</p>
<h2 id="diagnosis">Diagnosis</h2>
<ol>
<li>First look up the label <code>reason</code> in the table under <a href="#mitigation">Mitigation</a>. Affected workspaces and listings, by reason:</li>
</ol>
<pre tabindex="0"><code class="language-promql">sum by (source, workspace, listing, reason) (increase(dataarts_fabric_workspace_poll_failures_total[15m])) &gt; 0
</code></pre>
<p>If all workspaces of a source fail, suspect credential, network or service. If only one fails, suspect its id or
permission. If the same listing of all workspaces fails, suspect the permission for that listing.</p>
<ol start="2">
<li>The API's response, with HTTP status, error code and request id:</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s &quot;http://$EXPORTER:9942/api/v1/status?state=failing&quot; | jq '.workspaces[] | {name, workspace_id, listings: [.listings[] | {listing, last_success, failing_since, polls: .polls[:2]}]}'
</code></pre>
<ol start="3">
<li>API requests by status code, and their duration:</li>
</ol>
<pre tabindex="0"><code class="language-promql">sum by (source, operation, code) (rate(dataarts_fabric_api_requests_total[15m]))
</code></pre>
<pre tabindex="0"><code class="language-promql">histogram_quantile(0.9, sum by (operation, le) (rate(dataarts_fabric_api_request_duration_seconds_bucket[15m])))
</code></pre>
<ol start="4">
<li>The same request by hand, from the exporter's machine:</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -si -H &quot;X-Auth-Token: $TOKEN&quot; &quot;https://fabric.$REGION.myhuaweicloud.com/v1/workspaces/$WORKSPACE_ID/endpoints?limit=1&quot;
</code></pre>
<h2 id="mitigation">Mitigation</h2>
<div class="scroll" role="region" aria-label="Mitigation" tabindex="0"><table>
<thead>
<tr><th scope="col"><code>reason</code></th>
<th scope="col">severity</th>
<th scope="col">meaning</th>
<th scope="col">remedy</th>
</tr>
</thead>
<tbody>
<tr><th scope="row" id="unauthenticated"><code>unauthenticated</code></th><td class="text" data-title="severity">critical</td><td class="text" data-title="meaning">The token or key was rejected (401), or it has expired.</td><td class="text" data-title="remedy">See the table by kind of credential below.</td></tr>
<tr><th scope="row" id="forbidden"><code>forbidden</code></th><td class="text" data-title="severity">critical</td><td class="text" data-title="meaning">The user or agency lacks the permission to read the list (403).</td><td class="text" data-title="remedy">Grant the IAM action <code>DataArtsFabric:endpoint:list</code> on this workspace and its endpoints to the credential's user or agency. If it is granted, the credential belongs to another project than the workspace, or a policy restricts the client's address.</td></tr>
<tr><th scope="row" id="credentials"><code>credentials</code></th><td class="text" data-title="severity">critical</td><td class="text" data-title="meaning">No credential could be obtained: IAM or the metadata service rejected the request or failed, or a secret file cannot be read.</td><td class="text" data-title="remedy">See the table by kind of credential below.</td></tr>
<tr><th scope="row" id="not_found"><code>not_found</code></th><td class="text" data-title="severity">critical</td><td class="text" data-title="meaning">The workspace does not exist, or not in this project (HTTP 400 with <code>dataartsfabric.00010003</code> or <code>.00010009</code>), or the address does not serve the API (404, <code>APIG.0101</code>).</td><td class="text" data-title="remedy">The workspace does not exist for this credential: check its id and <code>region</code>, and that the credential belongs to the workspace's project. If it was deleted, remove it from the configuration. The API was not found at https://fabric.$REGION.myhuaweicloud.com: check <code>base_url</code> and <code>region</code>. DataArts Fabric is not available in every region.</td></tr>
<tr><th scope="row" id="bad_request"><code>bad_request</code></th><td class="text" data-title="severity">critical</td><td class="text" data-title="meaning">The API rejects the request (other 4xx).</td><td class="text" data-title="remedy">The API rejected the request: check <code>base_url</code> and the workspace's <code>filter</code>.</td></tr>
<tr><th scope="row" id="tls"><code>tls</code></th><td class="text" data-title="severity">critical</td><td class="text" data-title="meaning">The certificate is not trusted, or there is no common protocol version.</td><td class="text" data-title="remedy">The TLS connection to fabric.$REGION.myhuaweicloud.com failed: check <code>tls.ca_file</code>, <code>tls.server_name</code>, the client certificate, this machine's clock, and whether a proxy replaces the server's certificate.</td></tr>
<tr><th scope="row" id="throttled"><code>throttled</code></th><td class="text" data-title="severity">warning</td><td class="text" data-title="meaning">Too many requests (429, <code>APIG.0308</code>).</td><td class="text" data-title="remedy">The account exceeded its rate limit: lower <code>poll.requests_per_second</code> or raise <code>poll.interval</code>. Other clients of the account count too.</td></tr>
<tr><th scope="row" id="timeout"><code>timeout</code></th><td class="text" data-title="severity">warning</td><td class="text" data-title="meaning">No response within <code>poll.timeout</code>, or 408 or 504.</td><td class="text" data-title="remedy">No response within <code>poll.timeout</code>: check connectivity to fabric.$REGION.myhuaweicloud.com, or raise <code>poll.timeout</code>.</td></tr>
<tr><th scope="row" id="server"><code>server</code></th><td class="text" data-title="severity">warning</td><td class="text" data-title="meaning">The service fails (5xx).</td><td class="text" data-title="remedy">Service-side error: retry later or contact support with the request id.</td></tr>
<tr><th scope="row" id="network"><code>network</code></th><td class="text" data-title="severity">warning</td><td class="text" data-title="meaning">The host name does not resolve, or the connection is refused, reset or interrupted.</td><td class="text" data-title="remedy">fabric.$REGION.myhuaweicloud.com is unreachable: check <code>region</code>, DNS, routes, firewalls, and whether a proxy is needed (<code>proxy_url</code>).</td></tr>
<tr><th scope="row" id="response"><code>response</code></th><td class="text" data-title="severity">warning</td><td class="text" data-title="meaning">The response is not the documented JSON, or too large.</td><td class="text" data-title="remedy">The server at https://fabric.$REGION.myhuaweicloud.com is not the API, or its response exceeds a limit (<code>poll.max_endpoints</code>, <code>poll.max_response_bytes</code>): check <code>base_url</code> and the proxy, which may have sent its login page, or raise the limit.</td></tr>
<tr><th scope="row" id="inconsistent"><code>inconsistent</code></th><td class="text" data-title="severity">warning</td><td class="text" data-title="meaning">The list kept changing while it was read, because records are constantly created and deleted.</td><td class="text" data-title="remedy">The list changed while it was read: retry. If this persists, raise <code>poll.page_size</code>, or narrow the list by the workspace's <code>filter</code>.</td></tr>
<tr><th scope="row" id="stalled"><code>stalled</code></th><td class="text" data-title="severity">warning</td><td class="text" data-title="meaning">No poll has ended within twice the maximum duration of a poll (4 minutes by default).</td><td class="text" data-title="remedy">The exporter itself is stalled: restart it and report its log.</td></tr>
</tbody>
</table></div>
<div class="scroll" role="region" aria-label="Mitigation" tabindex="0"><table>
<thead>
<tr><th scope="col"><code>auth</code></th>
<th scope="col"><code>unauthenticated</code></th>
<th scope="col"><code>credentials</code></th>
</tr>
</thead>
<tbody>
<tr><th scope="row"><code>token</code></th><td class="text" data-title="unauthenticated">The token is expired, revoked or from another region: replace it with a new project-scoped token (valid for 24 hours; <code>token_file</code> is reloaded automatically), or use <code>auth.password</code> or <code>auth.access_key</code>, which are renewed automatically.</td><td class="text" data-title="credentials">Set a project-scoped IAM token in <code>auth</code>.</td></tr>
<tr><th scope="row"><code>password</code></th><td class="text" data-title="unauthenticated">A credential was issued, but the API rejected it: check that <code>base_url</code>, <code>region</code> and <code>iam_url</code> belong to the same region, and that the project is that of the workspaces.</td><td class="text" data-title="credentials">Check <code>auth.password</code>: domain, user, password, project; the user needs programmatic access. Five wrong passwords lock the user for 15 minutes.</td></tr>
<tr><th scope="row"><code>access_key</code></th><td class="text" data-title="unauthenticated">The access key is unknown, disabled or deleted, its secret is wrong, or temporary keys lack their <code>security_token</code> or have expired: correct or replace the key. 5 failed requests in a row lock the key for 5 minutes.</td><td class="text" data-title="credentials">Check <code>auth.access_key</code>: id, secret and <code>project_id</code> (if unset, IAM is asked for the project). Five failed requests in a row lock the key for 5 minutes.</td></tr>
<tr><th scope="row"><code>metadata</code></th><td class="text" data-title="unauthenticated">A credential was issued, but the API rejected it: check that <code>base_url</code>, <code>region</code> and <code>iam_url</code> belong to the same region, and that the project is that of the workspaces.</td><td class="text" data-title="credentials">Assign an agency to this ECS instance and set <code>auth.metadata.project_id</code>.</td></tr>
<tr><th scope="row"><code>environment</code></th><td class="text" data-title="unauthenticated">A credential was issued, but the API rejected it: check that <code>base_url</code>, <code>region</code> and <code>iam_url</code> belong to the same region, and that the project is that of the workspaces.</td><td class="text" data-title="credentials">Check the <code>HUAWEICLOUD_</code> variables or the file <code>~/.huaweicloud/credentials</code>.</td></tr>
<tr><th scope="row">with <code>assume_agency</code></th><td class="text" data-title="unauthenticated">A credential was issued, but the API rejected it: check that <code>base_url</code>, <code>region</code> and <code>iam_url</code> belong to the same region, and that the project is that of the workspaces.</td><td class="text" data-title="credentials">Check the credential that assumes the agency, the agency's name and account (<code>assume_agency</code>), and that the credential's user has the permission Agent Operator.</td></tr>
</tbody>
</table></div>
<ul>
<li><code>unauthenticated</code>: to avoid an account lockout, the exporter only sends probes: see <a href="DataArtsFabricSourceLockedOut?lang=en">DataArtsFabricSourceLockedOut</a>.
<code>dataarts_fabric_source_next_probe_timestamp_seconds</code> is the time of the next one.</li>
<li><code>credentials</code>: the log gives the cause, such as a file that cannot be read. Check the file's permissions and <code>iam_url</code>.</li>
<li><code>forbidden</code>, <code>not_found</code>, <code>tls</code>, <code>network</code>: the permission and the address depend on the listing: see the table by listing below.</li>
<li><code>bad_request</code>: the status page has the error code and the message. <code>dataartsfabric.00010024</code> (400): authorize the service agency again in the console.</li>
<li><code>throttled</code>: <code>dataarts_fabric_source_throttled</code> is 1 during the pause.</li>
<li><code>timeout</code>: the query above has the duration of requests.</li>
<li><code>response</code>: the log has the details.</li>
<li><code>stalled</code>: see <a href="DataArtsFabricWorkspaceStalled?lang=en">DataArtsFabricWorkspaceStalled</a>, which lasts as long as the stall. The reason of this alert becomes <code>unknown</code> after 15 minutes, because a stall is counted once.</li>
</ul>
<div class="scroll" role="region" aria-label="Mitigation" tabindex="0"><table>
<thead>
<tr><th scope="col"><code>listing</code></th>
<th scope="col">permission</th>
<th scope="col">address</th>
</tr>
</thead>
<tbody>
<tr><th scope="row"><code>endpoints</code></th><td class="text" data-title="permission"><code>DataArtsFabric:endpoint:list</code></td><td class="text" data-title="address"><code>base_url</code></td></tr>
<tr><th scope="row"><code>service_instances</code></th><td class="text" data-title="permission"><code>DataArtsFabric:service:listInstance</code>, which needs <code>DataArtsFabric:workspace:list</code></td><td class="text" data-title="address"><code>services_url</code></td></tr>
<tr><th scope="row"><code>job_runs</code></th><td class="text" data-title="permission">the IAM action is not documented by name; the system policy <code>DataArtsFabricReadOnlyPolicy</code> contains it</td><td class="text" data-title="address"><code>services_url</code></td></tr>
<tr><th scope="row"><code>pools</code> (<code>api: v2</code>)</th><td class="text" data-title="permission">the IAM action is not documented by name, probably <code>DataArtsFabric:workspace:listCompute</code>; the system policy <code>DataArtsFabricReadOnlyPolicy</code> contains it</td><td class="text" data-title="address"><code>base_url</code></td></tr>
</tbody>
</table></div>
<p>Quotas belong to a source and have an alert of their own: <a href="DataArtsFabricQuotasFailing?lang=en">DataArtsFabricQuotasFailing</a>.</p>
<p>If one cause fails several listings of a workspace, each has an alert. The example configuration of Alertmanager sends only that about <code>endpoints</code>, unless the reason is one that
differs between listings (<code>forbidden</code>, <code>bad_request</code>, <code>response</code>, <code>inconsistent</code>, <code>unknown</code>).</p>
<p>After a change of the configuration run <code>dataarts-fabric-exporter check --config.file FILE</code>, then reload (SIGHUP, or <code>POST /-/reload</code> if it is enabled).</p>
<h3 id="parameters">Parameters</h3>
<p>No threshold. <code>for</code>: 5 minutes (critical), 10 minutes (warning). To ignore a workspace, add a rule to a file of your own:</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:ignored
  expr: vector(1)
  labels: {workspace_id: WORKSPACE_ID}
</code></pre>
"""#,
            chinese: #"""
<h2 id="含义">含义</h2>
<p>工作空间的某一列表（由 <code>listing</code> 标签给出）的轮询持续失败。<code>DataArtsFabricWorkspaceFailingCritical</code> 为严重：通常不会自行恢复的故障持续 5 分钟。<code>DataArtsFabricWorkspaceFailing</code> 为警告：可能自行恢复的故障持续 10 分钟。<code>reason</code> 标签给出原因；原因交替出现时，每个原因各有一个告警；若轮询间隔很长或轮询停滞，最近 15 分钟内没有失败记录，则为 <code>unknown</code>。轮询时好时坏、一小时内一半以上的时间失败时，也会触发警告。数据源的凭证被拒绝时，其工作空间不单独告警，见 <a href="DataArtsFabricSourceLockedOut?lang=zh">DataArtsFabricSourceLockedOut</a>。</p>
<h2 id="影响">影响</h2>
<p>最近一次完整列表在超过 <code>poll.stale_after</code>（默认 5 分钟；<code>endpoints</code> 以外的列表至少为其间隔的 3 倍）之前继续提供；之后该列表的时间序列停止输出，并触发 <a href="DataArtsFabricDataStale?lang=zh">DataArtsFabricDataStale</a>。此前已触发的、关于其记录的告警保持不变，新的问题无法发现。该工作空间的其他列表不受影响。</p>
<h2 id="诊断">诊断</h2>
<ol>
<li>首先在<a href="#%E5%A4%84%E7%BD%AE">处置</a>的表中查找 <code>reason</code> 标签。受影响的工作空间和列表，按原因：</li>
</ol>
<pre tabindex="0"><code class="language-promql">sum by (source, workspace, listing, reason) (increase(dataarts_fabric_workspace_poll_failures_total[15m])) &gt; 0
</code></pre>
<p>某数据源的全部工作空间都失败：怀疑凭证、网络或服务。只有一个：怀疑其 ID 或权限。每个工作空间都只有同一列表失败：怀疑该列表所需的权限。</p>
<ol start="2">
<li>API 的响应，包括 HTTP 状态码、错误码和请求 ID：</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s &quot;http://$EXPORTER:9942/api/v1/status?state=failing&quot; | jq '.workspaces[] | {name, workspace_id, listings: [.listings[] | {listing, last_success, failing_since, polls: .polls[:2]}]}'
</code></pre>
<ol start="3">
<li>按状态码统计的 API 请求及其耗时：</li>
</ol>
<pre tabindex="0"><code class="language-promql">sum by (source, operation, code) (rate(dataarts_fabric_api_requests_total[15m]))
</code></pre>
<pre tabindex="0"><code class="language-promql">histogram_quantile(0.9, sum by (operation, le) (rate(dataarts_fabric_api_request_duration_seconds_bucket[15m])))
</code></pre>
<ol start="4">
<li>在 Exporter 所在机器上手工发送同样的请求：</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -si -H &quot;X-Auth-Token: $TOKEN&quot; &quot;https://fabric.$REGION.myhuaweicloud.com/v1/workspaces/$WORKSPACE_ID/endpoints?limit=1&quot;
</code></pre>
<h2 id="处置">处置</h2>
<div class="scroll" role="region" aria-label="处置" tabindex="0"><table>
<thead>
<tr><th scope="col"><code>reason</code></th>
<th scope="col">级别</th>
<th scope="col">含义</th>
<th scope="col">处理</th>
</tr>
</thead>
<tbody>
<tr><th scope="row" id="unauthenticated"><code>unauthenticated</code></th><td class="text" data-title="级别">严重</td><td class="text" data-title="含义">Token 或密钥被拒绝（401）或已过期。</td><td class="text" data-title="处理">见下面按凭证类型的表。</td></tr>
<tr><th scope="row" id="forbidden"><code>forbidden</code></th><td class="text" data-title="级别">严重</td><td class="text" data-title="含义">用户或委托缺少读取该列表的权限（403）。</td><td class="text" data-title="处理">请为凭证的用户或委托授予授权项 <code>DataArtsFabric:endpoint:list</code>（范围为该工作空间及其端点）。若已授予，请检查凭证与工作空间是否属于同一项目，以及是否有策略限制客户端地址。</td></tr>
<tr><th scope="row" id="credentials"><code>credentials</code></th><td class="text" data-title="级别">严重</td><td class="text" data-title="含义">无法获得凭证：IAM 或元数据服务拒绝了请求或发生故障，或密钥文件无法读取。</td><td class="text" data-title="处理">见下面按凭证类型的表。</td></tr>
<tr><th scope="row" id="not_found"><code>not_found</code></th><td class="text" data-title="级别">严重</td><td class="text" data-title="含义">工作空间不存在，或不属于该项目（HTTP 400，错误码 <code>dataartsfabric.00010003</code> 或 <code>.00010009</code>）；或者该地址没有此 API（404，<code>APIG.0101</code>）。</td><td class="text" data-title="处理">用此凭证查不到该工作空间：请检查其 ID 和 <code>region</code>，以及凭证是否属于该工作空间的项目。若已删除，请从配置中移除。在 https://fabric.$REGION.myhuaweicloud.com 没有找到 API：请检查 <code>base_url</code> 和 <code>region</code>。并非所有区域都提供 DataArts Fabric。</td></tr>
<tr><th scope="row" id="bad_request"><code>bad_request</code></th><td class="text" data-title="级别">严重</td><td class="text" data-title="含义">API 拒绝请求（其他 4xx）。</td><td class="text" data-title="处理">API 拒绝了请求：请检查 <code>base_url</code> 和工作空间的 <code>filter</code>。</td></tr>
<tr><th scope="row" id="tls"><code>tls</code></th><td class="text" data-title="级别">严重</td><td class="text" data-title="含义">证书不受信任，或没有共同的协议版本。</td><td class="text" data-title="处理">与 fabric.$REGION.myhuaweicloud.com 的 TLS 连接失败：请检查 <code>tls.ca_file</code>、<code>tls.server_name</code>、客户端证书和本机时钟，以及代理是否替换了服务器证书。</td></tr>
<tr><th scope="row" id="throttled"><code>throttled</code></th><td class="text" data-title="级别">警告</td><td class="text" data-title="含义">请求过多（429，<code>APIG.0308</code>）。</td><td class="text" data-title="处理">账号超过了请求速率限制：请降低 <code>poll.requests_per_second</code> 或增大 <code>poll.interval</code>。同一账号下其他客户端的请求也计入该限制。</td></tr>
<tr><th scope="row" id="timeout"><code>timeout</code></th><td class="text" data-title="级别">警告</td><td class="text" data-title="含义">在 <code>poll.timeout</code> 内没有响应，或 408、504。</td><td class="text" data-title="处理">在 <code>poll.timeout</code> 内没有响应：请检查与 fabric.$REGION.myhuaweicloud.com 的连接，或增大 <code>poll.timeout</code>。</td></tr>
<tr><th scope="row" id="server"><code>server</code></th><td class="text" data-title="级别">警告</td><td class="text" data-title="含义">服务端失败（5xx）。</td><td class="text" data-title="处理">服务端错误：请稍后重试，或附上请求 ID 提交工单。</td></tr>
<tr><th scope="row" id="network"><code>network</code></th><td class="text" data-title="级别">警告</td><td class="text" data-title="含义">域名无法解析，或连接被拒绝、重置、中断。</td><td class="text" data-title="处理">无法连接 fabric.$REGION.myhuaweicloud.com：请检查 <code>region</code>、DNS、路由、防火墙，以及是否需要代理（<code>proxy_url</code>）。</td></tr>
<tr><th scope="row" id="response"><code>response</code></th><td class="text" data-title="级别">警告</td><td class="text" data-title="含义">响应不是文档所述的 JSON，或过大。</td><td class="text" data-title="处理">https://fabric.$REGION.myhuaweicloud.com 的服务器不是该 API，或响应超出限制（<code>poll.max_endpoints</code>、<code>poll.max_response_bytes</code>）：请检查 <code>base_url</code> 和代理（可能返回了登录页面），或调高限制。</td></tr>
<tr><th scope="row" id="inconsistent"><code>inconsistent</code></th><td class="text" data-title="级别">警告</td><td class="text" data-title="含义">读取期间列表不断变化，因为记录在持续增减。</td><td class="text" data-title="处理">读取期间列表发生变化：请重试。若持续，请增大 <code>poll.page_size</code>，或用工作空间的 <code>filter</code> 缩小列表范围。</td></tr>
<tr><th scope="row" id="stalled"><code>stalled</code></th><td class="text" data-title="级别">警告</td><td class="text" data-title="含义">在一次轮询最长时间的两倍（默认 4 分钟）内没有任何轮询结束。</td><td class="text" data-title="处理">Exporter 本身停滞：请重启，并提供其日志以便排查。</td></tr>
</tbody>
</table></div>
<div class="scroll" role="region" aria-label="处置" tabindex="0"><table>
<thead>
<tr><th scope="col"><code>auth</code></th>
<th scope="col"><code>unauthenticated</code></th>
<th scope="col"><code>credentials</code></th>
</tr>
</thead>
<tbody>
<tr><th scope="row"><code>token</code></th><td class="text" data-title="unauthenticated">Token 已过期、已失效或属于其他区域：请更换为新的项目级 Token（有效期 24 小时；<code>token_file</code> 会自动重新加载），或改用会自动续期的 <code>auth.password</code> 或 <code>auth.access_key</code>。</td><td class="text" data-title="credentials">请在 <code>auth</code> 中设置项目级 IAM Token。</td></tr>
<tr><th scope="row"><code>password</code></th><td class="text" data-title="unauthenticated">凭证已签发，但被 API 拒绝：请检查 <code>base_url</code>、<code>region</code> 和 <code>iam_url</code> 是否属于同一区域，以及项目是否为工作空间所属的项目。</td><td class="text" data-title="credentials">请检查 <code>auth.password</code> 中的账号（domain）、用户、密码和项目；用户需要允许编程访问。密码错误 5 次会锁定用户 15 分钟。</td></tr>
<tr><th scope="row"><code>access_key</code></th><td class="text" data-title="unauthenticated">访问密钥不存在、已停用或已删除，或 SK 错误，或临时密钥缺少 <code>security_token</code> 或已过期：请更正或更换密钥。连续 5 次请求失败会锁定密钥 5 分钟。</td><td class="text" data-title="credentials">请检查 <code>auth.access_key</code> 中的 AK、SK 和 <code>project_id</code>（未设置时向 IAM 查询项目）。连续 5 次请求失败会锁定密钥 5 分钟。</td></tr>
<tr><th scope="row"><code>metadata</code></th><td class="text" data-title="unauthenticated">凭证已签发，但被 API 拒绝：请检查 <code>base_url</code>、<code>region</code> 和 <code>iam_url</code> 是否属于同一区域，以及项目是否为工作空间所属的项目。</td><td class="text" data-title="credentials">请为此 ECS 实例设置委托，并设置 <code>auth.metadata.project_id</code>。</td></tr>
<tr><th scope="row"><code>environment</code></th><td class="text" data-title="unauthenticated">凭证已签发，但被 API 拒绝：请检查 <code>base_url</code>、<code>region</code> 和 <code>iam_url</code> 是否属于同一区域，以及项目是否为工作空间所属的项目。</td><td class="text" data-title="credentials">请检查以 <code>HUAWEICLOUD_</code> 开头的环境变量或文件 <code>~/.huaweicloud/credentials</code>。</td></tr>
<tr><th scope="row">使用 <code>assume_agency</code></th><td class="text" data-title="unauthenticated">凭证已签发，但被 API 拒绝：请检查 <code>base_url</code>、<code>region</code> 和 <code>iam_url</code> 是否属于同一区域，以及项目是否为工作空间所属的项目。</td><td class="text" data-title="credentials">请检查用于切换委托的凭证、委托的名称和账号（<code>assume_agency</code>），以及该凭证的用户是否有 Agent Operator 权限。</td></tr>
</tbody>
</table></div>
<ul>
<li><code>unauthenticated</code>：为避免锁定账号，Exporter 只发送探测：见 <a href="DataArtsFabricSourceLockedOut?lang=zh">DataArtsFabricSourceLockedOut</a>。<code>dataarts_fabric_source_next_probe_timestamp_seconds</code> 给出下次探测的时间。</li>
<li><code>credentials</code>：日志给出原因，例如文件无法读取。检查文件权限和 <code>iam_url</code>。</li>
<li><code>forbidden</code>、<code>not_found</code>、<code>tls</code>、<code>network</code>：授权项和地址取决于列表，见下面按列表的表。</li>
<li><code>bad_request</code>：状态页显示错误码和消息。<code>dataartsfabric.00010024</code>（400）：在控制台重新授权服务委托。</li>
<li><code>throttled</code>：暂停期间 <code>dataarts_fabric_source_throttled</code> 为 1。</li>
<li><code>timeout</code>：请求耗时见上面的查询。</li>
<li><code>response</code>：日志给出详细信息。</li>
<li><code>stalled</code>：见 <a href="DataArtsFabricWorkspaceStalled?lang=zh">DataArtsFabricWorkspaceStalled</a>，其持续时间与停滞相同；停滞只计一次，因此 15 分钟后本告警的原因变为 <code>unknown</code>。</li>
</ul>
<div class="scroll" role="region" aria-label="处置" tabindex="0"><table>
<thead>
<tr><th scope="col"><code>listing</code></th>
<th scope="col">权限</th>
<th scope="col">地址</th>
</tr>
</thead>
<tbody>
<tr><th scope="row"><code>endpoints</code></th><td class="text" data-title="权限"><code>DataArtsFabric:endpoint:list</code></td><td class="text" data-title="地址"><code>base_url</code></td></tr>
<tr><th scope="row"><code>service_instances</code></th><td class="text" data-title="权限"><code>DataArtsFabric:service:listInstance</code>，它依赖 <code>DataArtsFabric:workspace:list</code></td><td class="text" data-title="地址"><code>services_url</code></td></tr>
<tr><th scope="row"><code>job_runs</code></th><td class="text" data-title="权限">授权项没有文档给出名称，系统策略 <code>DataArtsFabricReadOnlyPolicy</code> 包含它</td><td class="text" data-title="地址"><code>services_url</code></td></tr>
<tr><th scope="row"><code>pools</code>（<code>api: v2</code>）</th><td class="text" data-title="权限">授权项没有文档给出名称，很可能是 <code>DataArtsFabric:workspace:listCompute</code>，系统策略 <code>DataArtsFabricReadOnlyPolicy</code> 包含它</td><td class="text" data-title="地址"><code>base_url</code></td></tr>
</tbody>
</table></div>
<p>配额属于数据源，有单独的告警：<a href="DataArtsFabricQuotasFailing?lang=zh">DataArtsFabricQuotasFailing</a>。</p>
<p>同一原因使工作空间的多个列表失败时，每个列表各有一个告警。Alertmanager 的示例配置只发送 <code>endpoints</code> 的告警，除非原因因列表而异（<code>forbidden</code>、<code>bad_request</code>、<code>response</code>、<code>inconsistent</code>、<code>unknown</code>）。</p>
<p>修改配置后：先运行 <code>dataarts-fabric-exporter check --config.file FILE</code>，再重新加载（SIGHUP，或在启用时 <code>POST /-/reload</code>）。</p>
<h3 id="参数">参数</h3>
<p>没有阈值。<code>for</code>：5 分钟（严重）、10 分钟（警告）。要忽略某个工作空间，请在自己的规则文件中添加：</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:ignored
  expr: vector(1)
  labels: {workspace_id: WORKSPACE_ID}
</code></pre>
"""#))

    private static let workspaceStalled = RunbookText(
        alerts: ["DataArtsFabricWorkspaceStalled"],
        body: Body(
            english: #"""
<h2 id="meaning">Meaning</h2>
<p>No poll of one listing of the workspace (label <code>listing</code>) has ended for twice the maximum duration of a poll: 2 × max(2 × its interval, 3 × <code>poll.timeout</code>), 4 minutes for <code>endpoints</code> with the defaults.
The exporter's watchdog then set <code>dataarts_fabric_workspace_up</code> of the listing to 0 and counted one failure with the reason <code>stalled</code>; the alert fires 5 minutes later. It lasts
until a poll ends, successfully or not. Waiting for a turn of the rate limit is not a stall.</p>
<p>Every poll has a deadline, so the cause of a stall is not in the API: a file that hangs, a machine without CPU time, or a defect of the exporter.
<a href="DataArtsFabricWorkspaceFailing?lang=en">DataArtsFabricWorkspaceFailing</a> fires for the same listing too, with the reason <code>stalled</code> and later <code>unknown</code>; the Alertmanager
configuration in <code>dashboards/prometheus/alertmanager.yaml</code> inhibits it.</p>
<h2 id="impact">Impact</h2>
<p>There is no new data of that listing. After <code>poll.stale_after</code> its series end, and <a href="DataArtsFabricDataStale?lang=en">DataArtsFabricDataStale</a> fires.
While the endpoints of every workspace of the exporter are stalled, <code>/-/healthy</code> returns 503, so that Kubernetes restarts the container.</p>
<h2 id="diagnosis">Diagnosis</h2>
<ol>
<li>First find out how many workspaces are affected. The seconds since the first failure of each listing:</li>
</ol>
<pre tabindex="0"><code class="language-promql">time() - dataarts_fabric_workspace_failing_since_timestamp_seconds
and on (source, workspace_id, listing)
dataarts_fabric_workspace_up == 0
</code></pre>
<p>If all workspaces of one exporter are stalled, suspect its machine. If all of one source are, suspect its secret files, its proxy or its network.</p>
<ol start="2">
<li>The log has one line about the stall, and names the file if one hangs. The last completed polls:</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s &quot;http://$EXPORTER:9942/api/v1/status?state=failing&quot; | jq '.workspaces[] | {name, workspace_id, listings: [.listings[] | {listing, last_success, failing_since, polls: .polls[:2]}]}'
</code></pre>
<ol start="3">
<li>Does the exporter still send requests?</li>
</ol>
<pre tabindex="0"><code class="language-promql">sum by (source) (rate(dataarts_fabric_api_requests_total[15m]))
</code></pre>
<ol start="4">
<li>Does the process get CPU time? On the exporter's machine:</li>
</ol>
<pre tabindex="0"><code class="language-sh">for pid in $(pidof dataarts-fabric-exporter); do grep -E 'State|Threads|ctxt' &quot;/proc/$pid/status&quot;; done; cat /proc/loadavg
</code></pre>
<h2 id="mitigation">Mitigation</h2>
<ul>
<li>A file hangs (an NFS server that does not respond, a FIFO): repair the mount, or move the secret, CA or configuration to a local file system.</li>
<li>The machine has no CPU time: raise the CPU limit of the container, or move other programs.</li>
<li>Otherwise restart the exporter. If it happens again, report it with the log from before the stall, at <code>--log.level debug</code>.</li>
</ul>
<h3 id="parameters">Parameters</h3>
<p>No threshold. <code>for</code>: 5 minutes. To ignore a workspace, add a rule to a file of your own:</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:ignored
  expr: vector(1)
  labels: {workspace_id: WORKSPACE_ID}
</code></pre>
"""#,
            chinese: #"""
<h2 id="含义">含义</h2>
<p>该工作空间的某一列表（由 <code>listing</code> 标签给出）没有任何轮询结束的时间已超过单次轮询最长时间的两倍：2 × max(2 × 其间隔, 3 × <code>poll.timeout</code>)，<code>endpoints</code> 默认为 4 分钟。Exporter 的看门狗发现后，将该列表的 <code>dataarts_fabric_workspace_up</code> 置为 0，并以原因 <code>stalled</code> 计一次失败；5 分钟后触发告警。告警持续到有一次轮询结束为止，无论成功与否。因速率限制而排队等待不算停滞。</p>
<p>每次轮询都有截止时间，因此停滞的原因不在 API：某个文件挂起、机器没有 CPU 时间，或者 Exporter 自身的缺陷。同一列表的 <a href="DataArtsFabricWorkspaceFailing?lang=zh">DataArtsFabricWorkspaceFailing</a> 也会触发，原因为 <code>stalled</code>，之后为 <code>unknown</code>；<code>dashboards/prometheus/alertmanager.yaml</code> 中的 Alertmanager 配置会将其抑制。</p>
<h2 id="影响">影响</h2>
<p>该列表没有新数据。超过 <code>poll.stale_after</code> 后其时间序列停止输出，并触发 <a href="DataArtsFabricDataStale?lang=zh">DataArtsFabricDataStale</a>。当 Exporter 的所有工作空间的 <code>endpoints</code> 都停滞时，<code>/-/healthy</code> 返回 503，Kubernetes 会因此重启容器。</p>
<h2 id="诊断">诊断</h2>
<ol>
<li>首先确认涉及多少工作空间。各列表从第一次失败起的秒数：</li>
</ol>
<pre tabindex="0"><code class="language-promql">time() - dataarts_fabric_workspace_failing_since_timestamp_seconds
and on (source, workspace_id, listing)
dataarts_fabric_workspace_up == 0
</code></pre>
<p>同一 Exporter 的全部工作空间：怀疑其所在机器。同一数据源的全部工作空间：怀疑其密钥文件、代理或网络。</p>
<ol start="2">
<li>日志会记录一次轮询停滞，若有文件挂起还会指出是哪个文件。最近结束的轮询：</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s &quot;http://$EXPORTER:9942/api/v1/status?state=failing&quot; | jq '.workspaces[] | {name, workspace_id, listings: [.listings[] | {listing, last_success, failing_since, polls: .polls[:2]}]}'
</code></pre>
<ol start="3">
<li>是否还在发送请求：</li>
</ol>
<pre tabindex="0"><code class="language-promql">sum by (source) (rate(dataarts_fabric_api_requests_total[15m]))
</code></pre>
<ol start="4">
<li>进程能否得到 CPU 时间？在 Exporter 所在机器上：</li>
</ol>
<pre tabindex="0"><code class="language-sh">for pid in $(pidof dataarts-fabric-exporter); do grep -E 'State|Threads|ctxt' &quot;/proc/$pid/status&quot;; done; cat /proc/loadavg
</code></pre>
<h2 id="处置">处置</h2>
<ul>
<li>文件挂起（NFS 服务器无响应，或文件是 FIFO）：修复挂载，或将密钥、CA、配置移到本地文件系统。</li>
<li>机器没有 CPU 时间：提高容器的 CPU 限额，或移走其他程序。</li>
<li>否则重启 Exporter。如果再次发生，请附上停滞之前以 <code>--log.level debug</code> 记录的日志进行反馈。</li>
</ul>
<h3 id="参数">参数</h3>
<p>没有阈值。<code>for</code>：5 分钟。要忽略某个工作空间，请在自己的规则文件中添加：</p>
<pre tabindex="0"><code class="language-yaml">- record: dataarts_fabric:ignored
  expr: vector(1)
  labels: {workspace_id: WORKSPACE_ID}
</code></pre>
"""#))

    private static let workspacesDropped = RunbookText(
        alerts: ["DataArtsFabricWorkspacesDropped"],
        body: Body(
            english: #"""
<h2 id="meaning">Meaning</h2>
<p>For 10 minutes discovery of a source has found some workspaces, but fewer than half as many as an hour ago. The alert resolves one hour after the drop, because
it compares with the number an hour ago. If no workspace is left, <a href="DataArtsFabricWorkspacesLost?lang=en">DataArtsFabricWorkspacesLost</a> fires instead.</p>
<h2 id="impact">Impact</h2>
<p>The series of the missing workspaces have ended, and alerts on their endpoints have resolved. If the workspaces still exist, new problems there are not detected.</p>
<h2 id="diagnosis">Diagnosis</h2>
<ol>
<li>First check whether workspaces were deleted intentionally. Number of workspaces over time:</li>
</ol>
<pre tabindex="0"><code class="language-promql">dataarts_fabric_discovery_workspaces
</code></pre>
<ol start="2">
<li>Missing workspaces:</li>
</ol>
<pre tabindex="0"><code class="language-promql">group by (source, workspace_id, workspace) (dataarts_fabric_workspace_info offset 1h)
unless on (source, workspace_id) dataarts_fabric_workspace_info
</code></pre>
<ol start="3">
<li>The log has the line <code>discovery found fewer than half of the previous workspaces</code>, with both numbers. Workspaces that the credential can list now:</li>
</ol>
<pre tabindex="0"><code class="language-sh">dataarts-fabric-exporter check --config.file FILE --connect
</code></pre>
<h2 id="mitigation">Mitigation</h2>
<ul>
<li>Workspaces were deleted intentionally: no action is needed; the alert resolves by itself. If it is expected, create a silence for an hour.</li>
<li>They still exist: the permission <code>DataArtsFabric:workspace:list</code> was restricted, or they moved to another enterprise project or project. Grant it again, or correct
<code>discovery.enterprise_project_id</code>.</li>
<li>They were renamed and no longer match <code>discovery.name</code>: correct it.</li>
</ul>
<h3 id="parameters">Parameters</h3>
<p>No threshold. <code>for</code>: 10 minutes. To silence the alert during planned work, create a silence for its name and <code>source</code> in Alertmanager.</p>
"""#,
            chinese: #"""
<h2 id="含义">含义</h2>
<p>某个数据源的发现在最近 10 分钟内仍能找到工作空间，但数量不到一小时前的一半。数量下降一小时后告警恢复，因为它与一小时前的数量比较。如果没有剩余的工作空间，则触发 <a href="DataArtsFabricWorkspacesLost?lang=zh">DataArtsFabricWorkspacesLost</a>。</p>
<h2 id="影响">影响</h2>
<p>消失的工作空间，其时间序列已停止输出，相应的端点告警也已恢复。如果这些工作空间仍然存在，那里的新问题将无法发现。</p>
<h2 id="诊断">诊断</h2>
<ol>
<li>首先确认工作空间是否有意删除。工作空间数量的变化：</li>
</ol>
<pre tabindex="0"><code class="language-promql">dataarts_fabric_discovery_workspaces
</code></pre>
<ol start="2">
<li>哪些工作空间消失了：</li>
</ol>
<pre tabindex="0"><code class="language-promql">group by (source, workspace_id, workspace) (dataarts_fabric_workspace_info offset 1h)
unless on (source, workspace_id) dataarts_fabric_workspace_info
</code></pre>
<ol start="3">
<li>日志中有一行 <code>discovery found fewer than half of the previous workspaces</code>，带有前后两个数字。凭证现在能列出的工作空间：</li>
</ol>
<pre tabindex="0"><code class="language-sh">dataarts-fabric-exporter check --config.file FILE --connect
</code></pre>
<h2 id="处置">处置</h2>
<ul>
<li>工作空间是有意删除的：无需处理，告警会自行恢复。如果事先知道，可以静默一小时。</li>
<li>工作空间仍然存在：授权项 <code>DataArtsFabric:workspace:list</code> 的范围被缩小，或者工作空间移到了其他企业项目或项目。重新授权，或改正 <code>discovery.enterprise_project_id</code>。</li>
<li>工作空间改了名：<code>discovery.name</code> 不再匹配。改正该项。</li>
</ul>
<h3 id="参数">参数</h3>
<p>没有阈值。<code>for</code>：10 分钟。计划内的操作期间，可在 Alertmanager 中按告警名称和 <code>source</code> 创建静默。</p>
"""#))

    private static let workspacesLost = RunbookText(
        alerts: ["DataArtsFabricWorkspacesLost"],
        body: Body(
            english: #"""
<h2 id="meaning">Meaning</h2>
<p>For 15 minutes discovery of a source has succeeded but left nothing to poll: it finds no workspace, or <code>include</code> and <code>exclude</code> leave out all
workspaces that it finds. Workspaces are counted before sharding: an empty shard raises no alert.</p>
<h2 id="impact">Impact</h2>
<p>The series of workspaces that discovery no longer finds have ended, and alerts on their endpoints have resolved although the problems may persist. New problems
there are not detected. Workspaces under <code>workspaces</code> in the configuration are still polled.</p>
<h2 id="diagnosis">Diagnosis</h2>
<ol>
<li>First compare the workspaces found with those that are polled; <code>warning</code> says which of the causes below applies:</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s &quot;http://$EXPORTER:9942/api/v1/status&quot; | jq '.sources[] | {name, warning, discovery}'
</code></pre>
<ol start="2">
<li>Number of workspaces over time:</li>
</ol>
<pre tabindex="0"><code class="language-promql">dataarts_fabric_discovery_workspaces
</code></pre>
<p>When it began, the exporter logged the line <code>discovery found no workspaces to poll</code>, with the numbers <code>found</code> and <code>left_out</code>, and those of the previous discovery.</p>
<ol start="3">
<li>Cause and remedy. This also counts the workspaces without <code>discovery.name</code> and <code>discovery.enterprise_project_id</code>:</li>
</ol>
<pre tabindex="0"><code class="language-sh">dataarts-fabric-exporter check --config.file FILE --connect
</code></pre>
<ol start="4">
<li>The same request by hand. The API omits workspaces that the credential may not list, and still returns 200:</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -si -H &quot;X-Auth-Token: $TOKEN&quot; &quot;https://fabric.$REGION.myhuaweicloud.com/v1/workspaces?limit=1&quot;
</code></pre>
<h2 id="mitigation">Mitigation</h2>
<div class="scroll" role="region" aria-label="Mitigation" tabindex="0"><table>
<thead>
<tr><th scope="col">cause</th>
<th scope="col">remedy</th>
</tr>
</thead>
<tbody>
<tr><th scope="row">The permission was revoked or restricted.</th><td class="text" data-title="remedy">Grant the IAM action <code>DataArtsFabric:workspace:list</code> for the workspaces to the credential's user or agency.</td></tr>
<tr><th scope="row">The credential belongs to another project or region.</th><td class="text" data-title="remedy">Check <code>project_id</code>, <code>region</code> and <code>base_url</code>.</td></tr>
<tr><th scope="row"><code>discovery.name</code> or <code>discovery.enterprise_project_id</code> excludes all workspaces.</th><td class="text" data-title="remedy">Correct it, or remove it.</td></tr>
<tr><th scope="row"><code>discovery.include</code> or <code>discovery.exclude</code> leaves out all workspaces, for example after they were renamed.</th><td class="text" data-title="remedy">Correct the pattern. The status page shows how many match.</td></tr>
<tr><th scope="row">All workspaces were deleted intentionally.</th><td class="text" data-title="remedy">Remove the source from the configuration, or remove its <code>discovery</code>.</td></tr>
</tbody>
</table></div>
<p>Until then, list important workspaces under <code>workspaces</code> in the configuration. After a change, reload (SIGHUP, or <code>POST /-/reload</code> if it is
enabled): a changed <code>discovery</code> runs at once, otherwise the next one runs within <code>discovery.interval</code>.</p>
<h3 id="parameters">Parameters</h3>
<p>No threshold. <code>for</code>: 15 minutes. To silence the alert during planned work, create a silence for its name and <code>source</code> in Alertmanager.</p>
"""#,
            chinese: #"""
<h2 id="含义">含义</h2>
<p>15 分钟以来，某个数据源的发现正常，但没有可轮询的工作空间：发现没有找到工作空间，或者 <code>include</code> 和 <code>exclude</code> 排除了找到的全部工作空间。数量在分片之前统计，因此空的分片不会告警。</p>
<h2 id="影响">影响</h2>
<p>发现不再找到的工作空间，其时间序列已停止输出，相应的端点告警也已恢复，但问题可能仍然存在。那里的新问题无法发现。配置中 <code>workspaces</code> 列出的工作空间仍在轮询。</p>
<h2 id="诊断">诊断</h2>
<ol>
<li>首先比较发现的工作空间数与轮询的工作空间数；<code>warning</code> 说明属于下面哪种原因：</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -s &quot;http://$EXPORTER:9942/api/v1/status&quot; | jq '.sources[] | {name, warning, discovery}'
</code></pre>
<ol start="2">
<li>工作空间数量的变化：</li>
</ol>
<pre tabindex="0"><code class="language-promql">dataarts_fabric_discovery_workspaces
</code></pre>
<p>开始时日志中有一行 <code>discovery found no workspaces to poll</code>，带有 <code>found</code> 和 <code>left_out</code> 两个数字，以及上一次发现的数字。</p>
<ol start="3">
<li>原因和处理办法。该命令还会统计去掉 <code>discovery.name</code> 和 <code>discovery.enterprise_project_id</code> 后的工作空间数量：</li>
</ol>
<pre tabindex="0"><code class="language-sh">dataarts-fabric-exporter check --config.file FILE --connect
</code></pre>
<ol start="4">
<li>手工发送同样的请求。凭证无权查看的工作空间，API 不会列出，响应仍为 200：</li>
</ol>
<pre tabindex="0"><code class="language-sh">curl -si -H &quot;X-Auth-Token: $TOKEN&quot; &quot;https://fabric.$REGION.myhuaweicloud.com/v1/workspaces?limit=1&quot;
</code></pre>
<h2 id="处置">处置</h2>
<div class="scroll" role="region" aria-label="处置" tabindex="0"><table>
<thead>
<tr><th scope="col">原因</th>
<th scope="col">处理</th>
</tr>
</thead>
<tbody>
<tr><th scope="row">权限被撤销或缩小。</th><td class="text" data-title="处理">为凭证所属的用户或委托授予相应工作空间的 IAM 授权项 <code>DataArtsFabric:workspace:list</code>。</td></tr>
<tr><th scope="row">凭证属于其他项目或区域。</th><td class="text" data-title="处理">检查 <code>project_id</code>、<code>region</code> 和 <code>base_url</code>。</td></tr>
<tr><th scope="row"><code>discovery.name</code> 或 <code>discovery.enterprise_project_id</code> 过滤掉了全部工作空间。</th><td class="text" data-title="处理">改正或删除该项。</td></tr>
<tr><th scope="row"><code>discovery.include</code> 或 <code>discovery.exclude</code> 排除了全部工作空间，例如工作空间改名之后。</th><td class="text" data-title="处理">改正匹配模式。状态页会显示有多少匹配。</td></tr>
<tr><th scope="row">工作空间确实已全部删除。</th><td class="text" data-title="处理">从配置中移除该数据源，或移除其 <code>discovery</code>。</td></tr>
</tbody>
</table></div>
<p>修复之前，可在配置的 <code>workspaces</code> 中列出重要的工作空间。修改后重新加载（SIGHUP，或在启用时 <code>POST /-/reload</code>）：<code>discovery</code> 有变化时立即运行，否则下一次发现在 <code>discovery.interval</code> 之内进行。</p>
<h3 id="参数">参数</h3>
<p>没有阈值。<code>for</code>：15 分钟。计划内的操作期间，可在 Alertmanager 中按告警名称和 <code>source</code> 创建静默。</p>
"""#))
}
