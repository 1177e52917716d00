import Adapters
import AdapterSamples
import Containers
import JSON
import Kernels
import Merging
import Tensors
import TestSupport

/// A small base and adapters for it, made for one audit.
struct AuditGround {
  let scratch: ScratchFolder
  var generator: Generator
  /// The adapted weights, and a norm behind them.
  var weights: [(name: String, tensor: Tensor)] = []
  /// [adapter][module], in the order of the weights.
  var adapters: [[OtherTool.Part]] = []

  init(
    in scratch: ScratchFolder, seed: UInt64, type: FloatFormat, shapes: [Shape], rank: Int = 4,
    adapterCount: Int = 1, size: Double = 0.2, scaling: Double = 1.5, weight: Double = 1
  ) {
    self.scratch = scratch
    generator = Generator(seed: seed)
    for (number, shape) in shapes.enumerated() {
      weights.append(
        ("model.layers.\(number).proj.weight", random(shape, 1).converted(to: type)))
    }
    weights.append(("model.norm.weight", random([8], 1).converted(to: type)))
    for _ in 0..<adapterCount {
      let parts = shapes.map { shape in
        OtherTool.Part(
          down: random([rank, shape[1]], size), up: random([shape[0], rank], 1),
          scaling: scaling / Double(rank).squareRoot(), weight: weight)
      }
      adapters.append(parts)
    }
  }

  mutating func random(_ shape: Shape, _ size: Double) -> Tensor {
    Tensor((0..<shape.elementCount).map { _ in Float(generator.normal() * size) }, shape: shape)
  }

  /// Every weight merged by `tool`, and the norm.
  func merged(
    by tool: OtherTool, as format: FloatFormat,
    _ bend: (_ module: Int, [OtherTool.Part]) -> [OtherTool.Part] = { $1 }
  ) -> [(name: String, tensor: Tensor)] {
    weights.enumerated().map { number, weight in
      guard number < weights.count - 1 else {
        return (
          weight.name, weight.tensor.converted(to: tool.held).converted(to: format)
        )
      }
      let parts = bend(number, adapters.map { $0[number] })
      return (weight.name, tool.merged(weight.tensor, parts, as: format))
    }
  }

  /// What an audit says of a file with these tensors.
  func audit(_ merged: [(name: String, tensor: Tensor)]) throws -> AuditFinding {
    try TinyLlama.write(weights, to: scratch.path("base.safetensors"))
    try TinyLlama.write(merged, to: scratch.path("merged.safetensors"))
    return try MergeAudit(
      of: try Checkpoint.open(scratch.path("merged.safetensors")),
      against: try Checkpoint.open(scratch.path("base.safetensors")), weightedAdapters, threads: 1
    ).run()
  }

  var weightedAdapters: [WeightedAdapter] {
    adapters.enumerated().map { number, parts in
      let updates = parts.enumerated().map { module, part in
        ModuleUpdate(
          module: "model.layers.\(module).proj", kind: .weight,
          pair: LowRankPair(down: part.down, up: part.up, scaling: part.scaling),
          rank: part.down.shape[0],
          tensorNames: ["layers.\(module).lora_A", "layers.\(module).lora_B"])
      }
      let digits = "0000000000000000000000000000000\(number)"
      let adapter = Adapter(
        file: "adapter-\(number)", configuration: Self.configuration, updates: updates,
        replacements: [], metadata: [:],
        fingerprint: Fingerprint(digits) ?? Fingerprint(tensors: []))
      return WeightedAdapter(adapter, weight: parts[0].weight)
    }
  }

  private static let configuration: AdapterConfiguration = {
    let document: JSONValue = [
      ("peft_type", "LORA"), ("r", 4), ("target_modules", ["proj"]),
    ].asObject
    do {
      return try AdapterConfiguration(document, file: "adapter")
    } catch {
      fatalError("\(error)")
    }
  }()
}
