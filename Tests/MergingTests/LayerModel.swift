import Adapters
import Containers
import JSON
import Kernels
import Merging
import Tensors
import TestSupport

/// Two layers of one kind, a tensor that is not adapted, and an adapter for the layers; on disk.
struct LayerModel {
  let layer: LayerCase
  let other: Tensor
  let layerNames = ["block.0.first", "block.1.second"]
  private let weights: [String: Tensor]
  private let pairs: [String: Pair]
  private let adapterPath: String

  private struct Pair {
    let rank: Int
    let scaling: Double
    let down: Tensor
    let up: Tensor
    let magnitude: Tensor?
  }

  init(_ layer: LayerCase, seed: UInt64, in scratch: ScratchFolder) throws {
    self.layer = layer
    var generator = Generator(seed: seed)
    let format = layer.type.floatFormat ?? .f32
    func tensor(_ shape: Shape, scale: Double, offset: Double = 0) -> Tensor {
      let values = (0..<shape.elementCount).map { _ in generator.normal() * scale + offset }
      return Tensor(values, shape: shape).converted(to: format)
    }
    other = tensor([4, 3], scale: 1)
    var weights: [String: Tensor] = [:]
    var pairs: [String: Pair] = [:]
    for (index, name) in layerNames.enumerated() {
      let patterned = layer.scaling == .patterns && index == 1
      let rank = patterned ? 5 : 3
      let alpha = patterned ? 4.0 : 7.0
      let isStabilized = layer.scaling == .rankStabilized
      weights[name] = tensor(layer.kind.weightShape, scale: 1)
      pairs[name] = Pair(
        rank: rank,
        scaling: alpha / (isStabilized ? Double(rank).squareRoot() : Double(rank)),
        down: tensor(layer.kind.downShape(rank: rank), scale: 0.5),
        up: tensor(layer.kind.upShape(rank: rank), scale: 0.5),
        magnitude: layer.scaling == .magnitudes
          ? tensor(layer.kind.magnitudeShape, scale: 0.2, offset: 2) : nil)
    }
    self.weights = weights
    self.pairs = pairs
    adapterPath = scratch.path("adapter")
    try writeAdapter()
  }

  private func writeAdapter() throws {
    var tensors: [(name: String, tensor: Tensor)] = []
    for name in layerNames {
      guard let pair = pairs[name] else { continue }
      let names = layer.kind.names("base_model.model.\(name)")
      tensors.append((names.down, pair.down))
      tensors.append((names.up, pair.up))
      if let magnitude = pair.magnitude { tensors.append((names.magnitude, magnitude)) }
    }
    let configuration = JSONValue(members: [
      ("peft_type", "LORA"), ("r", 3), ("lora_alpha", 7),
      ("target_modules", ["first", "second"]),
      ("use_rslora", .bool(layer.scaling == .rankStabilized)),
      ("use_dora", .bool(layer.scaling == .magnitudes)),
      ("fan_in_fan_out", .bool(layer.kind.isFanInFanOut)),
      ("rank_pattern", layer.scaling == .patterns ? ["1\\.second": 5] : [:]),
      ("alpha_pattern", layer.scaling == .patterns ? ["second": 4] : [:]),
    ])
    try AdapterFile.write(
      AdapterContents(configuration: configuration, tensors: tensors), to: adapterPath,
      options: OutputOptions(synchronizes: false), threads: 1)
  }

  // MARK: Merging

  /// Writes the base in a form, merges, and gives the result's tensors.
  func merge(form: Form, in scratch: ScratchFolder) throws -> [String: Tensor] {
    let base = scratch.path(form == .gzip ? "base.safetensors.gz" : "base.safetensors")
    let merged = scratch.path("merged-\(form)")
    switch form {
    case .file, .gzip:
      try write(names, to: base, compression: form == .gzip ? .blockedGzip : .none)
      return try merge(base, to: merged + ".safetensors")
    case .sharded:
      try writeShards(in: scratch)
      return try merge(scratch.path("base"), to: merged)
    case .stream:
      try write(names, to: base, compression: .none)
      let script = "cat '\(base)' | $LORA merge - '\(adapterPath)' -o - --quiet > '\(merged)'"
      let result = try Tool.shell(script)
      guard result.exitCode == 0 else { throw ToolFailure(message: result.errorText) }
      return try Checkpoint.open(merged).allTensors()
    }
  }

  struct ToolFailure: Error {
    let message: String
  }

  private var names: [String] { layerNames + ["other"] }

