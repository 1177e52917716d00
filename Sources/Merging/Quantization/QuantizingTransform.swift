import Containers
import Kernels
import Models
import Synchronization
import Tensors

/// Rounds a tensor to codes, a range at a time, when the scales of all of it are known.
///
/// What comes in may be made by another transform first, as a merge into quantized weights.
final class QuantizingTransform: TensorTransform {
  /// Where the numbers to round come from.
  struct Input {
    /// As errors name it.
    let file: String
    /// What makes them from the source's bytes; nil when those are the numbers.
    var transform: (any TensorTransform)?
    /// Bits of an element of the source.
    var sourceBits: Int
    /// The format of the numbers.
    let format: FloatFormat
  }

  private let name: String
  private let scheme: QuantizationScheme
  private let coding: ScaledCoding.Scheme
  private let elementCount: Int
  private let input: Input
  /// What decoded numbers are rounded to.
  private let rounding: FloatFormat
  private let survey: ScaleSurvey
  private let scales = Mutex<Scales?>(nil)
  private let codings = Mutex<Codings?>(nil)
  /// What codes miss, by the first element of each range.
  private let errors = Mutex<[Int: ApproximationError]>([:])
  /// Sees each range before and after, as f32.
  let observe: (@Sendable (_ first: Int, _ values: RawSpan, _ decoded: [Float]) throws -> Void)?

  /// The scales as they are written.
  enum Scales: Sendable {
    case plain([Float])
    case nested(NestedScales)
  }

  private struct Codings: Sendable {
    /// With the scales that the codes are made by, and those that they will be read with.
    let encoding: ScaledCoding
    let decoding: ScaledCoding
  }

  init(
    _ entry: TensorEntry, by scheme: QuantizationScheme, from input: Input, rounding: FloatFormat,
    observe: (@Sendable (_ first: Int, _ values: RawSpan, _ decoded: [Float]) throws -> Void)? = nil
  ) {
    name = entry.name
    self.scheme = scheme
    coding = scheme.coding(of: entry.shape)
    elementCount = entry.shape.elementCount
    survey = ScaleSurvey(
      pieces: (elementCount + Self.pieceSize - 1) / Self.pieceSize,
      scaleCount: coding.scaleCount(of: elementCount))
    self.input = input
    self.rounding = rounding
    self.observe = observe
  }

  var readsTensorFirst: Bool { true }

  /// Reads the tensor once for its scales; whoever comes while that goes on helps.
  func prepare(_ read: TensorBytes) throws {
    guard codings.withLock({ $0 }) == nil else { return }
    try input.transform?.prepare(read)
    let found = try survey.scales { piece in
      let elements = piece * Self.pieceSize..<min((piece + 1) * Self.pieceSize, elementCount)
      return (elements.lowerBound / coding.unit, try scales(of: elements, read))
    }
    codings.withLock { codings in
      if codings == nil { codings = self.codings(for: found) }
    }
  }

  /// Elements that are read for their scales at a time.
  private static let pieceSize = 1 << 18

  private func scales(of elements: Range<Int>, _ read: TensorBytes) throws -> [Float] {
    let bits = input.sourceBits
    let bytes = elements.lowerBound * bits / 8..<(elements.upperBound * bits + 7) / 8
    var source = [UInt8](repeating: 0, count: bytes.count)
    try source.withMutableBytes { try read(bytes, &$0) }
    let start = elements.lowerBound / coding.unit * coding.unit
    var collector = ScaleCollector(count: elements.upperBound - start, unit: coding.unit)
    try source.withBytes { source in
      try withValues(elements, of: source) { values throws in
        collector.add(values, in: input.format, at: elements.lowerBound - start)
        if !collector.scales.allSatisfy(\.isFinite) { try refuse(values, elements) }
      }
    }
    return collector.scales
  }

  private func refuse(_ values: RawSpan, _ elements: Range<Int>) throws {
    guard let index = FloatScan.firstNonFinite(in: values, format: input.format) else { return }
    let size = input.format.byteCount
    let value = FloatCoding.doubles(
      of: values.extracting(index * size..<(index + 1) * size), as: input.format)[0]
    throw QuantizationError.notFinite(
      file: input.file, tensor: name, index: elements.lowerBound + index, value: "\(value)")
  }

