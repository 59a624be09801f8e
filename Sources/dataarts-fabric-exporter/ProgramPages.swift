// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The pages of the program's own code that are resident.
enum ProgramPages {
    /// Lets go of the code that starting took: reading flags and configuration, setting up libraries. It is a third of
    /// what is resident, and is never run again. What is still needed is mapped again from the page cache when it runs.
    static func release() {
        guard let maps = fopen("/proc/self/maps", "re") else { return }
        defer { fclose(maps) }
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        while getline(&line, &capacity, maps) > 0, let text = line {
            if let code = code(String(cString: text)) {
                madvise(UnsafeMutableRawPointer(bitPattern: code.lowerBound), code.count, MADV_DONTNEED)
            }
        }
    }

    /// The addresses of a line of `/proc/self/maps`, if it is a file's code. Code alone is certain to be as it is in the
    /// file: what else is read-only may have been written to by the linker before.
    static func code(_ line: String) -> Range<UInt>? {
        // 7f00aa000000-7f00ab000000 r-xp 00001000 fe:00 1234 /usr/bin/program
        let fields = line.split(separator: " ", omittingEmptySubsequences: true)
        guard fields.count > 5, fields[1] == "r-xp", fields[4] != "0" else { return nil }
        let bounds = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
        guard bounds.count == 2, bounds[0] < bounds[1] else { return nil }
        return bounds[0]..<bounds[1]
    }
}
