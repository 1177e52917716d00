import Containers
import Kernels
import Tensors

/// An edit that also records what it takes to undo it.
final class RecordingTransform: TensorTransform {
  private let edit: EditTransform
  private let tensor: Int
  private let format: FloatFormat
  private let recorder: RemainderRecorder

  /// Records `edit` as the recorder's tensor of that number; the type does not change.
  init(_ edit: EditTransform, as tensor: Int, _ format: FloatFormat, in recorder: RemainderRecorder)
  {
    self.edit = edit
    self.tensor = tensor
    self.format = format
    self.recorder = recorder
  }

  var readsTensorFirst: Bool { edit.readsTensorFirst }

  func prepare(_ read: TensorBytes) throws { try edit.prepare(read) }

  func finish() { edit.finish() }

  var preparation: [UInt8]? { edit.preparation }

  func resume(with preparation: [UInt8]) { edit.resume(with: preparation) }

  func apply(
    _ elements: Range<Int>, from source: RawSpan, into destination: inout MutableRawSpan
  ) throws {
    let chunk = elements.chunk(of: format)
    // A later step that reads the tensor first has had this chunk made before.
    guard !recorder.holds(chunk: chunk, ofTensor: tensor) else {
      return try edit.apply(elements, from: source, into: &destination)
    }
    let code = try code(elements, from: source, into: &destination)
    try recorder.record(
      code, chunk: chunk, ofTensor: tensor, original: source, result: destination.bytes)
  }

  func digests(of elements: Range<Int>) -> (old: Digest?, new: Digest?) {
    recorder.digests(ofChunk: elements.chunk(of: format), ofTensor: tensor)
  }

  /// Applies the edit and makes the code of what it loses, which is known to lead back.
  private func code(
    _ elements: Range<Int>, from source: RawSpan, into destination: inout MutableRawSpan
  ) throws -> [UInt8] {
    let update = try edit.rangeUpdate(of: elements)
    let code = try code(elements, update, from: source, into: &destination)
    return try Remainder.confirmed(
      code, of: source, merged: destination.bytes, format: format,
      update: update ?? RangeUpdate([.init(nil, elements)]))
  }

  private func code(
    _ elements: Range<Int>, _ update: RangeUpdate?, from source: RawSpan,
    into destination: inout MutableRawSpan
  ) throws -> [UInt8] {
    guard let update else {
      try edit.apply(elements, from: source, into: &destination)
      return Remainder.encodeDifference(source, merged: destination.bytes, format: format)
    }
    guard edit.isSumOnly else {
      try edit.apply(elements, from: source, into: &destination)
      return try Remainder.encode(
        source, merged: destination.bytes, format: format, update: update)
    }
    let code = try Remainder.merge(source, format: format, update: update, into: &destination)
    try edit.check(elements, before: source, after: destination.bytes)
    return code
  }
}

extension Range<Int> {
  /// The number of the chunk whose elements these are: what a rewrite works on where types stay.
  func chunk(of format: FloatFormat) -> Int {
    let start = lowerBound * format.byteCount
    precondition(start % Fingerprint.chunkSize == 0, "a remainder is made of whole chunks")
    return start / Fingerprint.chunkSize
  }
}
