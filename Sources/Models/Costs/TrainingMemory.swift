import Tensors

/// How a model is trained, so far as memory goes.
package enum TrainingMethod: String, Sendable, CaseIterable {
  case full
  case lora = "LoRA"
  case qlora = "QLoRA"
}

/// What an optimizer keeps for each trained parameter beside the parameter and its gradient.
package enum PlannedOptimizer: String, Sendable, CaseIterable {
  case adamw
  case momentum
  case sgd

  /// Bytes a parameter: an f32 for each moment.
  var stateBytes: Int {
    switch self {
    case .adamw: 8
    case .momentum: 4
    case .sgd: 0
    }
  }
}

/// One step of training, in sizes.
package struct TrainingSetup: Sendable {
  /// Sequences, or rows of a table, that go through at once.
  package var batch = 1
  /// Tokens of a sequence; 1 for rows of a table.
  package var sequence = 1
  /// Whether a block's activations are computed again in the backward pass.
  package var usesCheckpointing = false
  package var optimizer = PlannedOptimizer.adamw
  /// The type of the base's weights and of activations; nil is the one they are stored in.
  package var type: DType?
  package var quantization = QuantizationScheme(.nf4)

  package init() {}
}

/// Bytes that training takes, by what they hold.
///
/// With P parameters of w bytes in the base, R trained ones in the adapter, T = batch · sequence:
///
/// | | full | LoRA | QLoRA |
/// |---|---|---|---|
/// | weights | w P | w P + 4 R | 4-bit linear weights + w · the rest + 4 R |
/// | gradients | w P | 4 R | 4 R |
/// | optimizer | (s + m) P | s R | s R |
/// | activations | w T · what the blocks keep | the same | the same |
/// | buffer | | | w · the largest linear weight, decompressed |
///
/// s is 8 for AdamW, 4 for momentum, 0 for plain descent; m is 4 when w < 4, the f32 copy of the
/// weights that mixed precision needs, else 0. Adapters are trained in f32, as PEFT does. Logits and
/// their gradient, 8 T · vocabulary in f32, are there before the backward pass begins. With
/// checkpointing a block keeps only its input, and the peak adds the larger of one block's
/// activations and the logits. What a framework, its allocator and the device's driver take comes on
/// top.
///
/// Sources: Rajbhandari et al. 2020, ZeRO, section 3.1 (weights, gradients, states); Korthikanti et
/// al. 2022, Reducing activation recomputation in large transformer models, section 4 (what is kept).
package struct TrainingMemory: Sendable, Equatable {
  package let method: TrainingMethod
  package let weights: Int
  package let gradients: Int
  package let optimizer: Int
  package let activations: Int
  /// Room for one weight taken out of its 4-bit form.
  package let buffer: Int

  package var total: Int { weights + gradients + optimizer + activations + buffer }

  /// The bytes of training `targets` of `model` at `rank`; a full fine-tune looks at neither.
  ///
  /// - Throws: `ModelOutlineError.tooLarge` when the sum does not fit an `Int`.
  package init(
    _ method: TrainingMethod, of model: ModelOutline, _ targets: TargetSet, rank: Int,
    _ setup: TrainingSetup
  ) throws(ModelOutlineError) {
    self.method = method
    let base = BaseBytes(model, setup)
    let trained = rank * targets.parametersPerRank
    switch method {
    case .full:
      let master = base.width < 4 ? 4 : 0
      weights = base.whole
      gradients = base.whole
      optimizer = model.parameterCount * (setup.optimizer.stateBytes + master)
    case .lora, .qlora:
      weights = (method == .lora ? base.whole : base.quantized) + 4 * trained
      gradients = 4 * trained
      optimizer = setup.optimizer.stateBytes * trained
    }
    buffer = method == .qlora ? base.largest : 0
    let count = ActivationCount(model, targets: method == .full ? nil : targets, rank: rank)
    guard let activations = Self.activations(count, model, setup, width: base.width) else {
      throw .tooLarge(file: model.name)
    }
    self.activations = activations
  }

  private static func activations(
    _ count: ActivationCount, _ model: ModelOutline, _ setup: TrainingSetup, width: Int
  ) -> Int? {
    // Logits and their gradient; those of a plain network are among what its blocks keep.
    let head = model.outputWidth * (model.readsTokens ? 8 : 4)
    let all = width * count.blocks.reduce(0, +) + head
    let inputs = width * count.inputs.reduce(0, +)
    let peak = inputs + max(width * (count.blocks.max() ?? 0), head)
    let (tokens, overflow) = setup.batch.multipliedReportingOverflow(by: setup.sequence)
    let (bytes, more) = tokens.multipliedReportingOverflow(
      by: setup.usesCheckpointing ? min(all, peak) : all)
    return overflow || more || bytes > 1 << 61 ? nil : bytes
  }
}

/// Bytes of a base's weights, before and after they are brought into 4 bits.
private struct BaseBytes {
  /// Bytes of an element.
  let width: Int
  let whole: Int
  let quantized: Int
  /// The largest weight that is decompressed.
  let largest: Int

  init(_ model: ModelOutline, _ setup: TrainingSetup) {
    let bits = (setup.type ?? model.mainType).bitCount
    width = max(1, bits / 8)
    func size(_ tensor: ModelTensor) -> Int {
      setup.type == nil ? tensor.byteCount : tensor.elementCount * bits / 8
    }
    let linears = Set(model.linears.map { $0.name + ".weight" })
    var (whole, quantized, largest) = (0, 0, 0)
    for tensor in model.tensors {
      whole += size(tensor)
      if linears.contains(tensor.name) {
        quantized += setup.quantization.byteCount(of: tensor.shape)
        largest = max(largest, size(tensor))
      } else {
        quantized += size(tensor)
      }
    }
    (self.whole, self.quantized, self.largest) = (whole, quantized, largest)
  }
}
