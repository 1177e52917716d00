import Containers
import Kernels
import Models
import OrderedCollections
import Tensors

/// Writes out in full what a checkpoint stores in few bits.
package struct Dequantize: Sendable {
  package let source: Checkpoint
  package let output: EditOutput
  /// The type of the weights that are written out; nil for what each of them was.
  package let type: DType?

  package init(_ source: Checkpoint, to output: EditOutput, as type: DType? = nil) {
    self.source = source
    self.output = output
    self.type = type
  }

  /// What a dequantization did.
  package struct Summary: Sendable {
    /// The weights that were written out.
    package let tensors: [QuantizedTensor]
    /// Tensors that were copied.
    package let copied: Int
    /// Tensor data before and after.
    package let bytesBefore: Int
    package let bytesAfter: Int
    package let result: Fingerprint
  }

  /// Reads, writes and publishes.
  ///
  /// - Throws: `QuantizationError` when nothing is quantized, or what is cannot be understood;
  ///   `ContainerError`.
  package func run() throws -> Summary {
    let quantized = try QuantizedTensors(in: source)
    guard !quantized.isEmpty else { throw QuantizationError.notQuantized(file: source.path) }
    var changes = RewriteChanges()
    var bytesAfter = 0
    for entry in source.entries {
      let name = ExactString(entry.name)
      if quantized.isPart(entry.name) {
        changes.substitutes[name] = []
      } else if let tensor = quantized[entry.name] {
        let recoding = Recoding(dequantizing: tensor, in: source, as: type ?? tensor.type)
        changes.recodings[name] = recoding
        bytesAfter += recoding.shape.byteCount(of: recoding.type) ?? 0
      } else {
        bytesAfter += entry.byteCount
      }
    }
    var configuration = try source.configuration.members(storing: type)
    configuration[QuantizationConfiguration.key] = .null
    let edit = CheckpointEdit(
      source, changes: changes, to: output,
      with: CheckpointEdit.Attachments(
        configuration: configuration, metadata: [MetadataKey.quantizedFrom: ""]))
    let fingerprints = try edit.run(state: nil) { _ in nil }
    let tensors = Array(quantized.tensors.values)
    return Summary(
      tensors: tensors,
      copied: source.entries.count - tensors.reduce(0) { $0 + 1 + $1.partNames.count },
      bytesBefore: source.dataSize, bytesAfter: bytesAfter, result: fingerprints.result)
  }
}

extension Recoding {
  /// A quantized tensor that is written out, edited if there is an edit.
  init(
    dequantizing tensor: QuantizedTensor, in checkpoint: Checkpoint, as type: DType,
    then edit: EditTransform? = nil
  ) {
    let transform = DequantizingTransform(
      tensor, in: checkpoint, as: type.floatFormat ?? tensor.format, then: edit)
    self.init(
      as: (type, tensor.shape), elementCount: tensor.shape.elementCount,
      bits: (tensor.scheme.format == .int8 ? 8 : 4, type.bitCount), by: transform)
  }
}
