/// Why a command stops, as the shell sees it: the exit status of the process.
package enum FailureCategory: Int32, Sendable {
  /// The comparison ran, and the answer is "different".
  case different = 1
  /// The comparison ran, and has no answer.
  case undecided = 2
  case wrongUsage = 64
  /// Bad, mismatched or non-finite data.
  case badData = 65
  /// An input is missing or unreadable.
  case missingInput = 66
  /// A bug of ours.
  case bug = 70
  /// Out of memory or of another resource of the system.
  case outOfResources = 71
  /// The output cannot be created: it exists, is a link, or there is no space at the start.
  case cannotCreate = 73
  /// Reading or writing failed midway.
  case inputOutput = 74
  /// Locked, or in use by another process.
  case busy = 75
  case noPermission = 77
}

/// An error that a person can act on.
///
/// `description` is the whole line after `lora: error: `: it names the file, the tensor or line,
/// what was expected, what was found and what to do. Names from files are escaped in it.
package protocol ReportableError: Error, CustomStringConvertible, Sendable {
  var category: FailureCategory { get }
}
