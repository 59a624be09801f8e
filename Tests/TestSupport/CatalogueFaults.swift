// SPDX-License-Identifier: Apache-2.0
public import Exposition

/// What is wrong with the families of a catalogue, by the conventions of the metric contract; one line a fault.
public func faults(of families: [MetricFamily]) -> [String] {
    var faults: [String] = []
    for family in families {
        func complain(_ what: String) { faults.append("\(family.name): \(what)") }
        if family.help.isEmpty || !family.help.hasSuffix(".") { complain("the help is no sentence") }
        if family.help.contains(where: { $0 == "|" || $0.isNewline }) { complain("the help breaks a table") }
        if !family.name.utf8.allSatisfy(isNameByte) { complain("an odd name") }
        if !family.name.hasPrefix("dataarts_fabric_"), !family.name.hasPrefix("process_") { complain("no prefix") }
        if (family.kind == .counter) != family.name.hasSuffix("_total") { complain("_total is for counters") }
        if (family.kind == .info) != family.name.hasSuffix("_info") { complain("_info is for infos") }
        for label in family.labels {
            if forbiddenLabels.contains(label) { complain("the label \(label) is Prometheus' own") }
            if !label.utf8.allSatisfy(isNameByte) || label.hasPrefix("_") { complain("the odd label \(label)") }
        }
        if Set(family.labels).count != family.labels.count { complain("a label twice") }
    }
    faults += repeated(families.map(\.name)).map { "\($0): twice" }
    faults += repeated(families.map(\.openMetricsName)).map { "\($0): twice in OpenMetrics" }
    faults += repeated(families.flatMap(sampleNames)).map { "\($0): samples of two families" }
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
