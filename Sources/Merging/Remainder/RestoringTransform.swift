import Containers
import Kernels
import Tensors

/// Takes an edit back out of a tensor, bit for bit.
final class RestoringTransform: TensorTransform {
  private let edit: EditTransform
  private let format: FloatFormat
  private let remainder: TensorRemainder

  init(_ edit: EditTransform, _ format: FloatFormat, by remainder: TensorRemainder) {
    self.edit = edit
    self.format = format
    self.remainder = remainder
  }

  func finish() { edit.finish() }

  func apply(
    _ elements: Range<Int>, from source: RawSpan, into destination: inout MutableRawSpan
  ) throws {
    let chunk = elements.chunk(of: format)
    let update = try edit.rangeUpdate(of: elements) ?? RangeUpdate([.init(nil, elements)])
    let code = try remainder.code(ofChunk: chunk)
    do throws(RemainderFailure) {
      try Remainder.decode(
        code, merged: source, format: format, update: update,
        into: &destination)
    } catch {
      throw remainder.failure("chunk \(chunk): \(error)")
    }
    remainder.note(destination.bytes, asChunk: chunk)
  }

  func digests(of elements: Range<Int>) -> (old: Digest?, new: Digest?) {
    (nil, remainder.digest(ofChunk: elements.chunk(of: format)))
  }
}
