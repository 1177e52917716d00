import Containers
import Kernels
import Tensors

/// A weight that a published checkpoint stores in codes, as though it were stored in full.
package struct CodedTensor: Sendable {
  /// Under which the weight is stored in full.
  package let name: String
  package let layout: CodedLayout
  /// Bits of a code.
  package let bits: Int
  /// What it is written in when nobody says.
  ///
  /// The layouts do not tell what the weight was: `config.json` does, else scales of 16 bits; else bf16.
  package let type: DType
  package let shape: Shape
  package let codes: Checkpoint.Location
  /// The tensors that belong to it, beside the codes.
  package let parts: [Checkpoint.Location]
  let rows: any CodedRows
  /// The format that the layout's own library computes in, when it is narrower than f32: what the codes
  /// stand for is rounded to it, so that every program reads the same numbers.
  var rounding: FloatFormat?

  /// The tensor as though it were stored in full.
  package var entry: TensorEntry {
    TensorEntry(name: name, type: type, shape: shape, range: 0..<(shape.byteCount(of: type) ?? 0))
  }

  /// Reads numbers of it.
  package func reader(in checkpoint: Checkpoint) -> CodedReader {
    CodedReader(self, PartReader(checkpoint: checkpoint, tensor: name))
  }
}

/// The numbers of a weight that is stored in codes, read at any place.
///
/// Reads only the rows that are asked for, so that memory stays flat; layouts whose rows lie across
/// the file keep a part of the codes.
package final class CodedReader: Sendable {
  package let tensor: CodedTensor
  private let parts: PartReader

  init(_ tensor: CodedTensor, _ parts: PartReader) {
    (self.tensor, self.parts) = (tensor, parts)
  }

  /// Gives numbers, each computed in f32 and rounded once.
  ///
  /// - Parameters:
  ///   - elements: Their row-major indices.
  ///   - destination: Overwritten: a number for each.
  ///   - format: Of those.
  /// - Throws: `QuantizationError.malformed` for a scale or a number that is not finite;
  ///   `ContainerError`.
  package func read(
    _ elements: Range<Int>, into destination: inout MutableRawSpan, as format: FloatFormat
  ) throws {
    guard !elements.isEmpty else { return }
    let columns = tensor.shape.dimensions.last ?? 1
    let rows = elements.lowerBound / columns..<(elements.upperBound - 1) / columns + 1
    let block = try tensor.rows.block(rows, of: parts)
    guard block.scales.allSatisfy(\.isFinite), block.biases.allSatisfy(\.isFinite) else {
      throw parts.malformed("has a scale that is not finite")
    }
    if let rounding = tensor.rounding, rounding != format {
      var rounded = [UInt8](repeating: 0, count: elements.count * rounding.byteCount)
      rounded.withMutableBytes { block.decode(elements, into: &$0, as: rounding) }
      rounded.withBytes {
        FloatCoding.convert($0, from: rounding, into: &destination, as: format)
      }
    } else {
      block.decode(elements, into: &destination, as: format)
    }
    if let index = FloatScan.firstNonFinite(in: destination.bytes, format: format) {
      throw parts.malformed(
        "element \(elements.lowerBound + index) is not finite, or too large for "
          + DType(format).rawValue)
    }
  }

  /// Lets go what is kept while numbers are read.
  package func finish() { tensor.rows.letGo() }
}

/// The rows of a weight, however they lie in the file.
protocol CodedRows: Sendable {
  /// Reads neighbouring rows of the weight.
  func block(_ rows: Range<Int>, of parts: PartReader) throws -> GroupedCodes

  /// Lets go what was kept from one reading for the next.
  func letGo()
}

extension CodedRows {
  func letGo() {}
}

/// Reads bytes of the tensors that make up a weight.
struct PartReader: Sendable {
  let checkpoint: Checkpoint
  /// The weight's name.
  let tensor: String

  func bytes(
    _ location: Checkpoint.Location, _ range: Range<Int>
  ) throws(ContainerError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: range.count)
    try bytes.withMutableBytes { (bytes) throws(ContainerError) in
      try checkpoint.shards[location.shard].file.read(
        at: location.entry.range.lowerBound + range.lowerBound, into: &bytes)
    }
    return bytes
  }

  /// Neighbouring numbers of a tensor of scales.
  func floats(
    _ location: Checkpoint.Location, _ range: Range<Int>
  ) throws(ContainerError) -> [Float] {
    let size = location.entry.type.bitCount / 8
    let stored = try bytes(location, range.lowerBound * size..<range.upperBound * size)
    if let format = location.entry.type.floatFormat {
      return FloatCoding.floats(of: stored, as: format)
    }
    let levels = CodeLevels(scalesOf: location.entry.type)?.table ?? []
    return stored.map { levels[Int($0)] }
  }

  /// Neighbouring words of 32 bits.
  func words(
    _ location: Checkpoint.Location, _ range: Range<Int>
  ) throws(ContainerError) -> [UInt32] {
    let stored = try bytes(location, range.lowerBound * 4..<range.upperBound * 4)
    return PackedCodes.words(of: stored)
  }

  func malformed(_ problem: String) -> QuantizationError {
    .malformed(file: checkpoint.path, tensor: tensor, problem: problem)
  }
}

extension CodeLevels {
  /// What a tensor of codes of this type holds.
  init?(codesOf type: DType) {
    switch type {
    case .f8E4M3: self = .f8E4M3
    case .f8E5M2: self = .f8E5M2
    case .i8: self = .int8
    default: return nil
    }
  }

  /// What scales of this type hold, where they are no numbers of 16 bits or more.
  init?(scalesOf type: DType) {
    switch type {
    case .f8E4M3: self = .f8E4M3
    case .f8E5M2: self = .f8E5M2
    case .u8, .f8E8M0: self = .powers
    default: return nil
    }
  }
}
