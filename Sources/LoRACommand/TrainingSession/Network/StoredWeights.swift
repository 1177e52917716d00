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
  /// Matrices stay as they are stored, but f64 ones that are computed with in f32 are rounded to it,
  /// once.
  ///
  /// - Throws: `ModelError` when it holds no numbers to compute with, and what reading scales throws.
  func weight(of tensor: Tensor, named name: String, file: String) throws -> Weight<Scalar>? {
    guard quantized?.isPart(name) != true else { return nil }
    if let stored = quantized?[name] {
      return Weight(
        name: name,
        stored: StoredMatrix(
          codes: tensor.bytes, by: try stored.coding(in: checkpoint), rows: stored.shape[0],
          columns: stored.shape[1]))
    }
    guard let format = tensor.type.floatFormat else {
      throw ModelError.notNumbers(file: file, tensor: name, type: tensor.type.rawValue)
    }
    let infinite = tensor.bytes.withBytes { FloatScan.firstNonFinite(in: $0, format: format) }
    if let index = infinite { throw notFinite(tensor, index, name, file) }
    guard tensor.shape.rank == 2, format != .f64 || Scalar.format == .f64 else {
      let values: [Scalar] = Self.numbers(of: tensor)
      if let index = values.firstIndex(where: { !$0.isFinite }) {
        throw notFinite(tensor, index, name, file)
      }
      return Weight(name: name, shape: tensor.shape, values: values)
    }
    return Weight(
      name: name,
      stored: StoredMatrix(
        tensor.bytes, in: format, rows: tensor.shape[0], columns: tensor.shape[1]))
  }

  private func notFinite(
    _ tensor: Tensor, _ index: Int, _ name: String, _ file: String
  ) -> ModelError {
    let values: [Scalar] = Self.numbers(of: tensor)
    return .notFinite(file: file, tensor: name, index: index, value: "\(values[index])")
  }

  /// The numbers of a tensor that has some.
  private static func numbers(of tensor: Tensor) -> [Scalar] {
    if let floats = tensor.type == .f64 ? nil : tensor.floats {
      return floats as? [Scalar] ?? floats.map { Scalar($0) }
    }
    let doubles = tensor.doubles ?? []
    return doubles as? [Scalar] ?? doubles.map { Scalar($0) }
  }
}
