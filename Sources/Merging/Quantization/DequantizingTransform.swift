import Containers
import Kernels
import Models
import Synchronization
import Tensors

/// Writes out a tensor that is stored in codes, and makes an edit of it if there is one.
///
/// What the codes stand for is rounded to the type that the weight had; the edit begins there, and is
/// the same as on a checkpoint that was dequantized before.
final class DequantizingTransform: TensorTransform {
  private let tensor: QuantizedTensor
  private let checkpoint: Checkpoint
  private let result: FloatFormat
  private let edit: EditTransform?
  private let coding = Mutex<ScaledCoding?>(nil)

  /// - Parameters:
  ///   - tensor: What is read.
  ///   - checkpoint: Where it is.
  ///   - result: What is written.
  ///   - edit: From the tensor's own format to `result`; nil to write the tensor as it is.
  init(
    _ tensor: QuantizedTensor, in checkpoint: Checkpoint, as result: FloatFormat,
    then edit: EditTransform? = nil
  ) {
    self.tensor = tensor
    self.checkpoint = checkpoint
    self.result = result
    self.edit = edit
  }

  var readsTensorFirst: Bool { edit?.readsTensorFirst ?? false }

  func prepare(_ read: TensorBytes) throws {
    let coding = try known()
    let (bits, size) = (coding.scheme.bits, tensor.format.byteCount)
    try edit?.prepare { range, destination in
      let elements = range.lowerBound / size..<range.upperBound / size
      let bytes = elements.lowerBound * bits / 8..<(elements.upperBound * bits + 7) / 8
      var codes = [UInt8](repeating: 0, count: bytes.count)
      try codes.withMutableBytes { try read(bytes, &$0) }
      codes.withBytes {
        coding.decode(
          elements, of: $0, from: elements.lowerBound, into: &destination, as: tensor.format)
      }
    }
  }

  func apply(
    _ elements: Range<Int>, from source: RawSpan, into destination: inout MutableRawSpan
  ) throws {
    let coding = try known()
    guard let edit else {
      coding.decode(
        elements, of: source, from: elements.lowerBound, into: &destination, as: result)
      return try checkFinite(elements, destination.bytes)
    }
    var full = [UInt8](repeating: 0, count: elements.count * tensor.format.byteCount)
    full.withMutableBytes {
      coding.decode(elements, of: source, from: elements.lowerBound, into: &$0, as: tensor.format)
    }
    try full.withBytes { try edit.apply(elements, from: $0, into: &destination) }
  }

  private func checkFinite(_ elements: Range<Int>, _ numbers: RawSpan) throws {
    guard let index = FloatScan.firstNonFinite(in: numbers, format: result) else { return }
    throw ContainerError(
      file: checkpoint.path, tensor: tensor.name,
      .checkpoint(
        .becomesInfinite(index: elements.lowerBound + index, type: DType(result).rawValue)))
  }

  func finish() {
    edit?.finish()
    coding.withLock { $0 = nil }
  }

  private func known() throws -> ScaledCoding {
    try coding.withLock { coding in
      if let coding { return coding }
      let read = try tensor.coding(in: checkpoint)
      coding = read
      return read
    }
  }
}
