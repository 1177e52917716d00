import Containers
import Kernels
import Models
import Tensors
import Training

/// The tensors of a network as training takes them: numbers, or weights that stay in codes.
struct StoredWeights<Scalar: DenseScalar> {
  /// The tensors as though all were stored in full.
  let entries: [TensorEntry]
  private let checkpoint: Checkpoint
  private let quantized: QuantizedTensors?
  private let buffer = UnpackingBuffer<Scalar>()

  /// Looks which tensors of `checkpoint` are quantized.
  ///
  /// - Throws: `QuantizationError`, or `ContainerError` for a quantized stream.
  init(in checkpoint: Checkpoint) throws {
    self.checkpoint = checkpoint
    let isQuantized = QuantizedTensors.sign(in: checkpoint.entries) != nil
    quantized = isQuantized ? try QuantizedTensors(in: checkpoint) : nil
    entries = quantized?.logical(checkpoint.entries) ?? checkpoint.entries
  }

  /// The names of the quantized weights.
  var names: Set<String> { Set(quantized?.tensors.keys.map(\.text) ?? []) }

  /// What becomes of a tensor; nil for one that only belongs to another.
  ///
  /// - Throws: `ModelError` when it holds no numbers to compute with, and what reading scales throws.
  func values(
    of tensor: Tensor, named name: String, file: String
  ) throws -> NamedValues<Scalar>? {
    guard quantized?.isPart(name) != true else { return nil }
    if let stored = quantized?[name] {
      return NamedValues(
        name: name,
        packed: PackedWeight(
          tensor.bytes, by: try stored.coding(in: checkpoint), shape: stored.shape,
          through: buffer))
    }
    let values = try Self.numbers(of: tensor, named: name, file: file)
    if let index = values.firstIndex(where: { !$0.isFinite }) {
      throw ModelError.notFinite(
        file: file, tensor: name, index: index, value: "\(values[index])")
    }
    return NamedValues(name: name, shape: tensor.shape, values: values)
  }

  private static func numbers(
    of tensor: Tensor, named name: String, file: String
  ) throws(ModelError) -> [Scalar] {
    if let floats = tensor.type == .f64 ? nil : tensor.floats {
      return floats as? [Scalar] ?? floats.map { Scalar($0) }
    }
    guard let doubles = tensor.doubles else {
      throw .notNumbers(file: file, tensor: name, type: tensor.type.rawValue)
    }
    return doubles as? [Scalar] ?? doubles.map { Scalar($0) }
  }
}
