import Adapters
import AdapterSamples
import Containers
import JSON
import Merging
import Tensors
import TestSupport

/// A base with one convolution, and an adapter of one kind for it; on disk.
struct KindModel {
  let kind: KindCase
  let other: Tensor
  let basePath: String
  let adapterPath: String
  private let weight: Tensor
  private let formula: KindFormula
  private let scratch: ScratchFolder

  init(_ kind: KindCase, _ type: DType, in scratch: ScratchFolder) throws {
    (self.kind, self.scratch) = (kind, scratch)
    let format = type.floatFormat ?? .f32
    weight = AdapterDraft.tensor(KindCase.shape, seed: 5).converted(to: format)
    other = AdapterDraft.tensor([4, 3], seed: 6).converted(to: format)
    let tensors = kind.tensors(seed: 8)
    formula = KindFormula(kind, tensors)
    basePath = scratch.path("base.safetensors")
    adapterPath = scratch.path("adapter.safetensors")
    try TinyLlama.write(
      [("mid.conv.weight", weight), ("other.weight", other)], to: basePath)
    try TinyLlama.write(
      tensors.sorted { $0.key < $1.key }.map { (kind.prefix + "mid_conv." + $0.key, $0.value) },
      to: adapterPath)
  }

  /// Brings the base into a form, merges, and gives the result's tensors.
  func merge(_ form: Form, weight: Double) throws -> [String: Tensor] {
    let merged = scratch.path("merged-\(form)")
    switch form {
    case .file: return try merge(basePath, to: merged + ".safetensors", weight)
    case .gzip:
      let packed = scratch.path("packed.safetensors.gz")
      _ = try Tool.shell("gzip -c '\(basePath)' > '\(packed)'")
      return try merge(packed, to: merged + ".safetensors", weight)
    case .sharded:
      try scratch.write("{}", to: "shards/config.json")
      let tensors = [("mid.conv.weight", self.weight), ("other.weight", other)]
      for (index, tensor) in tensors.enumerated() {
        try TinyLlama.write([tensor], to: scratch.path("shards/\(index).safetensors"))
      }
      let map: JSONValue = [
        ("mid.conv.weight", "0.safetensors"), ("other.weight", "1.safetensors"),
      ].asObject
      try scratch.write(
        [("weight_map", map)].asObject.compactText, to: "shards/model.safetensors.index.json")
      return try merge(scratch.path("shards"), to: merged, weight)
    case .stream:
      let result = try Tool.shell(
        "cat '\(basePath)' | $LORA merge - '\(adapterPath)@\(weight)' -o - --quiet > '\(merged)'")
      guard result.exitCode == 0 else { throw Refusal(message: result.errorText) }
      return try Checkpoint.open(merged).allTensors()
    }
  }

  struct Refusal: Error { let message: String }

  private func merge(
    _ base: String, to path: String, _ weight: Double
  ) throws -> [String: Tensor] {
    let checkpoint = try Checkpoint.open(base)
    let adapter = WeightedAdapter(try AdapterFile.open(adapterPath), weight: weight)
    _ = try Merge([adapter], into: checkpoint, to: .forTests(path, like: checkpoint)).run()
    return try Checkpoint.open(path).allTensors()
  }

  /// What is wrong with the merged weight, or nil: beside half a unit of a 16-bit type, what sums in
  /// f32 can be off by (f64 for f64).
  func complaint(_ merged: [String: Tensor], weight: Double) -> String? {
    let wanted = formula.merged(self.weight.doubles ?? [], weight: weight)
    guard let found = merged["mid.conv.weight"]?.doubles, found.count == wanted.count else {
      return "no such weight"
    }
    let unit = self.weight.type == .bf16 ? 0x1p-8 : self.weight.type == .f16 ? 0x1p-11 : 0
    let sum = self.weight.type == .f64 ? 1e-13 : 0x1p-20
    for (index, (value, target)) in zip(found, wanted).enumerated() {
      guard abs(value - target) <= unit * abs(target) + sum * max(1, abs(target)) else {
        return "[\(index)]: \(value), expected \(target)"
      }
    }
    return nil
  }
}
