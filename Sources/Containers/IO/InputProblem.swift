import SystemPackage
import Tensors

/// Why an input cannot be read.
package enum InputProblem: Equatable, Sendable, CustomStringConvertible {
  case missing
  case noPermission
  /// Standard input, which the process was started without.
  case closed
  case isDirectory
  /// A socket or a device.
  case notAFile
  /// A folder that holds a name which is not UTF-8.
  case nameIsNoText
  /// A link that would be followed out of its folder.
  case linkLeaves(to: String)
  case tooLarge(limit: Int)
  case endsEarly(missing: Int)
  case changed
  case needsRandomAccess
  case readTwice
  case pickle
  case otherFormat(String)
  case foreign(ForeignContent)
  /// The process has as many files open as it may have.
  case tooManyFiles(limit: Int)
  case failed(operation: String, Errno)

  package var category: FailureCategory {
    switch self {
    case .missing, .closed, .isDirectory, .notAFile: .missingInput
    case .noPermission: .noPermission
    case .nameIsNoText, .linkLeaves, .tooLarge, .endsEarly, .pickle, .otherFormat, .foreign:
      .badData
    case .changed, .failed: .inputOutput
    case .tooManyFiles: .outOfResources
    case .needsRandomAccess, .readTwice: .wrongUsage
    }
  }

  package var description: String {
    switch self {
    case .missing:
      "no such file; check the path"
    case .noPermission:
      "permission to read is denied; change its mode or run as its owner"
    case .closed:
      "is closed; pipe or redirect something into it"
    case .isDirectory:
      "is a folder where a file is expected; name a file in it"
    case .notAFile:
      "is neither a regular file nor a pipe; name a file"
    case .nameIsNoText:
      "holds a file whose name is not UTF-8 text, and would be lost; rename it"
    case .linkLeaves(let target):
      "is a link to \(escaped(target)), out of its folder, and is not followed there; "
        + "if that file belongs to the model, put a copy in place of the link"
    case .tooLarge(let limit):
      "is larger than the \(limit) bytes such a file may have; is it the right file?"
    case .endsEarly(let missing):
      "ends \(missing) bytes too early; fetch it again"
    case .changed:
      "changed while it was read; run again when nothing writes to it"
    case .needsRandomAccess:
      "is a stream and cannot be read out of order; save it to a file first"
    case .readTwice:
      "is a stream and was read once already; save it to a file first"
    case .pickle:
      "is a PyTorch pickle, which can run code and is never read; save it as safetensors first "
        + "(safetensors.torch.save_file)"
    case .otherFormat(let format):
      "is a \(format) file where safetensors is expected; convert it first"
    case .foreign(let content): content.says
    case .tooManyFiles(let limit):
      "cannot be opened: \(limit) files are open already, and no more may be; "
        + "allow more with ulimit -n, or put the model into fewer shards"
    case .failed(let operation, let errno):
      "\(operation) failed: \(errno); check the disk"
    }
  }

  /// The problem behind a failed `operation`.
  init(_ errno: Errno, operation: String) {
    switch errno {
    case .noSuchFileOrDirectory, .notDirectory: self = .missing
    case .permissionDenied, .notPermitted: self = .noPermission
    case .isDirectory: self = .isDirectory
    case .illegalByteSequence: self = .nameIsNoText
    case .tooManyOpenFiles: self = .tooManyFiles(limit: OpenFiles.limit)
    default: self = .failed(operation: operation, errno)
    }
  }
}
