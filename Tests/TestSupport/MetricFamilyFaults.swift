// SPDX-License-Identifier: Apache-2.0
public import Exposition

/// Returns violations of the metric conventions by `families`, one line each.
public func faults(of families: [MetricFamily]) -> [String] {
    var faults: [String] = []
    for family in families {
        func report(_ fault: String) { faults.append("\(family.name): \(fault)") }
        if family.help.isEmpty || !family.help.hasSuffix(".") { report("the help does not end with a period") }
        if family.help.contains(where: { $0 == "|" || $0.isNewline }) { report("the help contains | or a line break") }
        if !family.name.utf8.allSatisfy(isNameByte) { report("invalid name") }
        if !family.name.hasPrefix("dataarts_fabric_"), !family.name.hasPrefix("process_") { report("no prefix") }
        if (family.kind == .counter) != family.name.hasSuffix("_total") { report("_total is for counters") }
        if (family.kind == .info) != family.name.hasSuffix("_info") { report("_info is for info metrics") }
        for label in family.labels {
            if forbiddenLabels.contains(label) { report("reserved label \(label)") }
            if !label.utf8.allSatisfy(isNameByte) || label.hasPrefix("_") { report("invalid label \(label)") }
        }
        if Set(family.labels).count != family.labels.count { report("duplicate label") }
    }
    faults += repeated(families.map(\.name)).map { "\($0): duplicate name" }
    faults += repeated(families.map(\.openMetricsName)).map { "\($0): duplicate name in OpenMetrics" }
    faults += repeated(families.flatMap(sampleNames)).map { "\($0): samples of several families" }
    return faults
}

private let forbiddenLabels: Set = [
    "type", "region", "instance", "job", "service", "endpoint", "namespace", "pod", "cluster", "env", "le", "quantile",
]

private func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
    default: false
    }
}

private func sampleNames(_ family: MetricFamily) -> [String] {
    guard family.kind == .histogram else { return [family.name] }
    return ["_bucket", "_sum", "_count"].map { family.name + $0 }
}

private func repeated(_ names: [String]) -> [String] {
    Dictionary(grouping: names) { $0 }.filter { $0.value.count > 1 }.keys.sorted()
}