  private func merge(_ base: String, to path: String) throws -> [String: Tensor] {
    let checkpoint = try Checkpoint.open(base)
    let merge = Merge(
      [WeightedAdapter(try AdapterFile.open(adapterPath))], into: checkpoint,
      to: .forTests(path, like: checkpoint))
    _ = try merge.run()
    return try Checkpoint.open(path).allTensors()
  }

  private func tensor(_ name: String) -> (name: String, tensor: Tensor) {
    name == "other" ? ("other", other) : (name + ".weight", weights[name] ?? other)
  }

  private func write(
    _ names: [String], to path: String, compression: TensorFileWriter.Compression
  ) throws {
    let tensors = names.map(tensor)
    let writer = try TensorFileWriter(
      to: .path(path, OutputOptions(force: true, synchronizes: false)),
      entries: tensors.map { ($0.name, $0.tensor.type, $0.tensor.shape) },
      compression: compression)
    for (_, tensor) in tensors { try tensor.bytes.withBytes { try writer.append($0) } }
    try writer.finish()
  }

  private func writeShards(in scratch: ScratchFolder) throws {
    let files = names.enumerated().map { index, name in
      (name, "model-0000\(index + 1)-of-0000\(names.count).safetensors")
    }
    try scratch.write("{}", to: "base/config.json")
    for (name, file) in files {
      try write([name], to: scratch.path("base/" + file), compression: .none)
    }
    let map = files.map { (tensor($0.0).name, JSONValue.string($0.1)) }
    let index = JSONValue(members: [("weight_map", JSONValue(members: map))])
    try scratch.write(index.indentedText, to: "base/model.safetensors.index.json")
  }

  // MARK: The law

  /// What is wrong with the merged layer's forward, or nil.
  ///
  /// Its bound follows from the arithmetic: each weight is rounded once to its type, and sums are
  /// taken in f32 (f64 for f64), so an output may be off by the sum of |x| times half a unit of the
  /// type at |W'| and a few units of the accumulator at the size of the terms.
  func complaint(merged: [String: Tensor], layer name: String) throws -> String? {
    guard let weight = weights[name]?.doubles, let pair = pairs[name],
      let new = merged[name + ".weight"]?.doubles
    else { return "missing" }
    let (inputs, outputs) = layer.kind.size
    var generator = Generator(seed: 99)
    let x = (0..<inputs).map { _ in generator.normal() }
    let adapted = adaptedForward(x, weight, pair)
    let unit = layer.type == .bf16 ? 0x1p-8 : layer.type == .f16 ? 0x1p-11 : 0
    let accumulator = layer.type == .f64 ? 0x1p-50 : 0x1p-20
    for output in 0..<outputs {
      var sum = 0.0
      var limit = 0.0
      for input in 0..<inputs {
        let value = new[layer.kind.weightIndex(input: input, output: output)]
        sum += x[input] * value
        limit += abs(x[input]) * (abs(value) * unit + (abs(value) + 8) * accumulator)
      }
      guard abs(sum - adapted[output]) <= limit else {
        return "output \(output) is \(sum), with the adapter \(adapted[output]), limit \(limit)"
      }
    }
    return nil
  }

  /// x through the frozen weight and beside it through A and B.
  private func adaptedForward(_ x: [Double], _ weight: [Double], _ pair: Pair) -> [Double] {
    let (inputs, outputs) = layer.kind.size
    let down = pair.down.doubles ?? []
    let up = pair.up.doubles ?? []
    let hidden = (0..<pair.rank).map { r in
      (0..<inputs).reduce(0.0) { $0 + x[$1] * down[r * inputs + $1] }
    }
    return (0..<outputs).map { output in
      let frozen = (0..<inputs).reduce(0.0) {
        $0 + x[$1] * weight[layer.kind.weightIndex(input: $1, output: output)]
      }
      let added = (0..<pair.rank).reduce(0.0) { $0 + hidden[$1] * up[output * pair.rank + $1] }
      let sum = frozen + pair.scaling * added
      guard let magnitude = pair.magnitude?.doubles else { return sum }
      let length = (0..<inputs).reduce(0.0) { total, input in
        let delta = (0..<pair.rank).reduce(0.0) {
          $0 + up[output * pair.rank + $1] * down[$1 * inputs + input]
        }
        let value =
          weight[layer.kind.weightIndex(input: input, output: output)] + pair.scaling * delta
        return total + value * value
      }.squareRoot()
      return magnitude[output] / length * sum
    }
  }
}
