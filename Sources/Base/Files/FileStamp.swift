// SPDX-License-Identifier: Apache-2.0
public import Glibc

/// The identity, size and times of a file, for detecting changes without reading it. Includes the inode's change time,
/// because `cp -p` and `rsync` can set the modification time back.
public struct FileStamp: Sendable, Equatable {
    private let device: UInt64
    private let inode: UInt64
    private let size: Int64
    private let modification: [Int]
    private let change: [Int]

    /// Creates a stamp from the result of `stat` or `fstat`.
    public init(_ status: stat) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        modification = [status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
        change = [status.st_ctim.tv_sec, status.st_ctim.tv_nsec]
    }

    /// Creates the current stamp of the file at `path`; nil if `stat` fails. May block: call it in ``BlockingWork``.
    public init?(path: String) {
        var status = stat()
        guard FileBeingRead.note(path, { stat(path, &status) }) == 0 else { return nil }
        self.init(status)
    }
}
