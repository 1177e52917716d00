import Tensors

/// All that is wrong with a table, in the order of its columns.
package struct TableFaults: ReportableError, Equatable {
  /// At least one.
  package let errors: [TableError]
  /// The target, where it is the last column because none was named.
  package let assumedTarget: String?

  package init(_ errors: [TableError], assumedTarget: String? = nil) {
    precondition(!errors.isEmpty, "faults of which there are none")
    (self.errors, self.assumedTarget) = (errors, assumedTarget)
  }

  package var category: FailureCategory { errors[0].category }
  package var description: String { errors.map(\.description).joined(separator: "\n") }

  /// One error as itself, several as a list.
  static func joined(
    _ errors: [TableError], assumedTarget: String? = nil
  ) -> any ReportableError {
    errors.count == 1 ? errors[0] : TableFaults(errors, assumedTarget: assumedTarget)
  }
}

/// What a person may say so that a table can be read.
package enum TableRemedy: Hashable, Sendable {
  case categorical(String)
  case drop(String)
  case fill
  /// A word that means a missing value.
  case missingIs(String)
  case dropMissingTargets
  case decimalComma
  /// What stands between the thousands.
  case thousands(String)
  case unknownIsNone
  case noHeader
  case regression
}

extension TableError {
  /// What can be said on the command line about it; nil where the table must be changed, or only a
  /// person can tell.
  package var remedy: [TableRemedy]? {
    switch reason {
    case .numbersForNames: [.noHeader]
    case .missingValue: [.fill]
    case .emptyColumn: column.map { [.drop($0)] }
    case .missingWord(let word, _): [.missingIs(word), .fill]
    case .missingTarget: [.dropMissingTargets]
    case .noTarget(isNameless: true): [.drop("")]
    case .openTask: [.regression]
    case .unknownCategory: [.unknownIsNone]
    case .notNumbers(let odd, let use): remedy(of: odd, use)
    default: nil
    }
  }

  private func remedy(of odd: OddColumn, _ use: OddColumn.Use) -> [TableRemedy]? {
    switch odd.kind {
    case .decimalCommas: [.decimalComma]
    case .thousands("."): [.decimalComma, .thousands(".")]
    case .thousands(let mark): [.thousands(mark)]
    case .commasOrThousands: [.thousands(",")]
    case .words: use != .feature ? nil : column.map { [.categorical($0)] }
    case .names, .dates: use != .feature ? nil : column.map { [.drop($0)] }
    case .strays, .infinite: nil
    }
  }
}
