extension ScaledCoding {
  /// Gives numbers back in the type to compute in, on as many threads as are worth it.
  ///
  /// - Parameters:
  ///   - elements: Their indices in the tensor.
  ///   - codes: All codes of the tensor.
  ///   - values: Overwritten in its first `elements.count` numbers.
  ///   - workers: The threads.
  package func unpack<Scalar: DenseScalar>(
    _ elements: Range<Int>, of codes: [UInt8], into values: inout [Scalar], _ workers: Workers
  ) {
    precondition(elements.count <= values.count, "no room for \(elements.count) numbers")
    let format: FloatFormat = MemoryLayout<Scalar>.size == 8 ? .f64 : .f32
    unsafe codes.withUnsafeBytes { codes in
      unsafe values.withUnsafeMutableBytes { values in
        guard let start = values.baseAddress else { return }
        inBlocks(of: elements.count, workers) { first, count in
          let part = elements.lowerBound + first..<elements.lowerBound + first + count
          var place = unsafe MutableRawSpan(
            _unsafeBytes: UnsafeMutableRawBufferPointer(
              start: start + first * format.byteCount, count: count * format.byteCount))
          decode(part, of: unsafe RawSpan(_unsafeBytes: codes), into: &place, as: format)
        }
      }
    }
  }
}
