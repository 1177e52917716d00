import Containers
import Tensors

/// Why there is nothing to inspect, or what is wrong with what was inspected.
package enum InspectionProblem: ReportableError, Equatable {
  /// A CSV file where weights are expected.
  case dataset(path: String)
  /// A tensor of an adapter that is no part of a pair, or nothing that LoRA knows.
  case stray(path: String, tensor: String)
  /// A tensor of an adapter that no merge accepts.
  case nonFinite(path: String, tensor: String, count: Int)
  /// The adapter was trained on another base.
  case otherBase(path: String, base: String, expected: Fingerprint, found: Fingerprint)

  package var category: FailureCategory { .badData }

  package var description: String {
    switch self {
    case .dataset(let path):
      "\(place(path)): is a table in text form, which inspect does not read; "
        + "use it as the DATA of 'lora train' or 'lora eval'"
    case .stray(let path, let tensor):
      "\(place(path)): tensor \"\(escaped(tensor))\": has no other half beside it, or is nothing "
        + "that LoRA knows; the file is incomplete or not an adapter's"
    case .nonFinite(let path, let tensor, let count):
      "\(place(path)): tensor \"\(escaped(tensor))\": \(count) values are infinite or NaN; "
        + "the adapter is damaged or its training diverged"
    case .otherBase(let path, let base, let expected, let found):
      "\(place(path)): was not trained on \(escaped(base)): expected the fingerprint \(expected), "
        + "found \(found); name the right base"
    }
  }

  private func place(_ path: String) -> String {
    path == "-" ? "standard input" : escaped(path)
  }
}
