import SystemPackage
import Tensors

/// Why a file is not changed in place, or an interrupted change not brought to an end.
package enum InPlaceProblem: Equatable, Sendable, CustomStringConvertible {
  // Before anything is written.
  case isLink(to: String)
  case hardLinks(count: Int)
  case notAFile
  /// Standard output or standard error is redirected into it.
  case isStandardStream
  case isCompressed
  case locked
  case openElsewhere
  case headerDoesNotFit(needed: Int, available: Int)
  case otherForm
  /// The target is also read as something else.
  case isItsOwnSource
  case failed(operation: String, Errno)
  // Midway: the journal has what is needed to go on.
  case midway(cause: String)
  case changedMeanwhile
  // When an interrupted change is looked at.
  case journalMissing
  case journalDamaged
  case foreignJournal(String)
  case otherFiles
  case lostChunk
  case notReproduced

  package var category: FailureCategory {
    switch self {
    case .locked, .openElsewhere: .busy
    case .isItsOwnSource, .isStandardStream: .wrongUsage
    case .isLink, .hardLinks, .notAFile, .headerDoesNotFit, .foreignJournal: .cannotCreate
    case .failed(_, .noSpace), .failed(_, .diskQuotaExceeded), .failed(_, .fileTooLarge):
      .cannotCreate
    case .failed(_, .permissionDenied), .failed(_, .notPermitted), .failed(_, .readOnlyFileSystem):
      .noPermission
    case .failed(_, .noSuchFileOrDirectory): .missingInput
    case .failed, .midway, .changedMeanwhile: .inputOutput
    case .isCompressed, .otherForm, .journalMissing, .journalDamaged, .otherFiles, .lostChunk,
      .notReproduced:
      .badData
    }
  }

  package var description: String {
    switch self {
    case .isLink(let target):
      "is a symbolic link to \(escaped(target)), and is not changed in place; name that file, "
        + "or write another one with -o"
    case .hardLinks(let count):
      "has \(count) hard links, which would all change; write another file with -o"
    case .notAFile:
      "is no regular file, and only such are changed in place; write another one with -o"
    case .isStandardStream:
      "is the file to change, and what is printed is redirected into it; redirect that elsewhere"
    case .isCompressed:
      "is compressed, and is not changed in place; write another file with -o"
    case .locked: "is being changed by another process; wait for it to finish"
    case .openElsewhere:
      "is open or mapped in another process, which would see it change; close it there, or use "
        + "--force to change it all the same"
    case .headerDoesNotFit(let needed, let available):
      "its header has room for \(available) bytes, and the record of the merge makes it \(needed); "
        + "make room once with `lora convert FILE -o NEW`, or write another file with -o"
    case .otherForm:
      "the change also alters types, shapes or the number of tensors, which needs another file; "
        + "write it with -o"
    case .isItsOwnSource:
      "is the file to change, and also named as what to read; name another one"
    case .failed(let operation, let errno): Self.text(operation, errno)
    case .midway(let cause):
      "the change in place is half done: \(cause); remove the cause, then run `lora recover` on it"
    case .changedMeanwhile:
      "was changed by another process while it was changed in place; run `lora recover` on it"
    case .journalMissing, .journalDamaged, .foreignJournal, .otherFiles, .lostChunk, .notReproduced:
      recoveryText
    }
  }

  private var recoveryText: String {
    switch self {
    case .journalMissing:
      "an in-place change was interrupted, and its journal is gone; put the journal back beside "
        + "it, or fetch the file again"
    case .journalDamaged:
      "an in-place change was interrupted, and its journal is damaged; fetch the file again"
    case .foreignJournal(let name):
      "needs \(escaped(name)) beside it, and something else bears that name; remove it"
    case .otherFiles:
      "is not the file that its journal was written for; put that file back, or remove the journal"
    case .lostChunk:
      "was overwritten after an in-place change was interrupted; fetch the file again"
    default:
      "what is computed again is not what the interrupted change was to write; name the very "
        + "base and adapters that it was given"
    }
  }

  private static func text(_ operation: String, _ errno: Errno) -> String {
    switch errno {
    case .noSpace, .diskQuotaExceeded, .fileTooLarge:
      "no space beside it to make the change safe: \(operation) failed: \(errno); free some "
        + "(nothing was changed)"
    case .permissionDenied, .notPermitted, .readOnlyFileSystem:
      "permission to change it is denied; change its mode or run as its owner"
    case .noSuchFileOrDirectory: "no such file; check the path"
    default: "\(operation) failed: \(errno); nothing was changed"
    }
  }
}
