import Tensors

/// What is wrong with one setting of a file.
package struct SettingProblem: ReportableError, SettingFailure, Equatable {
  package let file: String
  package let name: String
  package let problem: String

  package static func setting(file: String, name: String, problem: String) -> Self {
    Self(file: file, name: name, problem: problem)
  }

  package var category: FailureCategory { .badData }

  package var description: String {
    "\(escaped(file)): setting \"\(escaped(name))\": \(problem)"
  }
}
