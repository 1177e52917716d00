/// The syntax tree of a regular expression.
indirect enum PatternNode: Sendable {
  case empty
  case scalar(ScalarSet)
  case sequence([PatternNode])
  case choice([PatternNode])
  /// `node` at least `least` times and at most `most` (nil: without end).
  case repeated(PatternNode, least: Int, most: Int?)
  case start
  case end
  /// The very end, unlike `end` not before a last newline.
  case absoluteEnd
  case wordBoundary(negated: Bool)
  case look(PatternNode, negated: Bool)
}