  private func codings(for found: [Float]) -> Codings {
    var exact = found
    // bitsandbytes keeps the scale of a last, shorter block off zero, and stores it so.
    if case .blocks(_, let size) = coding, elementCount % size != 0, let last = exact.indices.last {
      exact[last] = max(exact[last], 1e-38)
    }
    let nested = scheme.isDouble ? NestedScales(exact) : nil
    scales.withLock { $0 = nested.map { .nested($0) } ?? .plain(exact) }
    return Codings(
      encoding: ScaledCoding(coding, scales: exact, rounding: rounding),
      decoding: ScaledCoding(coding, scales: nested?.restored ?? exact, rounding: rounding))
  }

  /// Lets `body` see the numbers of a range.
  private func withValues(
    _ elements: Range<Int>, of source: RawSpan, _ body: (RawSpan) throws -> Void
  ) throws {
    guard let transform = input.transform else { return try body(source) }
    var values = [UInt8](repeating: 0, count: elements.count * input.format.byteCount)
    try values.withMutableBytes { try transform.apply(elements, from: source, into: &$0) }
    try values.withBytes { try body($0) }
  }

  func apply(
    _ elements: Range<Int>, from source: RawSpan, into destination: inout MutableRawSpan
  ) throws {
    guard let codings = codings.withLock({ $0 }) else {
      preconditionFailure("a quantization is prepared first")
    }
    var error = ApproximationError()
    guard input.transform != nil else {
      return try code(elements, source, codings, into: &destination, &error)
    }
    var values = [UInt8](repeating: 0, count: elements.count * input.format.byteCount)
    try values.withMutableBytes { try input.transform?.apply(elements, from: source, into: &$0) }
    try values.withBytes { try code(elements, $0, codings, into: &destination, &error) }
  }

  /// Writes codes, and measures what they miss, in pieces that stay in the cache.
  private func code(
    _ elements: Range<Int>, _ values: RawSpan, _ codings: Codings,
    into codes: inout MutableRawSpan, _ error: inout ApproximationError
  ) throws {
    let (size, bits, tile) = (input.format.byteCount, coding.bits, 1 << 12)
    var decoded = [Float](repeating: 0, count: min(tile, elements.count))
    for start in stride(from: 0, to: elements.count, by: tile) {
      let local = start..<min(start + tile, elements.count)
      let part = elements.lowerBound + local.lowerBound..<elements.lowerBound + local.upperBound
      let piece = values.extracting(local.lowerBound * size..<local.upperBound * size)
      var place = codes._mutatingExtracting(
        local.lowerBound * bits / 8..<(local.upperBound * bits + 7) / 8)
      codings.encoding.encode(part, piece, in: input.format, into: &place)
      decoded.withMutableBytes(upTo: local.count) {
        codings.decoding.decode(part, of: place.bytes, from: part.lowerBound, into: &$0, as: .f32)
      }
      error.add(piece, in: input.format, approximations: decoded)
      try observe?(part.lowerBound, piece, decoded)
    }
    let found = error
    errors.withLock { $0[elements.lowerBound] = found }
  }

  func finish() {
    input.transform?.finish()
    codings.withLock { $0 = nil }
  }

  // MARK: What is known at the end

  /// The scales, when all of the tensor was seen.
  var foundScales: Scales { scales.withLock { $0 } ?? .plain([]) }

  /// What the codes miss in all, added up in the order of the elements.
  var error: ApproximationError {
    errors.withLock { errors in
      errors.sorted { $0.key < $1.key }.reduce(into: ApproximationError()) { $0.add($1.value) }
    }
  }
}

extension [Float] {
  /// Lends the bytes of the first `count` elements to `body` for writing.
  fileprivate mutating func withMutableBytes(
    upTo count: Int, _ body: (inout MutableRawSpan) -> Void
  ) {
    withMutableBytes { bytes in
      var part = bytes._mutatingExtracting(0..<count * 4)
      body(&part)
    }
  }
}
