import Tensors

/// A weight [out, in], and what stands before `.weight` in its name.
struct LayerWeight {
  let name: String
  let module: String
  let shape: Shape
}

/// In which order layers follow each other, which no file of tensors says.
///
/// Where the widths allow one chain alone, it is that. Where they allow several, layers whose names
/// differ in a number come in the order of these. What is still open is not guessed.
struct LayerOrder {
  /// By their names, numbers by value.
  private let weights: [LayerWeight]
  private let file: String

  init(_ weights: [LayerWeight], file: String) {
    self.weights = weights.sorted { precedesNaturally($0.name, $1.name) }
    self.file = file
  }

  /// The layers from the input's on, in the order `stated` if there is one.
  ///
  /// - Throws: `LayerChainError` when no order fits, or several do.
  func layers(stated: [String]? = nil) throws(LayerChainError) -> [LayerWeight] {
    if let stated { return try chained(named(stated)) }
    let pairs = zip(weights, weights.dropFirst())
    let isNumbered = pairs.allSatisfy { areNumbered($0.module, $1.module) }
    if isNumbered, pairs.allSatisfy({ $0.shape[0] == $1.shape[1] }) { return weights }
    guard weights.count <= Self.searchLimit else { throw ambiguity }
    var search = ChainSearch(weights.map(\.shape))
    var chains = search.chains(predecessors: weights.map { _ in [] })
    if chains.count > 1 { chains = search.chains(predecessors: predecessors) }
    if chains.count > 1 || search.isGivenUp { throw ambiguity }
    return try chained(chains.first.map { chain in chain.map { weights[$0] } } ?? weights)
  }

  /// More layers than this, not all of them numbered, are too many to look for their order.
  private static let searchLimit = 256

  private var ambiguity: LayerChainError {
    .ambiguous(file: file, modules: weights.map(\.module))
  }

  /// For each layer those that its number puts before it.
  private var predecessors: [[Int]] {
    weights.indices.map { index in
      (0..<index).filter { areNumbered(weights[$0].module, weights[index].module) }
    }
  }

  private func named(_ modules: [String]) throws(LayerChainError) -> [LayerWeight] {
    var left = weights
    var layers: [LayerWeight] = []
    for module in modules {
      let place = left.firstIndex { ExactString($0.module) == ExactString(module) }
      guard let place else {
        throw .noSuchLayer(file: file, module: module, modules: weights.map(\.module))
      }
      layers.append(left.remove(at: place))
    }
    if let missing = left.first { throw .notStated(file: file, module: missing.module) }
    return layers
  }

  private func chained(_ layers: [LayerWeight]) throws(LayerChainError) -> [LayerWeight] {
    for (one, next) in zip(layers, layers.dropFirst()) where next.shape[1] != one.shape[0] {
      throw .broken(
        file: file, tensor: next.name, shape: next.shape, previous: one.name,
        outputs: one.shape[0])
    }
    return layers
  }
}

/// Looks for the orders in which every layer reads what the one before it gives.
private struct ChainSearch {
  private let shapes: [Shape]
  private var predecessors: [[Int]] = []
  private var path: [Int] = []
  private var isUsed: [Bool]
  private var found: [[Int]] = []
  /// The steps that are left before it gives up.
  private var steps = 100_000

  init(_ shapes: [Shape]) {
    self.shapes = shapes
    isUsed = shapes.map { _ in false }
  }

  /// Whether there may be orders that were not looked at.
  var isGivenUp: Bool { steps <= 0 }

  /// At most two orders in which each layer comes after its predecessors.
  mutating func chains(predecessors: [[Int]]) -> [[Int]] {
    (self.predecessors, found) = (predecessors, [])
    extend()
    return found
  }

  private mutating func extend() {
    if path.count == shapes.count { return found.append(path) }
    for next in shapes.indices where fits(next) {
      steps -= 1
      guard found.count < 2, steps > 0 else { return }
      path.append(next)
      isUsed[next] = true
      extend()
      isUsed[next] = false
      path.removeLast()
    }
  }

  private func fits(_ next: Int) -> Bool {
    guard !isUsed[next], predecessors[next].allSatisfy({ isUsed[$0] }) else { return false }
    return path.last.map { shapes[$0][0] == shapes[next][1] } ?? true
  }
}
