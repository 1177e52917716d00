/// A regular expression that finds its matches in a text one after the other.
struct RegularExpression: Sendable {
  private let program: ExpressionProgram
  init(_ pattern: String) throws(ExpressionProblem) {
    program = try ExpressionProgram(pattern)
  }

  /// Calls `body` with every match in `range` of `bytes`, from left to right, none in another.
  ///
  /// An empty match right behind another is passed over, as Rust's binding of Oniguruma does.
  func forEachMatch(
    of bytes: [UInt8], in range: Range<Int>, _ body: (Range<Int>) -> Void
  ) {
    var matcher = ExpressionMatcher(program, over: bytes, in: range)
    var (place, lastEnd) = (range.lowerBound, -1)
    while place <= range.upperBound {
      if let end = matcher.match(at: place), end > place || end != lastEnd {
        body(place..<end)
        lastEnd = end
        if end > place {
          place = end
          continue
        }
      }
      guard place < range.upperBound else { return }
      place += bytes.scalar(at: place).length
    }
  }
}
