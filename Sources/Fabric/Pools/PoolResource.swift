// SPDX-License-Identifier: Apache-2.0

/// A resource of a compute pool whose use is measured.
public enum PoolResource: String, Sendable, CaseIterable {
    case cpu
    case memory
    case gpu
    case npu

    /// The metric in requests for use.
    var metricName: String {
        switch self {
        case .cpu: "CPU"
        case .memory: "MEM"
        case .gpu: "GPU"
        case .npu: "NPU"
        }
    }

    /// Whether only some pools have it: those with such a row in their capacity.
    public var isAccelerator: Bool { self == .gpu || self == .npu }

    /// Creates the resource that a row with a capacity of this type has; nil for undocumented types. Memory has no rows.
    public init?(capacityType: String) {
        switch capacityType.uppercased() {
        case "CPU": self = .cpu
        case "GPU": self = .gpu
        case "NPU": self = .npu
        default: return nil
        }
    }
}
