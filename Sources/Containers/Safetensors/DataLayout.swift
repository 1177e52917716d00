import Tensors

/// The law of the data section: sorted by offset, tensors start at 0 and follow without gap.
enum DataLayout {
  /// The positions of `entries` by ascending offset, or nil when that is their order already.
  ///
  /// - Throws: a gap or an overlap, blamed on the first tensor in data order that has it.
  static func order(of entries: [TensorEntry]) throws(HeaderFailure) -> [UInt32]? {
    guard !isContiguous(entries) else { return nil }
    let order = sorted(entries)
    var expected = 0
    for index in order {
      let entry = entries[Int(index)]
      let found = entry.range.lowerBound
      guard found >= expected else {
        throw HeaderFailure(tensor: entry.name, .overlap(expected: expected, found: found))
      }
      guard found == expected else {
        throw HeaderFailure(tensor: entry.name, .gap(expected: expected, found: found))
      }
      expected = entry.range.upperBound
    }
    return order
  }

  /// Sorted by where they begin, empty ones first, then as they are listed.
  private static func sorted(_ entries: [TensorEntry]) -> [UInt32] {
    // The key lies beside the index: looking it up at every comparison takes twice as long.
    var keys = entries.indices.map { (begin: entries[$0].range.lowerBound, index: UInt32($0)) }
    keys.sort { left, right in
      guard left.begin == right.begin else { return left.begin < right.begin }
      let ends = (
        entries[Int(left.index)].range.upperBound, entries[Int(right.index)].range.upperBound
      )
      return (ends.0, left.index) < (ends.1, right.index)
    }
    return keys.map(\.index)
  }

  private static func isContiguous(_ entries: [TensorEntry]) -> Bool {
    var expected = 0
    for entry in entries {
      guard entry.range.lowerBound == expected else { return false }
      expected = entry.range.upperBound
    }
    return true
  }
}
