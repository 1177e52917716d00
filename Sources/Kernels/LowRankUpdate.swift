import CKernels

extension PackedUpdate {
  /// Writes W' for a range of the weight's elements.
  ///
  /// - Parameters:
  ///   - format: Format of the weight: f64 if the update was packed from doubles, else another.
  ///   - elements: Row-major indices into the weight.
  ///   - source: W, exactly those elements.
  ///   - destination: Room for exactly those elements, overwritten.
  ///   - instructions: What computes it; one of `InstructionSet.available`.
  package func apply(
    to format: FloatFormat, elements: Range<Int>, from source: RawSpan,
    into destination: inout MutableRawSpan, using instructions: InstructionSet = .best
  ) {
    check(format, elements, bytes: source.byteCount)
    precondition(destination.byteCount == source.byteCount, "destination must match the range")
    unsafe source.withUnsafeBytes { source in
      unsafe destination.withUnsafeMutableBytes { destination in
        unsafe write(format, elements, source.baseAddress, destination.baseAddress, instructions)
      }
    }
  }

  /// Replaces a range of the weight's elements, W, by W'.
  ///
  /// - Parameters:
  ///   - format: Format of the weight: f64 if the update was packed from doubles, else another.
  ///   - elements: Row-major indices into the weight.
  ///   - weight: W, exactly those elements; W' afterwards.
  ///   - instructions: What computes it; one of `InstructionSet.available`.
  package func apply(
    to format: FloatFormat, elements: Range<Int>, in weight: inout MutableRawSpan,
    using instructions: InstructionSet = .best
  ) {
    check(format, elements, bytes: weight.byteCount)
    unsafe weight.withUnsafeMutableBytes { weight in
      unsafe write(format, elements, weight.baseAddress, weight.baseAddress, instructions)
    }
  }

  /// Writes a range of s·B·A itself, the sums before they are added to a weight.
  ///
  /// - Parameters:
  ///   - elements: Row-major indices into the weight.
  ///   - destination: Room for exactly those elements, overwritten; the sums of an update packed
  ///     from doubles are rounded to f32.
  ///   - instructions: What computes it; one of `InstructionSet.available`.
  package func delta(
    elements: Range<Int>, into destination: inout MutableSpan<Float>,
    using instructions: InstructionSet = .best
  ) {
    check(elements, count: destination.count)
    switch precision {
    case .f32:
      unsafe destination.withUnsafeMutableBufferPointer {
        unsafe writeDelta(elements, to: UnsafeMutableRawPointer($0.baseAddress), instructions)
      }
    case .f64:
      unsafe withUnsafeTemporaryAllocation(of: Double.self, capacity: 1024) { sums in
        var index = elements.lowerBound
        while index < elements.upperBound {
          let end = min(index + sums.count, elements.upperBound)
          unsafe writeDelta(
            index..<end, to: UnsafeMutableRawPointer(sums.baseAddress), instructions)
          for position in index..<end {
            destination[position - elements.lowerBound] = unsafe Float(sums[position - index])
          }
          index = end
        }
      }
    }
  }

  private func check(_ elements: Range<Int>, count: Int) {
    precondition(
      elements.lowerBound >= 0 && elements.upperBound <= rows * columns,
      "the range leaves the weight")
    precondition(elements.count == count, "the buffer must match the range")
  }

  private func check(_ format: FloatFormat, _ elements: Range<Int>, bytes: Int) {
    precondition(
      (format == .f64) == (precision == .f64), "an f64 weight takes an update packed from doubles")
    precondition(elements.count * format.byteCount == bytes, "the buffer must match the range")
    check(elements, count: elements.count)
  }

  private func write(
    _ format: FloatFormat, _ elements: Range<Int>, _ source: UnsafeRawPointer?,
    _ destination: UnsafeMutableRawPointer?, _ instructions: InstructionSet
  ) {
    guard !elements.isEmpty else { return }
    var update = unsafe lowRank
    unsafe lora_update(
      instructions.code, &update, format.code, elements.lowerBound, elements.count, source,
      destination)
  }

  private func writeDelta(
    _ elements: Range<Int>, to destination: UnsafeMutableRawPointer?, _ instructions: InstructionSet
  ) {
    guard !elements.isEmpty else { return }
    var update = unsafe lowRank
    unsafe lora_delta(
      instructions.code, &update, elements.lowerBound, elements.count, destination)
  }
}
