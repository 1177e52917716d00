import Tensors

/// What an adapter does to one parameter of a module, where that is not the product of two factors.
///
/// Source: <https://github.com/KohakuBlueleaf/LyCORIS/tree/main/lycoris/modules>
package struct ModuleChange: Sendable, Equatable {
  package enum Parameter: String, Sendable {
    case weight
    case bias
    /// What Flux calls the weight of a norm.
    case scale
  }

  package enum Form: Sendable, Equatable {
    /// LoHa: `W + (s·B₁·A₁) ⊙ (B₂·A₂)`, element by element; the scaling is the first pair's.
    case hadamard(LowRankPair, LowRankPair)
    /// LoKr: `W + s·(w₁ ⊗ w₂)` of two matrices; w₂'s columns run over inputs and kernel.
    case kronecker(Tensor, Tensor, scaling: Double)
    /// IA³: `W·(1 + v)`, a number of v for each output or input.
    case factors(ChannelVector)
    /// diag-OFT, BOFT and kohya's OFT: the outputs are rotated.
    case rotation(RotationBlocks)
    /// GLoRA: `W + s·(b₁·b₂ + W·a₁·a₂)`.
    case products(GLoRAFactors)
    /// A difference of the parameter's own shape, which is added.
    case difference(Tensor)
    /// The parameter itself, which takes the old one's place.
    case value(Tensor)
  }

  /// As `ModuleUpdate.module`.
  package internal(set) var module: String
  package let parameter: Parameter
  package let form: Form
  /// DoRA's magnitudes, as `dora_scale` has them.
  package let magnitude: ChannelVector?
  /// The adapter tensors that this came from.
  package let tensorNames: [String]
  /// As in `ModuleUpdate`: names alone are ever open.
  package internal(set) var openQuestions: Set<ModuleUpdate.OpenQuestion>

  package init(
    module: String, parameter: Parameter = .weight, form: Form,
    magnitude: ChannelVector? = nil, tensorNames: [String],
    openQuestions: Set<ModuleUpdate.OpenQuestion> = []
  ) {
    (self.module, self.parameter, self.form) = (module, parameter, form)
    (self.magnitude, self.tensorNames) = (magnitude, tensorNames)
    self.openQuestions = openQuestions
  }

  /// The tensor by which errors call the change.
  package var name: String { tensorNames[0] }

  /// The parameter's dotted name in the base.
  package var target: String { module + "." + parameter.rawValue }

  /// What it is called.
  package var kindName: String {
    switch form {
    case .hadamard: "LoHa"
    case .kronecker: "LoKr"
    case .factors: "IA³"
    case .rotation(let blocks): blocks.isButterfly ? "BOFT" : "OFT"
    case .products: "GLoRA"
    case .difference: "a whole difference"
    case .value: "a whole parameter"
    }
  }

  package var parameterCount: Int {
    let tensors: [Tensor?] =
      switch form {
      case .hadamard(let first, let second): [first.down, first.up, second.down, second.up]
      case .kronecker(let left, let right, _): [left, right]
      case .factors(let vector): [vector.values]
      case .rotation(let blocks): [blocks.values, blocks.rescale]
      case .products(let factors): [factors.a1, factors.a2, factors.b1, factors.b2]
      case .difference(let tensor), .value(let tensor): [tensor]
      }
    return (tensors + [magnitude?.values]).reduce(0) { $0 + ($1?.shape.elementCount ?? 0) }
  }
}

/// One number for each output or each input of a module: DoRA's lengths, IA³'s factors.
package struct ChannelVector: Sendable, Equatable {
  package enum Axis: Sendable {
    case outputs
    case inputs
  }

  package let values: Tensor
  package let axis: Axis

  package init(_ values: Tensor, along axis: Axis) {
    (self.values, self.axis) = (values, axis)
  }

  /// As `dora_scale` lies: `[out, 1, …]`, or `[1, in, 1, …]` for lengths along the inputs.
  ///
  /// Source: `wd_on_out` in
  /// <https://github.com/KohakuBlueleaf/LyCORIS/blob/main/lycoris/modules/locon.py>
  init(doraScale values: Tensor) {
    let dimensions = values.shape.dimensions
    let isAlongInputs = dimensions.count > 1 && dimensions[0] == 1 && dimensions[1] != 1
    self.init(values, along: isAlongInputs ? .inputs : .outputs)
  }
}

extension Adapter {
  /// Refuses changes that are no pair of factors.
  ///
  /// - Parameter verb: What was asked for, as "combine".
  /// - Throws: `AdapterError.tensor`.
  package func requirePairs(for verb: String) throws(AdapterError) {
    try requirePairs(for: verb, other: changes.first)
  }

  /// Refuses a change; nil is none.
  package func requirePairs(
    for verb: String, other change: ModuleChange?
  ) throws(AdapterError) {
    guard let change else { return }
    throw .tensor(
      file: file, name: change.name,
      problem: "is of \(change.kindName), which is no pair of factors; to \(verb) it, merge the "
        + "adapter and make a LoRA of the difference with lora extract")
  }
}
