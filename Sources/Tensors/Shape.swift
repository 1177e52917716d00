/// The dimensions of a tensor, outermost first; `[]` is a scalar.
package struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  package let dimensions: [Int]

  /// A shape whose dimensions are known to be non-negative and whose product fits in `Int`.
  package init(_ dimensions: [Int]) {
    self.dimensions = dimensions
  }

  package init(arrayLiteral elements: Int...) {
    self.init(elements)
  }

  package var rank: Int { dimensions.count }

  package var elementCount: Int { dimensions.reduce(1, *) }

  /// Bytes that a tensor of this shape takes, or nil when it overflows or ends inside a byte.
  ///
  /// Every product is checked as it grows, so a zero further on does not undo an overflow.
  package func byteCount(of type: DType) -> Int? {
    var count = 1
    for dimension in dimensions {
      let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
      guard !overflow, dimension >= 0 else { return nil }
      count = product
    }
    let (bits, overflow) = count.multipliedReportingOverflow(by: type.bitCount)
    return overflow || bits % 8 != 0 ? nil : bits / 8
  }

  package subscript(axis: Int) -> Int { dimensions[axis] }

  /// As in `[4096, 11008]`.
  package var description: String {
    "[" + dimensions.map(String.init).joined(separator: ", ") + "]"
  }
}
