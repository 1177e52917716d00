/// All errors of one plan, so that a person can repair them in one go.
///
/// Each is reported on a line of its own; the exit status is the first one's.
package struct ErrorList: ReportableError {
  package let errors: [any ReportableError]

  /// A list of at least one error, in the order in which they are to be read.
  package init(_ errors: [any ReportableError]) {
    precondition(!errors.isEmpty, "a list of errors that holds none")
    self.errors = errors
  }

  package var category: FailureCategory { errors[0].category }

  /// The line of each error; lists inside this list are taken apart.
  package var lines: [String] {
    errors.flatMap { ($0 as? ErrorList)?.lines ?? [$0.description] }
  }

  package var description: String { lines.joined(separator: "\n") }
}
