/// Counts elements whose bits are not the same.
package enum DifferingElements {
  /// How many of the elements of `left` and `right` differ.
  ///
  /// - Parameters:
  ///   - left: Elements of `elementSize` bytes.
  ///   - right: As many.
  ///   - elementSize: 1, 2, 4 or 8 bytes; elements that share a byte count as that byte.
  /// - Returns: A number of elements.
  package static func count(_ left: RawSpan, _ right: RawSpan, elementSize: Int) -> Int {
    precondition(left.byteCount == right.byteCount, "there must be as many elements on both sides")
    return switch elementSize {
    case 8: count(left, right, UInt64.self)
    case 4: count(left, right, UInt32.self)
    case 2: count(left, right, UInt16.self)
    default: count(left, right, UInt8.self)
    }
  }

  /// How many bytes of `left` and `right` differ, by what `areSame` says of two that are not equal.
  package static func count(
    _ left: RawSpan, _ right: RawSpan, unless areSame: (UInt8, UInt8) -> Bool
  ) -> Int {
    precondition(left.byteCount == right.byteCount, "there must be as many elements on both sides")
    return unsafe left.withUnsafeBytes { left in
      unsafe right.withUnsafeBytes { right in
        left.indices.count {
          unsafe left[$0] != right[$0] && !areSame(left[$0], right[$0])
        }
      }
    }
  }

  private static func count<Bits: FixedWidthInteger>(
    _ left: RawSpan, _ right: RawSpan, _ type: Bits.Type
  ) -> Int {
    let size = MemoryLayout<Bits>.size
    return unsafe left.withUnsafeBytes { left in
      unsafe right.withUnsafeBytes { right in
        var count = 0
        for offset in stride(from: 0, to: left.count / size * size, by: size) {
          let isDifferent =
            unsafe left.loadUnaligned(fromByteOffset: offset, as: type)
            != right.loadUnaligned(fromByteOffset: offset, as: type)
          count += isDifferent ? 1 : 0
        }
        return count
      }
    }
  }
}

extension DifferingElements {
  /// Which of the elements of `left` and `right` differ, rising.
  ///
  /// - Parameters:
  ///   - left: Elements of `elementSize` bytes.
  ///   - right: As many.
  ///   - elementSize: 1, 2, 4 or 8 bytes.
  /// - Returns: Their positions.
  package static func indices(_ left: [UInt8], _ right: [UInt8], elementSize: Int) -> [Int] {
    precondition(left.count == right.count, "there must be as many elements on both sides")
    let areSame = unsafe left.span.bytes.hasSameBytes(as: right.span.bytes)
    guard !areSame else { return [] }
    return switch elementSize {
    case 8: indices(left, right, UInt64.self)
    case 4: indices(left, right, UInt32.self)
    case 2: indices(left, right, UInt16.self)
    default: indices(left, right, UInt8.self)
    }
  }

  private static func indices<Bits: FixedWidthInteger>(
    _ left: [UInt8], _ right: [UInt8], _ type: Bits.Type
  ) -> [Int] {
    let size = MemoryLayout<Bits>.size
    return unsafe left.withUnsafeBytes { left in
      unsafe right.withUnsafeBytes { right in
        var found: [Int] = []
        let count = left.count / size
        // Eight bytes at a time where nothing differs, which is most places.
        let together = 8 / size
        var index = 0
        while index < count {
          if index + together <= count {
            let isSame =
              unsafe left.loadUnaligned(fromByteOffset: index * size, as: UInt64.self)
              == right.loadUnaligned(fromByteOffset: index * size, as: UInt64.self)
            if isSame {
              index += together
              continue
            }
          }
          for place in index..<min(index + together, count) {
            let isDifferent =
              unsafe left.loadUnaligned(fromByteOffset: place * size, as: type)
              != right.loadUnaligned(fromByteOffset: place * size, as: type)
            if isDifferent { found.append(place) }
          }
          index += together
        }
        return found
      }
    }
  }
}
