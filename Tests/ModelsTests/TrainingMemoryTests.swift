import Containers
import JSON
import Models
import Tensors
import Testing
import TestSupport

/// A decoder of one layer whose every count is small enough to add up by hand: hidden 4, 2 heads of
/// 2, 1 head of keys, intermediate 6, vocabulary 10.
private let tiny: JSONValue = [
  "model_type": "llama", "hidden_size": 4, "num_hidden_layers": 1, "num_attention_heads": 2,
  "num_key_value_heads": 1, "intermediate_size": 6, "vocab_size": 10, "torch_dtype": "bfloat16",
]

@Suite struct TrainingMemoryTests {
  private let model: ModelOutline
  private let all: TargetSet
  private let queryValue: TargetSet

  init() throws {
    model = try ModelArchitecture.outline(of: ModelConfiguration(tiny, file: "tiny"))
    let sets = TargetSet.usual(for: model)
    (all, queryValue) = (sets[2], sets[0])
  }

  private func memory(
    _ method: TrainingMethod, _ targets: TargetSet, rank: Int = 3,
    _ change: (inout TrainingSetup) -> Void = { _ in }
  ) throws -> TrainingMemory {
    var setup = TrainingSetup()
    change(&setup)
    return try TrainingMemory(method, of: model, targets, rank: rank, setup)
  }

  // Q, O 4·4; K, V 2·4; gate, up 6·4; down 4·6: 120. Embedding and head 40 each, three norms 12.
  private let parameters = 120 + 80 + 12
  // Σ (in + out): Q, O 8; K, V 6; gate, up, down 10.
  private let perRank = 2 * 8 + 2 * 6 + 3 * 10

  @Test func `weights, gradients and states follow from the counts`() throws {
    #expect(model.parameterCount == parameters)
    #expect(all.parametersPerRank == perRank)
    let full = try memory(.full, all)
    #expect(full.weights == 2 * parameters)
    #expect(full.gradients == 2 * parameters)
    #expect(full.optimizer == 12 * parameters)
    let lora = try memory(.lora, all)
    #expect(lora.weights == 2 * parameters + 4 * 3 * perRank)
    #expect(lora.gradients == 4 * 3 * perRank)
    #expect(lora.optimizer == 8 * 3 * perRank)
    let qlora = try memory(.qlora, all)
    // One block of scales for each matrix: codes, a byte, an f32, the levels.
    #expect(qlora.weights == 60 + 7 * (1 + 4 + 64 + 1024) + 2 * 92 + 4 * 3 * perRank)
    #expect(qlora.buffer == 2 * 24)
  }

  @Test(arguments: [(PlannedOptimizer.momentum, 4), (.sgd, 0)])
  func `an optimizer keeps its moments in f32`(_ optimizer: PlannedOptimizer, _ bytes: Int) throws {
    let lora = try memory(.lora, all) { $0.optimizer = optimizer }
    #expect(lora.optimizer == bytes * 3 * perRank)
    // Without 16-bit weights there is no second copy of them.
    let full = try memory(.full, all) { ($0.optimizer, $0.type) = (optimizer, .f32) }
    #expect(full.optimizer == bytes * parameters)
    #expect(full.weights == 4 * parameters)
  }

  // Norm inputs 8, Q, K, V 8, attention 4, gate, up and the activation 18: what frozen layers keep.
  private let frozen = 8 + 8 + 4 + 18
  private let logits = 8 * 10

  @Test func `activations are what the backward pass reads`() throws {
    // With all trained: the inputs of Q, K, V, of gate and up, and of down.
    #expect(try memory(.full, all).activations == 2 * (frozen + 4 + 4 + 6) + logits)
    #expect(try memory(.lora, all).activations == 2 * (frozen + 14 + 7 * 3) + logits)
    #expect(try memory(.lora, queryValue).activations == 2 * (frozen + 4 + 2 * 3) + logits)
    let step = try memory(.lora, all) { ($0.batch, $0.sequence) = (5, 7) }
    #expect(try step.activations == 35 * memory(.lora, all).activations)
  }

