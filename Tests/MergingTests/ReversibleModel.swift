import Adapters
import AdapterSamples
import Containers
import Kernels
import Merging
import Tensors
import TestSupport

/// A base of one type with weights of several chunks, and what is done to it.
struct ReversibleModel {
  static let types: [DType] = [.bf16, .f16, .f32, .f64]

  let base: Checkpoint
  let scratch: ScratchFolder

  /// Numbers of deviation 0.02, made once for all tests.
  private static let gaussian: [Double] = {
    var generator = Generator(seed: 7)
    return (0..<(rows * 700)).map { _ in generator.normal() * 0.02 }
  }()

  /// Rows of the large layer; with 700 columns its chunks end inside rows.
  private static let rows = 800

  init(_ base: Checkpoint, in scratch: ScratchFolder) {
    self.base = base
    self.scratch = scratch
  }

  /// Gaussian weights of deviation 0.02, with NaNs, infinities, zeros and subnormals strewn in.
  init(_ type: DType, in scratch: ScratchFolder) throws {
    let format = type.floatFormat ?? .f32
    let special = [
      Double.nan, .infinity, -.infinity, 0, -0.0, .leastNonzeroMagnitude, 0x1p-149, -0x1p-24,
      0x1p-133, 0x1p-126, 65504, -1,
    ]
    func tensor(_ shape: Shape, specials: Bool) -> Tensor {
      var values = Array(Self.gaussian[..<shape.elementCount])
      if specials {
        for index in stride(from: 3, to: values.count, by: 97) {
          values[index] = special[index % special.count]
        }
      }
      return Tensor(values, shape: shape).converted(to: format)
    }
    let numbers = tensor([Self.rows, 700], specials: true)
    // It begins with a NaN that has a payload, which no arithmetic keeps.
    let payload = [0x55] + [UInt8](repeating: 0xFF, count: format.byteCount - 1)
    let large = Tensor(
      type: type, shape: numbers.shape, bytes: payload + numbers.bytes[format.byteCount...])
    let tensors: [(name: String, tensor: Tensor)] = [
      ("large.weight", large), ("small.weight", tensor([5, 3], specials: false)),
      ("untouched.weight", tensor([40], specials: true)),
    ]
    let path = scratch.path("base.safetensors")
    let writer = try TensorFileWriter(
      to: .path(path, OutputOptions(synchronizes: false)),
      entries: tensors.map { ($0.name, $0.tensor.type, $0.tensor.shape) })
    for (_, tensor) in tensors { try tensor.bytes.withBytes { try writer.append($0) } }
    try writer.finish()
    self.init(try Checkpoint.open(path), in: scratch)
  }

  /// An adapter whose delta has about that size relative to the weights.
  func adapter(_ name: String, seed: UInt64, size: Double) throws -> WeightedAdapter {
    // Two terms of alpha / r = 3 / 2.
    let scale = (0.02 * size / (1.5 * 2.0.squareRoot())).squareRoot()
    let sample = SampleAdapter(
      [("large", 700, Self.rows), ("small", 3, 5)], seed: seed + 100, scale: scale)
    try sample.write(to: scratch.path(name))
    return WeightedAdapter(try AdapterFile.open(scratch.path(name)))
  }

  func merge(
    _ adapters: [WeightedAdapter], into checkpoint: Checkpoint, as name: String, threads: Int = 2
  ) throws -> Checkpoint {
    var merge = Merge(
      adapters, into: checkpoint, to: output(name, like: checkpoint, threads: threads))
    merge.isReversible = true
    _ = try merge.run()
    return try Checkpoint.open(scratch.path(name))
  }

  func unmerge(
    _ merged: Checkpoint, _ steps: [[WeightedAdapter]], taking taken: Set<Int>? = nil,
    remainders: [String] = [], as name: String
  ) throws -> Checkpoint {
    let unwinding = StepUnwinding(steps, taking: taken, remainders: remainders)
    _ = try Unmerge(merged, by: .remainder(unwinding), to: output(name, like: merged)).run()
    return try Checkpoint.open(scratch.path(name))
  }

  func swap(
    _ merged: Checkpoint, _ steps: [[WeightedAdapter]], for adapters: [WeightedAdapter],
    as name: String
  ) throws -> Checkpoint {
    let unwinding = StepUnwinding(steps, remainders: [])
    _ = try Swap(
      adapters, into: merged, by: .remainder(unwinding), to: output(name, like: merged)
    ).run()
    return try Checkpoint.open(scratch.path(name))
  }

  private func output(_ name: String, like checkpoint: Checkpoint, threads: Int = 2) -> EditOutput {
    let path = scratch.path(name)
    return EditOutput(
      CheckpointDestination(path, like: checkpoint),
      settings: CheckpointWriter.Settings(
        output: OutputOptions(synchronizes: false), compression: .none, threads: threads))
  }
}
