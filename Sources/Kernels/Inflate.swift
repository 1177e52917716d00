import CZlib

/// The CRC-32 of gzip over `bytes`, continuing from the CRC of what came before.
package func crc32(of bytes: RawSpan, continuing previous: UInt32 = 0) -> UInt32 {
  unsafe bytes.withUnsafeBytes { buffer in
    unsafe UInt32(CZlib.crc32_z(UInt(previous), buffer.baseAddress, buffer.count))
  }
}

/// Why a deflate stream cannot be decoded.
package enum InflateFailure: Error, Equatable {
  /// What zlib says about the bytes, as in `invalid distance too far back`.
  case badData(String)
  case outOfMemory
}

/// One decoder of deflate data, fed and drained in pieces of any size.
@safe package struct Inflater: ~Copyable {
  /// What surrounds the deflate data.
  package enum Format: Sendable {
    /// Nothing: the caller reads header and trailer.
    case raw
    /// The zlib header and its Adler-32, which is checked.
    case zlib
  }

  /// What one step did.
  package struct Progress {
    /// Bytes read from the front of the input.
    package var consumed: Int
    /// Bytes written to the front of the output.
    package var produced: Int
    /// The stream has ended; what follows `consumed` is not part of it.
    package var isAtEnd: Bool
  }

  private let stream: UnsafeMutablePointer<z_stream>

  package init(_ format: Format) throws(InflateFailure) {
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    let bits: Int32 = format == .raw ? -15 : 15
    let size = Int32(unsafe MemoryLayout<z_stream>.size)
    guard unsafe inflateInit2_(stream, bits, ZLIB_VERSION, size) == Z_OK else {
      throw .outOfMemory
    }
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// Starts over on a stream of the same format.
  package mutating func reset() {
    unsafe inflateReset(stream)
  }

  /// Decodes until the input is used up, the output is full or the stream ends.
  ///
  /// - Parameters:
  ///   - input: read from its front.
  ///   - output: overwritten from its front.
  /// - Returns: how far it came on both sides.
  /// - Throws: `InflateFailure.badData` at the first byte that deflate does not allow.
  package mutating func inflate(
    _ input: RawSpan, into output: inout MutableRawSpan
  ) throws(InflateFailure) -> Progress {
    let (given, room) = (clamped(input.byteCount), clamped(output.byteCount))
    let status = unsafe input.withUnsafeBytes { source in
      unsafe output.withUnsafeMutableBytes { target in
        unsafe stream.pointee.next_in = UnsafeMutablePointer(
          mutating: source.baseAddress?.assumingMemoryBound(to: UInt8.self))
        unsafe stream.pointee.avail_in = given
        unsafe stream.pointee.next_out =
          target.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? nowhere
        unsafe stream.pointee.avail_out = room
        return unsafe CZlib.inflate(stream, Z_NO_FLUSH)
      }
    }
    let progress = unsafe Progress(
      consumed: Int(given - stream.pointee.avail_in),
      produced: Int(room - stream.pointee.avail_out), isAtEnd: status == Z_STREAM_END)
    switch status {
    case Z_OK, Z_STREAM_END, Z_BUF_ERROR:
      return progress
    case Z_MEM_ERROR:
      throw .outOfMemory
    default:
      throw unsafe .badData(stream.pointee.msg.map { unsafe String(cString: $0) } ?? "bad data")
    }
  }
}

private func clamped(_ count: Int) -> UInt32 {
  UInt32(clamping: count)
}

/// An address for zlib to see where there is no room to write: it refuses a null pointer.
private nonisolated(unsafe) let nowhere = UnsafeMutablePointer<UInt8>.allocate(capacity: 1)
