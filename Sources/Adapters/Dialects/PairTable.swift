import Tensors

/// A tensor and the name it has in its file.
struct NamedTensor {
  let name: String
  let tensor: Tensor
}

/// Sorts the tensors of a file by the module that they belong to, and finds what is not whole.
///
/// The readers of all dialects but PEFT's, whose modules have more kinds of parts, stand on it.
struct PairTable {
  /// What a file holds for one module.
  struct Parts {
    var down: NamedTensor?
    var up: NamedTensor?
    /// A scalar.
    var alpha: NamedTensor?
    var magnitude: NamedTensor?
  }

  /// A module that has both factors.
  struct Pair {
    let module: String
    let down: NamedTensor
    let up: NamedTensor
    let alpha: NamedTensor?
    let magnitude: NamedTensor?

    /// A, B and what goes with them, in the order of `ModuleUpdate.tensorNames`.
    var tensorNames: [String] { [down, up, alpha, magnitude].compactMap { $0?.name } }
  }

  let file: String
  private var parts: [String: Parts] = [:]
  private var order: [String] = []
  private(set) var errors: [any ReportableError] = []

  init(file: String) {
    self.file = file
  }

  /// Keeps a tensor as one part of `module`; refuses what cannot be computed with, or comes twice.
  mutating func place(
    _ tensor: NamedTensor, at part: WritableKeyPath<Parts, NamedTensor?>, of module: String
  ) {
    if let problem = AdapterTensor.problem(tensor.tensor) { refuse(tensor.name, problem) }
    if parts[module] == nil { order.append(module) }
    if let other = parts[module]?[keyPath: part] {
      refuse(tensor.name, "means the same as \"\(escaped(other.name))\"; one of them has to go")
    }
    parts[module, default: Parts()][keyPath: part] = tensor
  }

  mutating func refuse(_ name: String, _ problem: String) {
    errors.append(AdapterError.tensor(file: file, name: name, problem: problem))
  }

  /// The modules in the file's order; what lacks a factor is refused.
  mutating func pairs() -> [Pair] {
    order.compactMap { module in
      guard let parts = parts[module] else { return nil }
      guard let down = parts.down, let up = parts.up else {
        refuseIncomplete(parts)
        return nil
      }
      return Pair(
        module: module, down: down, up: up, alpha: parts.alpha, magnitude: parts.magnitude)
    }
  }

  private mutating func refuseIncomplete(_ parts: Parts) {
    if let down = parts.down {
      refuse(down.name, "has no second factor beside it; the file is incomplete")
    } else if let up = parts.up {
      refuse(up.name, "has no first factor beside it; the file is incomplete")
    } else if let other = parts.alpha ?? parts.magnitude {
      refuse(other.name, "has no factors beside it; the file is incomplete")
    }
  }

  /// Throws everything that was refused, in the order of the file; also when nothing was there.
  func check() throws(ErrorList) {
    guard errors.isEmpty else { throw ErrorList(errors) }
    guard order.isEmpty else { return }
    throw ErrorList([AdapterError.mismatch(file: file, problem: "the adapter has no tensors")])
  }
}
