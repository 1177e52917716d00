import CKernels

/// A tensor's numbers in few bits: a code for each, and a scale for every block or row of them.
package struct ScaledCoding: Sendable {
  /// What shares a scale, and what the codes mean.
  package enum Scheme: Sendable, Equatable {
    /// 4-bit codes, two a byte; each `size` numbers have a scale, the last ones perhaps fewer.
    ///
    /// The size is a multiple of 32.
    case blocks(Codebook, size: Int)
    /// 8-bit integers -127 … 127; each row of so many numbers has a scale.
    case rows(columns: Int)

    /// Bits of a code.
    package var bits: Int {
      switch self {
      case .blocks: 4
      case .rows: 8
      }
    }

    /// Numbers that share a scale.
    package var unit: Int {
      switch self {
      case .blocks(_, let size): size
      case .rows(let columns): max(1, columns)
      }
    }

    /// Scales of a tensor with `count` numbers.
    package func scaleCount(of count: Int) -> Int { (count + unit - 1) / unit }
  }

  package let scheme: Scheme
  /// The largest magnitude of each block or row.
  package let scales: [Float]
  /// The format whose numbers the codes stand for: what is decoded is rounded to it.
  package let rounding: FloatFormat

  package init(_ scheme: Scheme, scales: [Float], rounding: FloatFormat) {
    self.scheme = scheme
    self.scales = scales
    self.rounding = rounding
  }

  /// Writes the codes of numbers, by the rules of `lora_encode_4bit` and `lora_encode_8bit`.
  ///
  /// - Parameters:
  ///   - elements: Their indices in the tensor; 4-bit codes begin with a block.
  ///   - values: The numbers, finite.
  ///   - format: Their format, which is not f64.
  ///   - codes: Overwritten: a byte for each number, or for each two.
  ///   - instructions: What computes it; one of `InstructionSet.available`.
  package func encode(
    _ elements: Range<Int>, _ values: RawSpan, in format: FloatFormat,
    into codes: inout MutableRawSpan, using instructions: InstructionSet = .best
  ) {
    check(elements)
    precondition(format != .f64 && values.byteCount == elements.count * format.byteCount)
    precondition(codes.byteCount == (elements.count * scheme.bits + 7) / 8, "no room for the codes")
    unsafe values.withUnsafeBytes { values in
      unsafe codes.withUnsafeMutableBytes { codes in
        unsafe scales.withUnsafeBufferPointer { scales in
          guard let scales = scales.baseAddress, let codes = codes.baseAddress else { return }
          switch scheme {
          case .blocks(let book, let size):
            precondition(elements.lowerBound % size == 0, "4-bit codes begin with a block")
            unsafe book.withKernelBook { book in
              unsafe lora_encode_4bit(
                instructions.code, format.code, elements.count, values.baseAddress, size,
                scales + elements.lowerBound / size, book, codes.assumingMemoryBound(to: UInt8.self)
              )
            }
          case .rows(let columns):
            unsafe lora_encode_8bit(
              instructions.code, format.code, elements.lowerBound, elements.count,
              values.baseAddress, columns, scales, codes.assumingMemoryBound(to: Int8.self))
          }
        }
      }
    }
  }

  /// Gives numbers back, by the rules of `lora_decode_4bit` and `lora_decode_8bit`.
  ///
  /// - Parameters:
  ///   - elements: Their indices in the tensor.
  ///   - codes: Codes of the tensor from the element `origin` on.
  ///   - origin: Where `codes` begin; a whole number of blocks.
  ///   - destination: Overwritten: a number for each element.
  ///   - format: The format of those.
  ///   - instructions: What computes it; one of `InstructionSet.available`.
  package func decode(
    _ elements: Range<Int>, of codes: RawSpan, from origin: Int = 0,
    into destination: inout MutableRawSpan, as format: FloatFormat,
    using instructions: InstructionSet = .best
  ) {
    check(elements)
    let local = elements.lowerBound - origin
    precondition(local >= 0 && destination.byteCount == elements.count * format.byteCount)
    precondition(((local + elements.count) * scheme.bits + 7) / 8 <= codes.byteCount)
    unsafe codes.withUnsafeBytes { codes in
      unsafe destination.withUnsafeMutableBytes { destination in
        unsafe scales.withUnsafeBufferPointer { scales in
          guard let scales = scales.baseAddress, let codes = codes.baseAddress else { return }
          switch scheme {
          case .blocks(let book, let size):
            precondition(origin % size == 0, "codes begin with a block")
            unsafe lora_decode_4bit(
              instructions.code, rounding.code, format.code, local, elements.count,
              codes.assumingMemoryBound(to: UInt8.self), size, scales + origin / size, book.levels,
              destination.baseAddress)
          case .rows(let columns):
            unsafe lora_decode_8bit(
              instructions.code, rounding.code, format.code, elements.lowerBound, elements.count,
              codes.assumingMemoryBound(to: Int8.self) + local, columns, scales,
              destination.baseAddress)
          }
        }
      }
    }
  }

  private func check(_ elements: Range<Int>) {
    precondition(
      elements.isEmpty || (elements.upperBound - 1) / scheme.unit < scales.count,
      "there is no scale for the last numbers")
  }
}
