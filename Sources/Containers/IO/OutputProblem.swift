import SystemPackage
import Tensors

/// Why an output cannot be created or written.
package enum OutputProblem: Equatable, Sendable, CustomStringConvertible {
  case notAName
  case exists
  case isLink(to: String)
  case linkLoop
  case isFolder
  case isNotAFolder
  /// A pipe, a socket or a device.
  case isSpecial
  case hardLinks(count: Int)
  case readOnly
  case noFolder
  case noPermission
  case nameTooLong
  case inUse
  case foreignTemporary(String)
  case foreignFile(String)
  case noSpace(needed: Int)
  case headerDoesNotFit(needed: Int, available: Int)
  case incomplete(written: Int, expected: Int)
  case unfinishedFile(String)
  case closedPipe
  /// Standard output, which the process was started without.
  case closedStream
  /// The process has as many files open as it may have.
  case tooManyFiles(limit: Int)
  /// Nothing was written yet.
  case cannotCreate(operation: String, Errno)
  /// Part was written; the partial output is removed.
  case failed(operation: String, Errno)
  /// Part went to standard output.
  case streamFailed(Errno)
  /// It has its name, and the name may not be on the disk.
  case unsynchronized(Errno)
  /// It has its name, and what bore it before is still there under another.
  case leftover(String, Errno)
  /// It has no name, but what belongs to it has.
  case separated(cause: String)

  package var category: FailureCategory {
    switch self {
    case .inUse: .busy
    case .readOnly, .noPermission: .noPermission
    case .closedPipe, .closedStream, .failed, .streamFailed, .unsynchronized, .leftover, .separated:
      .inputOutput
    case .incomplete, .unfinishedFile: .bug
    case .tooManyFiles: .outOfResources
    case .cannotCreate(_, let errno): errno == .noMemory ? .outOfResources : .cannotCreate
    default: .cannotCreate
    }
  }

  package var description: String {
    switch self {
    case .notAName: "does not name a file to write; give a path that ends in a name"
    case .exists: "exists; use --force to replace it"
    case .isLink(let target) where isStream(target):
      "is a link to a stream (\(escaped(target))); write to standard output (-) and redirect it there"
    case .isLink(let target):
      "is a symbolic link to \(escaped(target)); name that file, or follow links explicitly"
    case .linkLoop: "is a chain of symbolic links without an end; name a file"
    case .isFolder: "is a folder where a file is to be written; name a file in it"
    case .isNotAFolder: "is a file where a folder is to be written; choose another name"
    case .isSpecial: "is a pipe or a device; write to standard output (-) and redirect it there"
    case .hardLinks(let count):
      "has \(count) hard links, and replacing it would leave the others as they are; "
        + "remove it first or choose another name"
    case .readOnly: "is read-only; make it writable (chmod u+w) to replace it"
    case .noFolder: "lies in a folder that does not exist; create the folder first"
    case .noPermission: "permission to write there is denied; choose another folder"
    case .nameTooLong: "has a name too long for the file system; choose a shorter one"
    case .inUse: "is being written by another process; wait for it to finish"
    case .foreignTemporary(let name):
      "needs \(escaped(name)) beside it, and something else bears that name; remove it"
    case .foreignFile(let name):
      "is a folder that also holds \(escaped(name)), which no model folder has; "
        + "it is not replaced: choose another name or remove it yourself"
    case .noSpace(let needed): "no space for \(needed) bytes; free some or choose another disk"
    case .headerDoesNotFit(let needed, let available):
      "the metadata needs \(needed) bytes and the header has room for \(available); shorten it"
    case .incomplete(let written, let expected):
      "was given \(written) of \(expected) bytes; please report this"
    case .unfinishedFile(let name):
      "its file \(escaped(name)) was never finished; please report this"
    case .closedPipe: "the reader of standard output is gone"
    case .closedStream:
      "is closed, and there is something to print; redirect it, to /dev/null if nobody reads it"
    case .tooManyFiles(let limit):
      "cannot be created: \(limit) files are open already, and no more may be; "
        + "allow more with ulimit -n, or write larger shards (--shard-size)"
    case .cannotCreate(let operation, let errno):
      "cannot be created: \(operation) failed: \(errno); choose another place"
    case .failed(let operation, let errno):
      "\(operation) failed midway: \(errno); nothing was published"
    case .streamFailed(let errno):
      "writing failed: \(errno); what it has got is not complete"
    case .unsynchronized(let errno):
      "is complete and in its place, but bringing its name to the disk failed: \(errno); "
        + "a power cut could still undo it"
    case .leftover(let name, let errno):
      "is complete and in its place, but what it replaced could not be removed: \(errno); "
        + "remove \(escaped(name)) beside it"
    case .separated(let cause):
      "\(cause); what belongs to it has its name already, and this is found under its temporary one"
    }
  }

  /// The problem behind an `operation` that failed before anything was written.
  static func creating(_ errno: Errno, _ operation: String, needed: Int = 0) -> Self {
    switch errno {
    case .noSpace, .diskQuotaExceeded, .fileTooLarge: .noSpace(needed: needed)
    case .permissionDenied, .notPermitted, .readOnlyFileSystem: .noPermission
    case .noSuchFileOrDirectory, .notDirectory: .noFolder
    case .fileNameTooLong: .nameTooLong
    case .fileExists: .exists
    case .tooManyOpenFiles: .tooManyFiles(limit: OpenFiles.limit)
    default: .cannotCreate(operation: operation, errno)
    }
  }
}

/// Whether a link that the system makes for a process leads to one of its descriptors.
private func isStream(_ target: String) -> Bool {
  ["/proc/self/fd/", "/dev/fd/", "pipe:", "socket:"].contains { target.hasPrefix($0) }
}
