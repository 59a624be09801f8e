// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Returns the bytes of a range of an open file; fewer if the file is shorter.
public func contents(of descriptor: Int32, _ range: Range<Int>) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: range.count) { buffer, filled in
        while filled < range.count {
            let rest = UnsafeMutableBufferPointer(rebasing: buffer[filled...])
            let count = pread(descriptor, rest.baseAddress, range.count - filled, off_t(range.lowerBound + filled))
            guard count > 0 else { return }
            filled += count
        }
    }
}
