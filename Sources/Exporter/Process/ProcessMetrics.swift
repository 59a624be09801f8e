// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Exposition
private import Glibc

/// The `process_*` families, read from `/proc/self` as Prometheus' client libraries do.
enum ProcessMetrics {
    private static let cpu = MetricFamily(
        .counter, "process_cpu_seconds_total", labels: [], help: "Total user and system CPU time spent in seconds.")
    private static let start = MetricFamily(
        .gauge, "process_start_time_seconds", labels: [],
        help: "Start time of the process since the Unix epoch in seconds.")
    private static let resident = MetricFamily(
        .gauge, "process_resident_memory_bytes", labels: [], help: "Resident memory size in bytes.")
    private static let virtual = MetricFamily(
        .gauge, "process_virtual_memory_bytes", labels: [], help: "Virtual memory size in bytes.")
    private static let openDescriptors = MetricFamily(
        .gauge, "process_open_fds", labels: [], help: "Number of open file descriptors.")
    private static let maxDescriptors = MetricFamily(
        .gauge, "process_max_fds", labels: [], help: "Maximum number of open file descriptors.")

    static let families = [cpu, start, resident, virtual, openDescriptors, maxDescriptors]

    /// Returns the current samples; omits families that cannot be read.
    static func fragment() -> Fragment {
        var builder = FragmentBuilder()
        var usage = rusage()
        if getrusage(RUSAGE_SELF.rawValue, &usage) == 0 {
            builder.add(cpu, .microseconds(microseconds(usage.ru_utime) + microseconds(usage.ru_stime)))
        }
        if let startTime { builder.add(start, .microseconds(startTime)) }
        let pages = read("/proc/self/statm").split(separator: " ").compactMap { Int64($0) }
        if pages.count > 1 {
            let pageSize = Int64(sysconf(Int32(_SC_PAGESIZE)))
            builder.add(virtual, .integer(pages[0] * pageSize))
            builder.add(resident, .integer(pages[1] * pageSize))
        }
        if let count = countDescriptors() { builder.add(openDescriptors, .integer(Int64(count))) }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            builder.add(maxDescriptors, .unsigned(UInt64(limit.rlim_cur)))
        }
        return builder.build()
    }

    /// The start time in microseconds since the epoch: boot time plus the 22nd field of `stat`.
    private static let startTime: Int64? = {
        let boot = read("/proc/stat").split(separator: "\n").first { $0.hasPrefix("btime ") }
        let stat = read("/proc/self/stat")
        // The second field, the program's name in parentheses, may contain spaces and parentheses.
        guard let bootSeconds = boot?.split(separator: " ").last.flatMap({ Int64($0) }),
            let name = stat.lastIndex(of: ")")
        else { return nil }
        let fields = stat[stat.index(after: name)...].split(separator: " ")
        guard fields.count > 19, let ticks = Int64(fields[19]) else { return nil }
        return bootSeconds * 1_000_000 + ticks * 1_000_000 / Int64(sysconf(Int32(_SC_CLK_TCK)))
    }()

    private static func microseconds(_ time: timeval) -> Int64 {
        Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_usec)
    }

    private static func countDescriptors() -> Int? {
        guard let directory = opendir("/proc/self/fd") else { return nil }
        defer { closedir(directory) }
        var count = 0
        while readdir(directory) != nil { count += 1 }
        // Without `.`, `..` and the descriptor of the directory itself.
        return count - 3
    }

    private static func read(_ path: String) -> String {
        String(decoding: (try? OpenFile(path).read(limit: 1 << 20)) ?? [], as: UTF8.self)
    }
}
