// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The resident pages of the program's code.
enum ProgramPages {
    /// Releases resident code pages after startup. The code for flags, configuration and library setup is about a third
    /// of resident memory and is not needed again; other code is mapped again from the page cache when it runs.
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

    /// Returns the address range of a line of `/proc/self/maps` if it maps code of a file; nil otherwise. Only code is
    /// certain to be identical to the file: other read-only pages may have been modified by the dynamic linker.
    static func code(_ line: String) -> Range<UInt>? {
        // 7f00aa000000-7f00ab000000 r-xp 00001000 fe:00 1234 /usr/bin/program
        let fields = line.split(separator: " ", omittingEmptySubsequences: true)
        guard fields.count > 5, fields[1] == "r-xp", fields[4] != "0" else { return nil }
        let bounds = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
        guard bounds.count == 2, bounds[0] < bounds[1] else { return nil }
        return bounds[0]..<bounds[1]
    }
}
