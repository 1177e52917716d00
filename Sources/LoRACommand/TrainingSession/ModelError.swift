import Tensors

/// Why a network, an adapter and a table do not go together.
enum ModelError: ReportableError, Equatable {
  case metadata(file: String, key: String, expected: String, found: String)
  case notNumbers(file: String, tensor: String, type: String)
  case notFinite(file: String, tensor: String, index: Int, value: String)
  case outputs(file: String, found: Int, task: String)
  case classCount(file: String, named: Int, outputs: Int)
  case noSuchModule(file: String, wanted: String, available: [String])
  case adapterShape(file: String, tensor: String, found: Shape, expected: Shape)
  case adapterTensor(file: String, tensor: String, problem: String)

  var category: FailureCategory { .badData }

  var description: String {
    switch self {
    case .metadata(let file, let key, let expected, let found):
      "\(escaped(file)): metadata \"\(key)\": expected \(expected), found \"\(escaped(found))\""
    case .notNumbers(let file, let tensor, let type):
      "\(escaped(file)): tensor \"\(escaped(tensor))\": \(type) cannot be trained on; expected "
        + "F64, F32, F16 or BF16"
    case .notFinite(let file, let tensor, let index, let value):
      "\(escaped(file)): tensor \"\(escaped(tensor))\": element \(index) is \(value); a network with "
        + "such weights cannot be computed"
    case .outputs(let file, let found, let task):
      "\(escaped(file)): the network has \(found) output\(found == 1 ? "" : "s"), which does not "
        + "go with \(task); choose another --task or network"
    case .classCount(let file, let named, let outputs):
      "\(escaped(file)): metadata \"classes\": \(named) names for \(outputs) outputs"
    case .noSuchModule(let file, let wanted, let available):
      "\(escaped(file)): no module is called \"\(escaped(wanted))\"; there are "
        + available.map { "\"\(escaped($0))\"" }.joined(separator: ", ")
    case .adapterShape(let file, let tensor, let found, let expected):
      "\(escaped(file)): tensor \"\(escaped(tensor))\": shape \(found), the network needs "
        + "\(expected); is this the adapter's base?"
    case .adapterTensor(let file, let tensor, let problem):
      "\(escaped(file)): tensor \"\(escaped(tensor))\": \(problem)"
    }
  }
}
