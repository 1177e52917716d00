import CZlib

/// One encoder of raw deflate data, for whole blocks in memory.
@safe package struct Deflater: ~Copyable {
  /// How matches are looked for.
  package enum Strategy: Sendable {
    /// No matches, only Huffman codes: on float weights smaller and faster than any level.
    case huffmanOnly
    /// Runs of one byte and Huffman codes: for bytes that are mostly zero.
    case runs
    /// Matches as zlib finds them at a level from 1 (fast) to 9 (small).
    case matching(level: Int)
  }

  private let stream: UnsafeMutablePointer<z_stream>

  package init(_ strategy: Strategy = .huffmanOnly) {
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    let (level, kind): (Int, Int32) =
      switch strategy {
      case .huffmanOnly: (1, Z_HUFFMAN_ONLY)
      case .runs: (1, Z_RLE)
      case .matching(let level): (level, Z_DEFAULT_STRATEGY)
      }
    let size = Int32(unsafe MemoryLayout<z_stream>.size)
    let status = unsafe deflateInit2_(
      stream, Int32(level), Z_DEFLATED, -15, 9, kind, ZLIB_VERSION, size)
    guard status == Z_OK else { fatalError("out of memory") }
  }

  deinit {
    unsafe deflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// The most bytes that `count` bytes of input can become.
  package func bound(of count: Int) -> Int {
    unsafe Int(deflateBound(stream, UInt(count)))
  }

  /// Encodes `input` as one complete deflate stream at the front of `output`.
  ///
  /// - Parameters:
  ///   - input: at most 1 GiB.
  ///   - output: overwritten from its front; at least `bound(of:)` bytes.
  /// - Returns: the bytes written.
  package mutating func deflate(_ input: RawSpan, into output: inout MutableRawSpan) -> Int {
    precondition(output.byteCount >= bound(of: input.byteCount), "no room for the worst case")
    unsafe deflateReset(stream)
    return unsafe input.withUnsafeBytes { source in
      unsafe output.withUnsafeMutableBytes { target in
        unsafe stream.pointee.next_in = UnsafeMutablePointer(
          mutating: source.baseAddress?.assumingMemoryBound(to: UInt8.self))
        unsafe stream.pointee.avail_in = UInt32(source.count)
        unsafe stream.pointee.next_out = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
        unsafe stream.pointee.avail_out = UInt32(clamping: target.count)
        let status = unsafe CZlib.deflate(stream, Z_FINISH)
        precondition(status == Z_STREAM_END, "deflate stopped short of its bound")
        return unsafe Int(stream.pointee.total_out)
      }
    }
  }
}
