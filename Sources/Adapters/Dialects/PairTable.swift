import Tensors

/// A tensor and the name it has in its file.
struct NamedTensor {
  let name: String
  let tensor: Tensor
}

/// Sorts the tensors of a file by the module that they belong to, and finds what is not whole.
///
/// The readers of all dialects stand on it.
struct PairTable {
  /// What a file holds for one module.
  struct Parts {
    var down: NamedTensor?
    var up: NamedTensor?
    var upBias: NamedTensor?
    /// A scalar.
    var alpha: NamedTensor?
    var magnitude: NamedTensor?
  }

  /// A module that has both factors.
  struct Pair {
    let module: String
    let down: NamedTensor
    let up: NamedTensor
    let upBias: NamedTensor?
    let alpha: NamedTensor?
    let magnitude: NamedTensor?

    /// A, B and what goes with them, in the order of `ModuleUpdate.tensorNames`.
    var tensorNames: [String] { [down, up, upBias, alpha, magnitude].compactMap { $0?.name } }
  }

  /// How a module is told what it lacks.
  struct Wording {
    var noUp = "has no second factor beside it"
    var noDown = "has no first factor beside it"
    var neither = "has no factors beside it"
  }

  let file: String
  /// Modules in the file's order.
  private(set) var modules: [String] = []
  private(set) var errors: [any ReportableError] = []
  private var parts: [String: Parts] = [:]
  private let wording: Wording

  init(file: String, wording: Wording = Wording()) {
    (self.file, self.wording) = (file, wording)
  }

  /// Keeps a tensor as one part of `module`; refuses what cannot be computed with, or comes twice.
  mutating func place(
    _ tensor: NamedTensor, at part: WritableKeyPath<Parts, NamedTensor?>, of module: String
  ) {
    check(tensor)
    if parts[module] == nil { modules.append(module) }
    if let other = parts[module]?[keyPath: part] {
      refuse(
        tensor.name,
        "means the same as \"\(escaped(other.name))\", and which one counts is unclear; fetch the "
          + "adapter again, or save it anew with the tool that wrote it")
    }
    parts[module, default: Parts()][keyPath: part] = tensor
  }

  /// Refuses a tensor that cannot be computed with.
  mutating func check(_ tensor: NamedTensor) {
    if let problem = AdapterTensor.problem(tensor.tensor) { refuse(tensor.name, problem) }
  }

  mutating func refuse(_ name: String, _ problem: String) {
    refuse(.tensor(file: file, name: name, problem: problem))
  }

  mutating func refuse(_ error: AdapterError) { errors.append(error) }

  /// The modules in the file's order; what lacks a factor is refused.
  mutating func pairs() -> [Pair] { modules.compactMap { pair(of: $0) } }

  /// The module's parts; nil, and refused, when it lacks a factor.
  mutating func pair(of module: String) -> Pair? {
    guard let parts = parts[module] else { return nil }
    guard let down = parts.down, let up = parts.up else {
      refuseIncomplete(parts)
      return nil
    }
    return Pair(
      module: module, down: down, up: up, upBias: parts.upBias, alpha: parts.alpha,
      magnitude: parts.magnitude)
  }

  private mutating func refuseIncomplete(_ parts: Parts) {
    let end = "; the file is incomplete"
    if let down = parts.down {
      refuse(down.name, wording.noUp + end)
    } else if let up = parts.up {
      refuse(up.name, wording.noDown + end)
    } else if let other = parts.upBias ?? parts.alpha ?? parts.magnitude {
      refuse(other.name, wording.neither + end)
    }
  }

  /// Throws everything that was refused, in the order of the file.
  ///
  /// - Parameter isAll: Whether the adapter has nothing else, so that there has to be a module.
  /// - Throws: `ErrorList`.
  func check(isAll: Bool = true) throws(ErrorList) {
    guard errors.isEmpty else { throw ErrorList(errors) }
    guard modules.isEmpty, isAll else { return }
    throw ErrorList([AdapterError.mismatch(file: file, problem: "the adapter has no tensors")])
  }
}
