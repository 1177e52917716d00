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
    /// The weights that were written out, by name.
    package let tensors: [String]
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
    let codes = try CheckpointCodes(in: source)
    guard !codes.isEmpty else { throw QuantizationError.notQuantized(file: source.path) }
    var work = Work()
    for entry in source.entries { take(entry, codes, &work) }
    for marker in codes.coded?.markers ?? [] { work.changes.substitutes[marker] = [] }
    var configuration = try source.configuration.members(storing: type ?? codes.coded?.commonType)
    for key in QuantizationConfiguration.keys { configuration[key] = .null }
    let edit = CheckpointEdit(
      source, changes: work.changes, to: output,
      with: CheckpointEdit.Attachments(
        configuration: configuration, metadata: [MetadataKey.quantizedFrom: ""]))
    let fingerprints = try edit.run(state: nil) { _ in nil }
    return Summary(
      tensors: work.tensors, copied: work.copied, bytesBefore: source.dataSize,
      bytesAfter: work.bytesAfter, result: fingerprints.result)
  }

  private struct Work {
    var changes = RewriteChanges()
    var tensors: [String] = []
    var copied = 0
    var bytesAfter = 0
  }

  private func take(_ entry: TensorEntry, _ codes: CheckpointCodes, _ work: inout Work) {
    let name = ExactString(entry.name)
    if codes.quantized?.isPart(entry.name) ?? false {
      work.changes.substitutes[name] = []
    } else if let tensor = codes.quantized?[entry.name] {
      let recoding = Recoding(dequantizing: tensor, in: source, as: type ?? tensor.type)
      work.changes.recodings[name] = recoding
      work.tensors.append(tensor.name)
      work.bytesAfter += recoding.shape.byteCount(of: recoding.type) ?? 0
    } else if let tensor = codes.coded?.weight(codedIn: entry.name) {
      let result = type ?? tensor.type
      work.changes.writeOut(
        tensor, as: result,
        by: DecodingTransform(tensor, in: source, as: result.floatFormat ?? .f32))
      work.tensors.append(tensor.name)
      work.bytesAfter += tensor.shape.byteCount(of: result) ?? 0
    } else if codes.coded?.isPart(entry.name) != true {
      work.copied += 1
      work.bytesAfter += entry.byteCount
    }
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
