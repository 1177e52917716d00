import CKernels

/// Takes codes apart that share bytes or words.
package enum PackedCodes {
  /// The codes `elements` of a run of codes of `bits` bits, the lowest bits of a byte first.
  package static func unpacked(_ elements: Range<Int>, bits: Int, of packed: [UInt8]) -> [UInt8] {
    precondition((1...8).contains(bits) && elements.upperBound * bits <= packed.count * 8)
    var codes = [UInt8](repeating: 0, count: elements.count)
    unsafe packed.withUnsafeBufferPointer { packed in
      unsafe codes.withUnsafeMutableBufferPointer { codes in
        guard let packed = packed.baseAddress, let codes = codes.baseAddress else { return }
        unsafe lora_unpack_codes(bits, elements.lowerBound, elements.count, packed, codes)
      }
    }
    return codes
  }

  /// The words of 32 bits of a file.
  package static func words(of bytes: [UInt8]) -> [UInt32] {
    var words = [UInt32](repeating: 0, count: bytes.count / 4)
    unsafe words.withUnsafeMutableBytes { words in
      unsafe bytes.withUnsafeBytes { bytes in
        unsafe words.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<words.count]))
      }
    }
    return words
  }

  /// Words [words, width] whose codes follow each other downward, as rows [width, words·(32 / bits)].
  package static func rows(downward packed: [UInt32], words: Int, bits: Int) -> [UInt8] {
    precondition([2, 4, 8].contains(bits) && words > 0 && packed.count % words == 0)
    var codes = [UInt8](repeating: 0, count: packed.count * (32 / bits))
    unsafe packed.withUnsafeBufferPointer { packed in
      unsafe codes.withUnsafeMutableBufferPointer { codes in
        guard let words32 = packed.baseAddress, let codes = codes.baseAddress else { return }
        unsafe lora_unpack_downward(bits, words, packed.count / words, words32, codes)
      }
    }
    return codes
  }

  /// Words [depth, width] whose codes lie beside each other in an order, as rows
  /// [width·(32 / bits), depth].
  package static func rows(
    across packed: [UInt32], depth: Int, bits: Int, order: [UInt8]
  ) -> [UInt8] {
    precondition([2, 4, 8].contains(bits) && depth > 0 && packed.count % depth == 0)
    precondition(order.count == 32 / bits && order.allSatisfy { $0 < 32 / bits })
    var codes = [UInt8](repeating: 0, count: packed.count * (32 / bits))
    unsafe packed.withUnsafeBufferPointer { packed in
      unsafe codes.withUnsafeMutableBufferPointer { codes in
        guard let words = packed.baseAddress, let codes = codes.baseAddress else { return }
        unsafe lora_unpack_across(bits, depth, packed.count / depth, words, order, codes)
      }
    }
    return codes
  }

  /// Columns of rows of 4-bit codes, two a byte, as [columns, rows].
  package static func turned(_ columns: Range<Int>, of packed: [UInt8], rows: Int) -> [UInt8] {
    precondition(rows > 0 && packed.count % rows == 0)
    let pitch = packed.count / rows
    precondition(columns.lowerBound >= 0 && columns.upperBound <= pitch * 2)
    var codes = [UInt8](repeating: 0, count: columns.count * rows)
    unsafe packed.withUnsafeBufferPointer { packed in
      unsafe codes.withUnsafeMutableBufferPointer { codes in
        guard let packed = packed.baseAddress, let codes = codes.baseAddress else { return }
        unsafe lora_turn_nibbles(rows, pitch, columns.lowerBound, columns.count, packed, codes)
      }
    }
    return codes
  }
}
