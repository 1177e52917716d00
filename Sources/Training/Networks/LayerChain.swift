import Kernels
import Tensors

/// Why tensors do not make a multilayer perceptron.
package enum LayerChainError: ReportableError {
  case empty(file: String)
  case unexpected(file: String, tensor: String, shape: Shape)
  case biasWithoutWeight(file: String, tensor: String)
  case biasShape(file: String, tensor: String, shape: Shape, outputs: Int)
  case broken(file: String, tensor: String, shape: Shape, previous: String, outputs: Int)
  case ambiguous(file: String, modules: [String])
  case noSuchLayer(file: String, module: String, modules: [String])
  case notStated(file: String, module: String)

  package var category: FailureCategory { .badData }

  package var description: String {
    switch self {
    case .empty(let file):
      "\(escaped(file)): no layer found; a network is tensors like 0.weight and 0.bias"
    case .unexpected(let file, let tensor, let shape):
      "\(escaped(file)): tensor \"\(escaped(tensor))\": shape \(shape) is neither a weight "
        + "[out, in] nor a bias [out]; only multilayer perceptrons can be trained here"
    case .biasWithoutWeight(let file, let tensor):
      "\(escaped(file)): tensor \"\(escaped(tensor))\": a bias without its weight; is the file "
        + "complete?"
    case .biasShape(let file, let tensor, let shape, let outputs):
      "\(escaped(file)): tensor \"\(escaped(tensor))\": shape \(shape), expected [\(outputs)] as "
        + "its weight has \(outputs) rows"
    case .broken(let file, let tensor, let shape, let previous, let outputs):
      "\(escaped(file)): tensor \"\(escaped(tensor))\": shape \(shape) does not follow "
        + "\"\(escaped(previous))\", which has \(outputs) outputs; are all layers there, and is "
        + "this their order?"
    case .ambiguous(let file, let modules):
      "\(escaped(file)): the layers fit together in several orders, and neither their widths nor "
        + "numbers in their names tell which; say it from the input's on, these names in the right "
        + "order: --layers \(listed(modules))"
    case .noSuchLayer(let file, let module, let modules):
      "\(escaped(file)): the order of the layers names \"\(escaped(module))\", which is none or is "
        + "named twice; there are \(listed(modules))"
    case .notStated(let file, let module):
      "\(escaped(file)): the order of the layers leaves out \"\(escaped(module))\"; name every layer"
    }
  }
}

/// Names as `--layers` takes them.
private func listed(_ modules: [String]) -> String {
  modules.map { escaped($0) }.joined(separator: ",")
}

/// The tensors of one linear layer in a state dict.
package struct LayerNames: Sendable, Equatable {
  /// What stands before `.weight`.
  package let module: String
  package let weight: String
  package let bias: String?
}

/// Finds the layers of a state dict from names and shapes alone, in the order of `LayerOrder`.
///
/// Names are PyTorch's: `MODULE.weight` [out, in] and `MODULE.bias` [out], MODULE being `0`,
/// `layers.2`, `fc1`, whatever; runs of digits in it are compared as numbers, so `10` follows `2`.
///
/// - Parameters:
///   - tensors: All tensors of the file, in any order.
///   - order: The modules from the input's on, where it is known.
///   - file: The name that errors begin with.
/// - Returns: The layers from the input's on.
/// - Throws: `LayerChainError` when a tensor is no weight or bias, or the shapes do not chain.
package func layerNames(
  _ tensors: [(name: String, shape: Shape)], order: [String]? = nil, file: String
) throws(LayerChainError) -> [LayerNames] {
  var weights: [LayerWeight] = []
  var biases: [ExactString: (name: String, shape: Shape)] = [:]
  for tensor in tensors {
    if let module = module(of: tensor.name, "weight"), tensor.shape.rank == 2,
      tensor.shape.elementCount > 0
    {
      weights.append(LayerWeight(name: tensor.name, module: module, shape: tensor.shape))
    } else if let module = module(of: tensor.name, "bias"), tensor.shape.rank == 1 {
      biases[ExactString(module)] = tensor
    } else {
      throw .unexpected(file: file, tensor: tensor.name, shape: tensor.shape)
    }
  }
  guard !weights.isEmpty else { throw .empty(file: file) }
  var layers: [LayerNames] = []
  for weight in try LayerOrder(weights, file: file).layers(stated: order) {
    let bias = biases.removeValue(forKey: ExactString(weight.module))
    if let bias, bias.shape[0] != weight.shape[0] {
      throw .biasShape(
        file: file, tensor: bias.name, shape: bias.shape, outputs: weight.shape[0])
    }
    layers.append(LayerNames(module: weight.module, weight: weight.name, bias: bias?.name))
  }
  if let orphan = biases.values.map(\.name).min() {
    throw .biasWithoutWeight(file: file, tensor: orphan)
  }
  return layers
}

/// Puts the tensors of a state dict into layers, chained as `layerNames` finds them, all frozen.
package func layerChain<Scalar: DenseScalar>(
  _ tensors: [Weight<Scalar>], order: [String]? = nil, file: String
) throws(LayerChainError) -> [Linear<Scalar>] {
  let names = try layerNames(tensors.map { ($0.name, $0.shape) }, order: order, file: file)
  var weights: [ExactString: Weight<Scalar>] = [:]
  for tensor in tensors {
    weights[ExactString(tensor.name)] = tensor
  }
  return names.compactMap { layer in
    weights[ExactString(layer.weight)].map { weight in
      Linear(
        module: layer.module, weight: .frozen(weight),
        bias: layer.bias.flatMap { weights[ExactString($0)] }.map { .frozen($0) })
    }
  }
}

/// What stands before `.kind` in a tensor's name, or nil when it ends otherwise.
private func module(of name: String, _ kind: String) -> String? {
  let parts = name.split(separator: ".", omittingEmptySubsequences: false)
  guard parts.count > 1, let last = parts.last, last == kind else { return nil }
  return parts.dropLast().joined(separator: ".")
}

/// Whether two names are alike up to a number in which they differ.
func areNumbered(_ left: String, _ right: String) -> Bool {
  var (a, b) = (Substring(left).utf8, Substring(right).utf8)
  while let x = a.first, let y = b.first {
    if isDigit(x), isDigit(y) {
      let (m, n) = (takeNumber(&a), takeNumber(&b))
      if !m.elementsEqual(n) { return true }
    } else if x != y {
      return false
    } else {
      a.removeFirst()
      b.removeFirst()
    }
  }
  return false
}

/// Whether `left` comes before `right` when runs of digits are compared as numbers.
func precedesNaturally(_ left: String, _ right: String) -> Bool {
  var (a, b) = (Substring(left).utf8, Substring(right).utf8)
  while let x = a.first, let y = b.first {
    if isDigit(x), isDigit(y) {
      let (m, n) = (takeNumber(&a), takeNumber(&b))
      if m.count != n.count { return m.count < n.count }
      if !m.elementsEqual(n) { return m.lexicographicallyPrecedes(n) }
    } else if x != y {
      return x < y
    } else {
      a.removeFirst()
      b.removeFirst()
    }
  }
  if a.isEmpty != b.isEmpty { return a.isEmpty }
  return left.utf8.lexicographicallyPrecedes(right.utf8)
}

private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

/// The run of digits at the front, without leading zeros.
private func takeNumber(_ text: inout Substring.UTF8View) -> Substring.UTF8View {
  let digits = text.prefix(while: isDigit)
  text = text[digits.endIndex...]
  return digits.drop { $0 == 0x30 }
}
