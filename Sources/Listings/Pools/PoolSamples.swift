// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Exposition
internal import Fabric

/// Writes the series of the pools of a workspace.
struct PoolSamples {
    let tally: PoolTally
    /// The use of the running pools; nil if it was not queried.
    let use: PoolUse?

    func write(to builder: inout FragmentBuilder) {
        writeCounts(to: &builder)
        let memory = tally.memory
        builder.add(PoolFamilies.info) { writer in
            for pool in tally.pools {
                let (mode, status) = (memory.chargeModes[pool.chargeMode], memory.statuses[pool.status])
                writer.sample(
                    .integer(1),
                    ["pool_id": pool.id.text, "pool": pool.name, "charge_mode": mode, "status": status])
            }
        }
        builder.add(PoolFamilies.capacity) { writer in
            for pool in tally.pools { write(capacity(of: pool), of: pool, to: &writer) }
        }
        builder.add(PoolFamilies.allocatable) { writer in
            for pool in tally.pools { write(allocatable(of: pool), of: pool, to: &writer) }
        }
        builder.add(PoolFamilies.utilization) { writer in
            writeUtilization(to: &writer) { .double($0.ratio) }
        }
        builder.add(PoolFamilies.utilizationTime) { writer in
            writeUtilization(to: &writer) { .microseconds($0.time.microseconds) }
        }
    }

    private func writeCounts(to builder: inout FragmentBuilder) {
        let memory = tally.memory
        let counts = memory.counts.series.map { key, series in
            (texts: [memory.chargeModes[key.chargeMode], memory.statuses[key.status]], pools: series.value)
        }
        builder.add(PoolFamilies.pools) { writer in
            for (texts, pools) in counts.sorted(by: { $0.texts.lexicographicallyPrecedes($1.texts) }) {
                writer.sample(.integer(Int64(pools)), ["charge_mode": texts[0], "status": texts[1]])
            }
        }
    }

    private typealias Amounts = [(resource: String, specCode: String, value: SampleValue)]

    private func capacity(of pool: Pool) -> Amounts {
        pool.capacity.map { key, amount in
            (tally.resources[key.resource], tally.specCodes[key.specCode], .integer(Int64(clamping: amount)))
        }
    }

    private func allocatable(of pool: Pool) -> Amounts {
        var sums: [[String]: Int128] = [:]
        for amount in use?.allocatable[pool.id] ?? [] {
            sums[[amount.resource.rawValue, amount.specCode ?? ""], default: 0] += Int128(amount.thousandths)
        }
        return sums.map { ($0[0], $0[1], .double(Double($1) / 1_000)) }
    }

    private func write(_ amounts: Amounts, of pool: Pool, to writer: inout SampleWriter) {
        let sorted = amounts.sorted { ($0.resource, $0.specCode) < ($1.resource, $1.specCode) }
        for (resource, specCode, value) in sorted {
            writer.sample(
                value, ["pool_id": pool.id.text, "pool": pool.name, "resource": resource, "spec_code": specCode])
        }
    }

    private func writeUtilization(to writer: inout SampleWriter, _ value: (PoolUtilization) -> SampleValue) {
        for pool in tally.pools {
            for resource in PoolResource.allCases.sorted(by: { $0.rawValue < $1.rawValue }) {
                guard let found = use?.utilization[.init(pool: pool.id, resource: resource)] else { continue }
                writer.sample(
                    value(found), ["pool_id": pool.id.text, "pool": pool.name, "resource": resource.rawValue])
            }
        }
    }
}
