// SPDX-License-Identifier: Apache-2.0
public import Fabric

extension PollSettings {
    /// Settings in which everything that a client reads is given.
    public init(
        timeout: Duration, interval: Duration, requestsPerSecond: Double, retries: Int, maxResponseBytes: Int,
        pageSize: Int, maxEndpoints: Int
    ) {
        self.init()
        self.timeout = timeout
        self.interval = interval
        self.requestsPerSecond = requestsPerSecond
        self.retries = retries
        self.maxResponseBytes = maxResponseBytes
        self.pageSize = pageSize
        self.maxEndpoints = maxEndpoints
    }
}
