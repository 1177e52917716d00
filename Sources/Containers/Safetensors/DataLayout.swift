import Tensors

/// The law of the data section: sorted by offset, tensors start at 0 and follow without gap.
enum DataLayout {
  /// The positions of `entries` by ascending offset, or nil when that is their order already.
  ///
  /// - Throws: a gap or an overlap, blamed on the first tensor in data order that has it.
  static func order(of entries: [TensorEntry]) throws(HeaderFailure) -> [UInt32]? {
    guard !isContiguous(entries) else { return nil }
    var order = (0..<UInt32(entries.count)).map { $0 }
    order.sort {
      let (left, right) = (entries[Int($0)].range, entries[Int($1)].range)
      return (left.lowerBound, left.upperBound, $0) < (right.lowerBound, right.upperBound, $1)
    }
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

  private static func isContiguous(_ entries: [TensorEntry]) -> Bool {
    var expected = 0
    for entry in entries {
      guard entry.range.lowerBound == expected else { return false }
      expected = entry.range.upperBound
    }
    return true
  }
}
