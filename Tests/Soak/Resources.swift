// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The resource usage of a process.
struct Resources {
    var residentKiB = 0
    var peakKiB = 0
    var threads = 0
    var descriptors = 0

    /// Creates a value from its parts.
    init(residentKiB: Int, peakKiB: Int, threads: Int, descriptors: Int) {
        self.residentKiB = residentKiB
        self.peakKiB = peakKiB
        self.threads = threads
        self.descriptors = descriptors
    }

    /// Reads the current usage of the process `pid`. Returns nil if it does not exist.
    init?(of pid: pid_t) {
        guard let file = fopen("/proc/\(pid)/status", "r") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), file) != nil {
            let words = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
                .split { $0 == " " || $0 == "\t" || $0 == "\n" }
            guard words.count >= 2, let number = Int(words[1]) else { continue }
            switch words[0] {
            case "VmRSS:": residentKiB = number
            case "VmHWM:": peakKiB = number
            case "Threads:": threads = number
            default: break
            }
        }
        guard let folder = opendir("/proc/\(pid)/fd") else { return nil }
        defer { closedir(folder) }
        while readdir(folder) != nil { descriptors += 1 }
        // Without the entries `.` and `..`.
        descriptors -= 2
    }
}

/// Detects growth of a process.
struct GrowthWatch {
    private(set) var samples: [Resources] = []
    /// Maximum for runs of any length: above typical values, below those of a leak.
    var maximumResidentKiB = 200 * 1024

    mutating func note(_ resources: Resources) { samples.append(resources) }

    /// Maximums of the same kind.
    private static let most = (threads: 40, descriptors: 400)

    /// Returns a line for each exceeded maximum.
    /// - Parameter comparesQuarters: whether to compare the second quarter of the run with the last, in long runs.
    func problems(comparesQuarters: Bool) -> [String] {
        var problems: [String] = []
        func bound(_ name: String, _ path: KeyPath<Resources, Int>, _ most: Int) {
            let peak = samples.map { $0[keyPath: path] }.max() ?? 0
            if peak > most { problems.append("\(name) reached \(peak), the maximum is \(most)") }
        }
        bound("peak resident memory in KiB", \.peakKiB, maximumResidentKiB)
        bound("the number of threads", \.threads, Self.most.threads)
        bound("the number of descriptors", \.descriptors, Self.most.descriptors)
        guard comparesQuarters, samples.count >= 40 else { return problems }
        let quarter = samples.count / 4
        func grows(_ name: String, _ path: KeyPath<Resources, Int>, percent: Int, plus: Int) {
            func mean(_ part: ArraySlice<Resources>) -> Int {
                part.reduce(0) { $0 + $1[keyPath: path] } / max(part.count, 1)
            }
            let early = mean(samples[quarter..<2 * quarter])
            let late = mean(samples.suffix(quarter))
            if late > early + early * percent / 100 + plus { problems.append("\(name) grew from \(early) to \(late)") }
        }
        grows("resident memory in KiB", \.residentKiB, percent: 10, plus: 4 * 1024)
        grows("the number of threads", \.threads, percent: 10, plus: 2)
        grows("the number of descriptors", \.descriptors, percent: 25, plus: 16)
        return problems
    }
}