  @Test func `checkpointing keeps inputs, and one block or the logits`() throws {
    let model = try ModelPreset.named("llama-2-7b").outline()
    let all = try #require(TargetSet.usual(for: model).last)
    var setup = TrainingSetup()
    let plain = try TrainingMemory(.lora, of: model, all, rank: 16, setup)
    setup.usesCheckpointing = true
    let checked = try TrainingMemory(.lora, of: model, all, rank: 16, setup)
    let block = (plain.activations - 8 * 32000) / 32
    #expect(checked.activations == 2 * 32 * 4096 + max(block, 8 * 32000))
  }

  @Test func `blocks below the lowest adapted one keep nothing`() throws {
    let model = try ModelPreset.named("llama-2-7b").outline()
    let all = try #require(TargetSet.usual(for: model).last)
    let upper = TargetSet(
      name: "upper", modules: all.modules.filter { $0.block == "model.layers.31" })
    let one = try TrainingMemory(.lora, of: model, upper, rank: 16, TrainingSetup())
    let every = try TrainingMemory(.lora, of: model, all, rank: 16, TrainingSetup())
    #expect(32 * (one.activations - 8 * 32000) == every.activations - 8 * 32000)
  }

  @Test func `a token passes through the active experts alone`() throws {
    let dense = try ModelPreset.named("mistral-7b-v0.1").outline()
    let sparse = try ModelPreset.named("mixtral-8x7b").outline()
    func activations(_ model: ModelOutline) throws -> Int {
      let narrow = TargetSet.usual(for: model)[0]
      return try TrainingMemory(.lora, of: model, narrow, rank: 8, TrainingSetup()).activations
    }
    // Two experts instead of one network, and the router's eight outputs.
    #expect(
      try activations(sparse) - activations(dense) == 2 * 32 * (3 * 14336 + 8))
  }

  @Test func `what no number holds is refused`() throws {
    #expect(throws: ModelOutlineError.tooLarge(file: "tiny")) {
      try memory(.lora, all) { ($0.batch, $0.sequence) = (1 << 24, 1 << 40) }
    }
  }
}

@Suite struct QuantizationSchemeSizeTests {
  private static let sizes: [(QuantizationScheme, Shape, Int)] = [
    (QuantizationScheme(.nf4, isDouble: false), [1, 1], 1 + 4 + 64),
    (QuantizationScheme(.nf4, isDouble: false), [7, 13], 46 + 8 + 64),
    (QuantizationScheme(.fp4, blockSize: 128, isDouble: false), [43, 3], 65 + 8 + 64),
    (QuantizationScheme(.nf4), [7, 13], 46 + 2 + 4 + 64 + 1024),
    (QuantizationScheme(.nf4), [128, 129], 8256 + 258 + 8 + 64 + 1024),
    (QuantizationScheme(.int8), [7, 13], 91 + 28 + 1),
  ]

  /// A base that bitsandbytes wrote: the parts of each weight, but the text of its state.
  @Test func `bytes in 4 bits are those that bitsandbytes writes`() throws {
    let checkpoint = try Checkpoint.open(Fixtures.path("quant/bnb-format/model.safetensors"))
    let quantized = try QuantizedTensors(in: checkpoint)
    #expect(!quantized.isEmpty)
    for tensor in quantized.tensors.values {
      let parts = [tensor.name] + tensor.partNames.filter { !$0.contains(".quant_state.") }
      let bytes = parts.reduce(0) { $0 + (checkpoint.location(named: $1)?.entry.byteCount ?? 0) }
      #expect(tensor.scheme.byteCount(of: tensor.shape) == bytes, "\(tensor.name)")
    }
  }

  @Test(arguments: sizes)
  func `scales and levels are counted`(
    _ scheme: QuantizationScheme, _ shape: Shape, _ bytes: Int
  ) {
    #expect(scheme.byteCount(of: shape) == bytes)
  }
}
