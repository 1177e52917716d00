import Containers
import Kernels
import Models
import Tensors
import Training

/// A checkpoint's tensors as a network takes them: as they are stored.
struct CheckpointTensors: TensorSource {
  let file: String
  let tensors: [SourceTensor]
  private let checkpoint: Checkpoint
  private let quantized: QuantizedTensors?
  /// Those of shards that can only be read from their beginning on.
  private let read: [ExactString: Tensor]

  /// - Throws: `QuantizationError` for codes that are not understood, `ContainerError`.
  init(_ checkpoint: Checkpoint) throws {
    self.checkpoint = checkpoint
    file = checkpoint.path == "-" ? "standard input" : checkpoint.path
    let isQuantized = QuantizedTensors.sign(in: checkpoint.entries) != nil
    let quantized = isQuantized ? try QuantizedTensors(in: checkpoint) : nil
    let entries = quantized?.logical(checkpoint.entries) ?? checkpoint.entries
    tensors = entries.map {
      SourceTensor(name: $0.name, shape: $0.shape, isCoded: quantized?[$0.name] != nil)
    }
    self.quantized = quantized
    var read: [ExactString: Tensor] = [:]
    for shard in checkpoint.shards where !shard.file.isRandomAccess {
      try shard.file.forEachTensor { read[ExactString($0.name)] = $1 }
    }
    self.read = read
  }

  func weight<Scalar: DenseScalar>(named name: String, as: Scalar.Type) throws -> Weight<Scalar> {
    let tensor = try tensor(name)
    if let coded = quantized?[name] {
      return Weight(
        name: name,
        stored: StoredMatrix(
          codes: tensor.bytes, by: try coded.coding(in: checkpoint), rows: coded.shape[0],
          columns: coded.shape[1]))
    }
    guard let format = tensor.type.floatFormat else {
      throw TextNetworkError.notNumbers(file: file, tensor: name, type: tensor.type.rawValue)
    }
    let infinite = tensor.bytes.withBytes { FloatScan.firstNonFinite(in: $0, format: format) }
    if let index = infinite {
      throw TextNetworkError.notFinite(file: file, tensor: name, index: index)
    }
    guard tensor.shape.rank > 1 else {
      return Weight(name: name, shape: tensor.shape, values: values(of: tensor, format))
    }
    let (rows, columns) = (
      tensor.shape.dimensions.dropLast().reduce(1, *), tensor.shape[tensor.shape.rank - 1]
    )
    guard format != .f64 || Scalar.format == .f64 else {
      return Weight(name: name, shape: [rows, columns], values: values(of: tensor, format))
    }
    return Weight(
      name: name, stored: StoredMatrix(tensor.bytes, in: format, rows: rows, columns: columns))
  }

  private func tensor(_ name: String) throws -> Tensor {
    if let tensor = read[ExactString(name)] { return tensor }
    guard let location = checkpoint.location(named: name) else {
      preconditionFailure("\(name) is none of the checkpoint's")
    }
    return try checkpoint.shards[location.shard].file.tensor(location.entry)
  }

  private func values<Scalar: DenseScalar>(
    of tensor: Tensor, _ format: FloatFormat
  ) -> [Scalar] {
    StoredMatrix(tensor.bytes, in: format, rows: 1, columns: tensor.shape.elementCount)
      .values(ofRows: 0..<1)
  }
}
