/// What becomes of the matches by which a text is split: of `-` in `the-final--countdown`.
enum SplitBehavior: String, CaseIterable {
  /// `the` `final` `countdown`
  case removed = "Removed"
  /// `the` `-` `final` `-` `-` `countdown`
  case isolated = "Isolated"
  /// `the-` `final-` `-` `countdown`
  case mergedWithPrevious = "MergedWithPrevious"
  /// `the` `-final` `-` `-countdown`
  case mergedWithNext = "MergedWithNext"
  /// `the` `-` `final` `--` `countdown`
  case contiguous = "Contiguous"

  init(_ part: TokenizerPart) throws(TokenizerError) {
    let name = try part.text()
    guard let behavior = Self(rawValue: name) else {
      throw part.fails(.unsupported(kind: name, supported: Self.allCases.map(\.rawValue)))
    }
    self = behavior
  }
}

/// Takes a piece apart into matches and what lies between them.
struct PieceSplitter {
  let behavior: SplitBehavior
  /// Whether what lies between counts as the matches, and they as what lies between.
  var isInverted = false

  /// Adds to `pieces` what `piece` becomes; `forEachMatch` gives the matches from left to right.
  func split(
    _ piece: Range<Int>, into pieces: inout [Range<Int>],
    _ forEachMatch: ((Range<Int>) -> Void) -> Void
  ) {
    var run = Run(behavior: behavior, pieces: pieces)
    pieces = []
    var end = piece.lowerBound
    forEachMatch { match in
      if end < match.lowerBound { run.add(end..<match.lowerBound, isMatch: isInverted) }
      if !match.isEmpty || behavior != .isolated { run.add(match, isMatch: !isInverted) }
      end = match.upperBound
    }
    if end < piece.upperBound { run.add(end..<piece.upperBound, isMatch: isInverted) }
    run.finish()
    pieces = run.pieces
  }

  private struct Run {
    let behavior: SplitBehavior
    var pieces: [Range<Int>]
    /// What may still be joined by what follows.
    var open: Range<Int>?
    var lastIsMatch = false

    mutating func add(_ range: Range<Int>, isMatch: Bool) {
      defer { lastIsMatch = isMatch }
      switch behavior {
      case .isolated: if !range.isEmpty { pieces.append(range) }
      case .removed: if !isMatch, !range.isEmpty { pieces.append(range) }
      case .contiguous: join(range, isMatch == lastIsMatch)
      case .mergedWithPrevious: join(range, isMatch && !lastIsMatch)
      case .mergedWithNext: join(range, !isMatch && lastIsMatch)
      }
    }

    private mutating func join(_ range: Range<Int>, _ joins: Bool) {
      if joins, let last = open {
        open = last.lowerBound..<range.upperBound
      } else {
        finish()
        open = range
      }
    }

    mutating func finish() {
      if let open, !open.isEmpty { pieces.append(open) }
      open = nil
    }
  }
}
