import Kernels

// The few doors between arrays and raw spans; all access is checked against the span's bounds.

extension Span where Element == UInt8 {
  /// Lets `body` see the bytes.
  package func withBytes<Result, Failure>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(unsafe bytes)
  }
}

extension Array where Element == UInt8 {
  /// Lets `body` change the bytes of `range` in place.
  package mutating func withMutableBytes<Result, Failure>(
    in range: Range<Int>, _ body: (inout MutableRawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try withMutableBytes { (bytes) throws(Failure) in
      var part = bytes._mutatingExtracting(range)
      return try body(&part)
    }
  }

  /// A copy of `bytes`.
  package init(copying bytes: RawSpan) {
    self = unsafe bytes.withUnsafeBytes { unsafe [UInt8]($0) }
  }

  /// Appends all of `source`.
  package mutating func append(copying source: RawSpan) {
    unsafe source.withUnsafeBytes { unsafe append(contentsOf: $0) }
  }
}

extension String {
  /// Lets `body` see the bytes of the text in UTF-8.
  package func withBytes<Result, Failure>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try utf8Span.span.withBytes(body)
  }
}

extension MutableRawSpan {
  /// Copies all of `source` to byte `offset` and on.
  package mutating func copy(_ source: RawSpan, at offset: Int) {
    var part = _mutatingExtracting(offset..<(offset + source.byteCount))
    part.copy(source)
  }

  /// Copies all of `source` to the front.
  package mutating func copy(_ source: RawSpan) {
    precondition(source.byteCount <= byteCount, "more bytes than room")
    unsafe withUnsafeMutableBytes { target in
      unsafe source.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
    }
  }
}

/// The little-endian integer in `bytes`, which are as many as it has.
func integer<Value: FixedWidthInteger>(_ bytes: some Sequence<UInt8>, as type: Value.Type) -> Value
{
  var (value, shift) = (Value.zero, 0)
  for byte in bytes {
    value |= Value(truncatingIfNeeded: byte) << Value(truncatingIfNeeded: shift)
    shift += 8
  }
  return value
}

/// The little-endian bytes of `value`.
func bytes<Value: FixedWidthInteger>(of value: Value) -> [UInt8] {
  (0..<(Value.bitWidth / 8)).map { UInt8(truncatingIfNeeded: value >> Value($0 * 8)) }
}
