// SPDX-License-Identifier: Apache-2.0
public import Glibc

/// What tells one content of a file from another without reading it: identity, size and times of the last change. The time of
/// the last modification can be set back, as `cp -p` and `rsync` do; that of the last change of the inode cannot.
public struct FileStamp: Sendable, Equatable {
    private let device: UInt64
    private let inode: UInt64
    private let size: Int64
    private let modification: [Int]
    private let change: [Int]

    /// The stamp in what `stat` or `fstat` returned.
    public init(_ status: stat) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        modification = [status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
        change = [status.st_ctim.tv_sec, status.st_ctim.tv_nsec]
    }

    /// The stamp of the file at `path` now; nil if there is no such file. May block: call it in ``BlockingWork``.
    public init?(path: String) {
        var status = stat()
        guard FileBeingRead.note(path, { stat(path, &status) }) == 0 else { return nil }
        self.init(status)
    }
}
