import Tensors

/// Why there is nothing to inspect, or something is wrong with what was inspected.
package enum InspectionProblem: ReportableError, Equatable {
  case dataset(path: String)

  package var category: FailureCategory { .badData }

  package var description: String {
    switch self {
    case .dataset(let path):
      "\(escaped(path)): is a table in text form, which inspect does not read; "
        + "use it as the DATA of 'lora train' or 'lora eval'"
    }
  }
}
