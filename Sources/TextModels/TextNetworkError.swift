import Tensors

/// Why a model folder is not computed with, or an adapter does not go beside it.
package enum TextNetworkError: ReportableError, Equatable {
  case noConfiguration(file: String)
  case notNumbers(file: String, tensor: String, type: String)
  case notFinite(file: String, tensor: String, index: Int)
  case adapter(file: String, tensor: String, problem: String)
  case adapterShape(file: String, tensor: String, found: Shape, expected: Shape)

  package var category: FailureCategory { .badData }

  package var description: String {
    switch self {
    case .noConfiguration(let file):
      "\(escaped(file)): has no config.json, which says what its tensors make; name the model's "
        + "folder"
    case .notNumbers(let file, let tensor, let type):
      "\(escaped(file)): tensor \"\(escaped(tensor))\": \(type) cannot be computed with; expected "
        + "F64, F32, F16 or BF16"
    case .notFinite(let file, let tensor, let index):
      "\(escaped(file)): tensor \"\(escaped(tensor))\": element \(index) is not finite; is the file "
        + "damaged?"
    case .adapter(let file, let tensor, let problem):
      "\(escaped(file)): tensor \"\(escaped(tensor))\": \(problem)"
    case .adapterShape(let file, let tensor, let found, let expected):
      "\(escaped(file)): tensor \"\(escaped(tensor))\": shape \(found), expected \(expected) as the "
        + "model has it"
    }
  }
}
