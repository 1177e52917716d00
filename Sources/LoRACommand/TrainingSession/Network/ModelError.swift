import Tensors

/// Why a network, an adapter and a table do not go together.
enum ModelError: ReportableError, Equatable {
  case metadata(file: String, key: String, expected: String, found: String)
  case notNumbers(file: String, tensor: String, type: String)
  case quantized(file: String, what: String)
  case originalShape(file: String, tensor: String, expected: Shape)
  case notFinite(file: String, tensor: String, index: Int, value: String)
  case outputs(file: String, found: Int, task: String)
  case classCount(file: String, named: Int, outputs: Int)
  case classWeights(file: String, found: Int?, expected: Int)
  case nothingHeldOut(file: String)
  case ownFeatures(file: String)
  case ownScaling(file: String)
  case pattern(text: String, problem: String)
  case oddRank(module: String, rank: Int)
  case rankBeyondWeight(module: String, rank: Int, limit: Int)
  case configuration(file: String, command: String)
  case unknownLength(file: String)
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
    case .quantized(let file, let what):
      "\(escaped(file)): has quantized weights, which stay as they are: \(what); "
        + "lora dequantize writes them out in full"
    case .originalShape(let file, let tensor, let expected):
      "\(escaped(file)): tensor \"\(escaped(tensor))\": expected numbers of shape \(expected), as the "
        + "quantized network has; is this what was quantized?"
    case .notFinite(let file, let tensor, let index, let value):
      "\(escaped(file)): tensor \"\(escaped(tensor))\": element \(index) is \(value); a network with "
        + "such weights cannot be computed"
    case .outputs(let file, let found, let task):
      "\(escaped(file)): the network has \(found) output\(found == 1 ? "" : "s"), which does not "
        + "go with \(task); choose another --task or network"
    case .classCount(let file, let named, let outputs):
      "\(escaped(file)): metadata \"classes\": \(named) names for \(outputs) outputs"
    case .classWeights(let file, let found?, let expected):
      "\(escaped(file)): --class-weights gives \(found) weights, there are \(expected) classes"
    case .classWeights(let file, nil, _):
      "\(escaped(file)): --class-weights is for classes, and the target is values"
    case .nothingHeldOut(let file):
      "\(escaped(file)): --holdout leaves no row to validate on; take a larger share"
    case .ownFeatures(let file):
      "\(escaped(file)): the network says which columns it reads; leave --features, --drop and "
        + "--categorical out"
    case .ownScaling(let file):
      "\(escaped(file)): the network was trained on standardized columns and reads no others; leave "
        + "--no-standardize out"
    case .pattern(let text, let problem):
      "pattern \"\(escaped(text))\": \(problem)"
    case .oddRank(let module, let rank):
      "module \"\(escaped(module))\": rank \(rank) is odd; --init orthogonal needs even ranks"
    case .rankBeyondWeight(let module, let rank, let limit):
      "module \"\(escaped(module))\": rank \(rank) is more than the weight has, \(limit); take a "
        + "smaller --rank, or one for this module by --rank-pattern"
    case .configuration(let file, let command):
      "\(escaped(file)): holds no configuration of a run of lora \(command)"
    case .unknownLength(let file):
      "\(escaped(file)): the run was made by an earlier lora, which took 3,000 steps rounded up to whole "
        + "passes and did not record them; give --steps or --epochs"
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
