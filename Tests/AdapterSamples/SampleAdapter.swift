import Adapters
import Containers
import JSON
import Merging
import Tensors
import TestSupport

/// Small adapters made for one test.
package struct SampleAdapter {
  package var settings: [(String, JSONValue)]
  package var tensors: [(name: String, tensor: Tensor)]

  /// A LoRA adapter of rank 2 and alpha 3 with random factors, for modules with these sizes.
  package init(
    _ modules: [(name: String, inputs: Int, outputs: Int)], seed: UInt64 = 3, scale: Double = 0.1
  ) {
    var generator = Generator(seed: seed)
    settings = [
      ("peft_type", "LORA"), ("r", 2), ("lora_alpha", 3),
      ("target_modules", .array(modules.map { .string($0.name) })),
    ]
    tensors = modules.flatMap { module in
      [
        (
          "base_model.model.\(module.name).lora_A.weight",
          Self.random([2, module.inputs], scale, &generator)
        ),
        (
          "base_model.model.\(module.name).lora_B.weight",
          Self.random([module.outputs, 2], scale, &generator)
        ),
      ]
    }
  }

  package static func random(_ shape: Shape, _ scale: Double, _ generator: inout Generator)
    -> Tensor
  {
    Tensor((0..<shape.elementCount).map { _ in Float(generator.normal() * scale) }, shape: shape)
  }

  package func write(to path: String) throws {
    try AdapterFile.write(
      AdapterContents(configuration: JSONValue(members: settings), tensors: tensors), to: path,
      options: OutputOptions(force: true, synchronizes: false), threads: 1)
  }

  /// Merges this adapter into the checkpoint at `base`.
  package func merge(
    into base: String, as path: String, in scratch: ScratchFolder,
    _ adjust: (inout Merge) -> Void = { _ in }
  ) throws -> (Checkpoint, MergeSummary) {
    try write(to: scratch.path("adapter"))
    let checkpoint = try Checkpoint.open(base)
    var merge = Merge(
      [WeightedAdapter(try AdapterFile.open(scratch.path("adapter")))], into: checkpoint,
      to: .forTests(scratch.path(path), like: checkpoint))
    adjust(&merge)
    let summary = try merge.run()
    return (try Checkpoint.open(scratch.path(path)), summary)
  }
}
