extension Array where Element: FixedWidthInteger & BitwiseCopyable {
  /// Lends the bytes of the elements to `body` for reading.
  package func withBytes<Result, Failure>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(unsafe span.bytes)
  }

  /// Lends the bytes of the elements to `body` for reading and writing.
  package mutating func withMutableBytes<Result, Failure>(
    _ body: (inout MutableRawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var elements = mutableSpan
    var bytes = unsafe elements.mutableBytes
    return try body(&bytes)
  }
}

extension ArraySlice<UInt8> {
  /// Lends the bytes to `body` for reading.
  package func withBytes<Result, Failure>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(unsafe span.bytes)
  }
}

extension Array where Element: BinaryFloatingPoint & BitwiseCopyable {
  /// Lends the bytes of the elements to `body` for reading.
  package func withBytes<Result, Failure>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(unsafe span.bytes)
  }

  /// Lends the bytes of the elements to `body` for reading and writing.
  package mutating func withMutableBytes<Result, Failure>(
    _ body: (inout MutableRawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var elements = mutableSpan
    var bytes = unsafe elements.mutableBytes
    return try body(&bytes)
  }
}
