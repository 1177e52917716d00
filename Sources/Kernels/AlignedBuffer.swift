#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The system has no memory left for what was asked.
package struct OutOfMemory: Error, Equatable {
  /// Bytes that were asked for.
  package let byteCount: Int

  package init(byteCount: Int) {
    self.byteCount = byteCount
  }
}

/// Bytes that begin on a cache line, in memory whose refusal is an error and not a trap.
///
/// For buffers whose size comes from a file; freed with their owner.
@safe package struct AlignedBuffer: ~Copyable, @unchecked Sendable {
  package let byteCount: Int
  let base: UnsafeMutableRawPointer

  /// A buffer of zeros, or of anything where it is filled before it is read.
  package init(byteCount: Int, isZeroed: Bool = true) throws(OutOfMemory) {
    precondition(byteCount >= 0, "a buffer has no negative size")
    var pointer: UnsafeMutableRawPointer?
    guard unsafe posix_memalign(&pointer, 64, max(byteCount, 64)) == 0,
      let base = unsafe pointer
    else { throw OutOfMemory(byteCount: byteCount) }
    if isZeroed { unsafe memset(base, 0, byteCount) }
    self.byteCount = byteCount
    unsafe self.base = base
  }

  deinit {
    unsafe free(base)
  }

  /// Lends the bytes to `body` for reading.
  package func withBytes<Result, Failure>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(
      unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(start: base, count: byteCount)))
  }

  /// Lends the bytes to `body` for reading and writing.
  package mutating func withMutableBytes<Result, Failure>(
    _ body: (inout MutableRawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var span = unsafe MutableRawSpan(
      _unsafeBytes: UnsafeMutableRawBufferPointer(start: base, count: byteCount))
    return try body(&span)
  }
}
