import Adapters
import Containers
import Tensors

/// Where the update of one module lands in the base, and as which terms.
struct UpdatePlacement {
  /// The base tensor that is updated.
  let entry: TensorEntry
  /// One term for each slab of the weight.
  let terms: [UpdateTerm]
  /// Whether the base's kind of layer decides against the adapter's `fan_in_fan_out`.
  let isOriented: Bool
  /// DoRA's magnitudes, and along which axis of the weight they lie.
  let magnitude: MagnitudeStage?
  /// The base's bias and its term, for `lora_B.bias`.
  private(set) var bias: (entry: TensorEntry, term: UpdateTerm)?

  /// Turns the factors so that they lie on the base's weight.
  ///
  /// - Parameters:
  ///   - update: Of the adapter, or of one of its stacks.
  ///   - weighted: The adapter.
  ///   - base: Where the weight is.
  ///   - stack: The parameter, for an update of stacked experts.
  ///   - turned: Whether the stack lies `[expert, in, out]`.
  /// - Throws: `AdapterError` when the base has no such weight, or the shapes do not fit.
  init(
    _ update: ModuleUpdate, of weighted: WeightedAdapter, in base: BaseTensors,
    on stack: TensorEntry?, turned: Bool
  ) throws(AdapterError) {
    let file = weighted.adapter.file
    if let stack {
      entry = stack
    } else {
      entry = try base.find(update.module + ".weight", for: update.name, of: file)
    }
    let isPlain = update.kind == .weight && weighted.adapter.dialect == .peft
    guard !isPlain || !EmbeddingName.isUsual(entry.name) else {
      throw .tensor(
        file: file, name: update.name,
        problem: "the base's \"\(escaped(entry.name))\" is an embedding, whose factors PEFT calls "
          + "lora_embedding_A and lora_embedding_B and stores otherwise; save the adapter anew with "
          + "the tool that wrote it")
    }
    guard entry.type.floatFormat != nil else {
      throw .tensor(
        file: file, name: update.name,
        problem: "the base's \"\(escaped(entry.name))\" is \(entry.type.rawValue); "
          + "an update needs F64, F32, F16 or BF16: dequantize the base first")
    }
    let stated = weighted.adapter.configuration.isFanInFanOut
    let isTurned = entry.shape.rank == 2 ? base.orientation.isTurned(entry.name) : nil
    let isSquare = entry.shape.rank == 2 && entry.shape[0] == entry.shape[1]
    isOriented = update.kind == .weight && isSquare && isTurned.map { $0 != stated } ?? false
    let fitting = FactorFitting(
      update: update,
      // Under magnitudes the user's weight comes after them.
      scale: update.pair.scaling * (update.magnitude == nil ? weighted.weight : 1),
      biasScale: update.pair.scaling * weighted.weight, weight: entry, file: file,
      // Where only one reading fits, the shape has decided already.
      isFanInFanOut: isSquare ? isTurned ?? stated : stated || isTurned ?? false,
      isTurnedStack: turned)
    terms = try fitting.terms()
    var stage = try fitting.magnitudeStage()
    stage?.weight = weighted.weight
    magnitude = stage
    guard let upBias = update.upBias else { return }
    let biasEntry = try base.find(
      update.module + ".bias", for: update.name(endingIn: ".bias"), of: file)
    bias = (biasEntry, try fitting.biasTerm(upBias, on: biasEntry))
  }
}
