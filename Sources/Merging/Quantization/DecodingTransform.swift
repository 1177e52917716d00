import Containers
import Kernels
import Models
import Tensors

/// Writes out a weight in codes of a published layout, and makes an edit of it if there is one.
///
/// What the codes stand for is computed in f32, where the edit begins; the result is rounded once.
final class DecodingTransform: TensorTransform {
  private let reader: CodedReader
  private let result: FloatFormat
  private let edit: EditTransform?

  /// - Parameters:
  ///   - tensor: What is read.
  ///   - checkpoint: Where it is.
  ///   - result: What is written.
  ///   - edit: From f32 to `result`; nil to write the weight as it is.
  init(
    _ tensor: CodedTensor, in checkpoint: Checkpoint, as result: FloatFormat,
    then edit: EditTransform? = nil
  ) {
    reader = tensor.reader(in: checkpoint)
    self.result = result
    self.edit = edit
  }

  var preparation: [UInt8]? { edit?.preparation }

  func resume(with preparation: [UInt8]) { edit?.resume(with: preparation) }

  func prepare(_ read: TensorBytes) throws {
    try edit?.prepare { range, destination in
      try reader.read(
        range.lowerBound / 4..<range.upperBound / 4, into: &destination, as: .f32)
    }
  }

  func apply(
    _ elements: Range<Int>, from source: RawSpan, into destination: inout MutableRawSpan
  ) throws {
    guard let edit else { return try reader.read(elements, into: &destination, as: result) }
    var full = [UInt8](repeating: 0, count: elements.count * 4)
    try full.withMutableBytes { try reader.read(elements, into: &$0, as: .f32) }
    try full.withBytes { try edit.apply(elements, from: $0, into: &destination) }
  }

  func finish() {
    edit?.finish()
    reader.finish()
  }
}

extension RewriteChanges {
  /// Writes a weight out in place of its codes and of all that belongs to them.
  mutating func writeOut(_ tensor: CodedTensor, as type: DType, by transform: DecodingTransform) {
    made[ExactString(tensor.codes.entry.name)] = MadeTensor(
      name: tensor.name, type: type, shape: tensor.shape, by: transform)
    for part in tensor.parts { substitutes[ExactString(part.entry.name)] = [] }
  }
}
