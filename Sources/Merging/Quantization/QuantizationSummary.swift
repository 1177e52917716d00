import Containers
import Kernels
import Models
import Tensors

/// What a quantization did to one tensor.
package struct QuantizedSummary: Sendable {
  package let name: String
  package let shape: Shape
  package let bytesBefore: Int
  /// Codes, and all that belongs to them.
  package let bytesAfter: Int
  /// What the codes miss, of the numbers as they are read back in the tensor's own type.
  package let error: ApproximationError

  init(_ entry: TensorEntry, _ recoding: Recoding, error: ApproximationError) {
    name = entry.name
    shape = entry.shape
    bytesBefore = entry.byteCount
    bytesAfter =
      (recoding.shape.byteCount(of: recoding.type) ?? 0)
      + recoding.companions.reduce(0) { $0 + ($1.shape.byteCount(of: $1.type) ?? 0) }
    self.error = error
  }
}

/// What a quantization did.
package struct QuantizationSummary: Sendable {
  package let scheme: QuantizationScheme
  package let tensors: [QuantizedSummary]
  /// Tensors that were copied.
  package let copied: Int
  /// Tensor data before and after.
  package let bytesBefore: Int
  package let bytesAfter: Int
  package let result: Fingerprint
  /// What a person should know, one sentence each.
  package let notes: [String]

  init(
    scheme: QuantizationScheme, tensors: [QuantizedSummary], of source: Checkpoint,
    result: Fingerprint, notes: [String]
  ) {
    self.scheme = scheme
    self.tensors = tensors
    copied = source.entries.count - tensors.count
    bytesBefore = source.dataSize
    bytesAfter = tensors.reduce(source.dataSize) { $0 - $1.bytesBefore + $1.bytesAfter }
    self.result = result
    self.notes = notes
  }

  /// What all codes together miss.
  package var error: ApproximationError {
    tensors.reduce(into: ApproximationError()) { $0.add($1.error) }
  }
}
