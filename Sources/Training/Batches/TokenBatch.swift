import Kernels
import Tables
import Tensors

/// Sequences of tokens, one after the other without padding.
///
/// Tokens see those of their own sequence only, and positions begin anew with each: what a sequence
/// computes depends neither on the others nor on whether it is packed with them, to the last bit.
package struct TokenBatch<Scalar: DenseScalar>: TrainingBatch {
  /// Of all sequences, each below the vocabulary.
  package private(set) var tokens: [Int32]
  /// The tokens of each sequence.
  package private(set) var lengths: [Int]
  /// The segment of each token, where a model tells them apart; nil for all 0.
  package private(set) var segments: [Int32]?
  /// The rows whose outputs are wanted, ascending, where each token has some; nil for all.
  package private(set) var wanted: [Int]?
  /// A target for each output: the token that comes next, or what the sequence is.
  package private(set) var targets: Targets<Scalar>

  /// Sequences with nothing to compare with.
  ///
  /// - Parameters:
  ///   - sequences: Tokens; none may be empty.
  ///   - segments: As many for each.
  ///   - wanted: Rows of all sequences together whose outputs are wanted.
  ///   - targets: One for each output.
  package init(
    _ sequences: [[Int32]], segments: [[Int32]]? = nil, wanted: [Int]? = nil,
    targets: Targets<Scalar> = .none
  ) {
    precondition(sequences.allSatisfy { !$0.isEmpty }, "a sequence has a token")
    tokens = sequences.flatMap(\.self)
    lengths = sequences.map(\.count)
    self.segments = segments?.flatMap(\.self)
    (self.wanted, self.targets) = (wanted, targets)
    precondition(self.segments.map { $0.count == tokens.count } ?? true, "a segment for each token")
  }

  /// Sequences whose tokens are to be foretold: `labels` has for each token of each what it is as a
  /// target, or a negative number where it is none.
  ///
  /// A sequence's first token has nothing before it and is no target.
  package init(_ sequences: [[Int32]], segments: [[Int32]]? = nil, labels: [[Int32]]) {
    var (wanted, next, first) = ([Int](), [Int32](), 0)
    for (sequence, labels) in zip(sequences, labels) {
      precondition(sequence.count == labels.count, "a label for each token")
      for index in labels.indices.dropFirst() where labels[index] >= 0 {
        wanted.append(first + index - 1)
        next.append(labels[index])
      }
      first += sequence.count
    }
    self.init(sequences, segments: segments, wanted: wanted, targets: .labels(next))
  }

  /// Rows of one kind of target, one after the other.
  package init(_ rows: [TokenRow]) {
    var (labels, classes, values): ([[Int32]], [Int32], [Scalar]) = ([], [], [])
    for row in rows {
      switch row.target {
      case .tokens(let tokens): labels.append(tokens)
      case .label(let label): classes.append(label)
      case .values(let numbers): values += numbers.map { Scalar($0) }
      }
    }
    let sequences = rows.map(\.tokens)
    let segments =
      rows.contains { $0.segments != nil }
      ? rows.map { $0.segments ?? Array(repeating: 0, count: $0.tokens.count) } : nil
    if labels.count == rows.count {
      self.init(sequences, segments: segments, labels: labels)
    } else if classes.count == rows.count {
      self.init(sequences, segments: segments, targets: .labels(classes))
    } else {
      precondition(labels.isEmpty && classes.isEmpty, "rows of one kind of target")
      self.init(
        sequences, segments: segments,
        targets: .values(Matrix(columns: values.count / rows.count, elements: values)))
    }
  }

  /// The same sequences with outputs of these rows, and nothing to compare them with.
  package func wanting(_ rows: [Int]?) -> TokenBatch {
    var batch = self
    (batch.wanted, batch.targets) = (rows, .none)
    return batch
  }

  /// All tokens.
  package var rows: Int { tokens.count }

  /// Whole sequences, as many in turn as have at most `count` tokens together; a longer one is a
  /// portion by itself.
  package func portions(of count: Int) -> [Range<Int>] {
    var (portions, first, end) = ([Range<Int>](), 0, 0)
    for length in lengths {
      if end > first, end + length - first > count {
        portions.append(first..<end)
        first = end
      }
      end += length
    }
    return end > first ? portions + [first..<end] : portions
  }

  /// Takes whole sequences: `rows` must begin and end with some.
  package mutating func take(_ rows: Range<Int>, of other: TokenBatch) {
    var (first, chosen) = (0, 0..<0)
    for (index, length) in other.lengths.enumerated() {
      if first == rows.lowerBound { chosen = index..<index }
      first += length
      if first <= rows.upperBound, first > rows.lowerBound {
        chosen = chosen.lowerBound..<index + 1
      }
    }
    precondition(
      other.lengths[chosen].reduce(0, +) == rows.count, "a part of a batch is whole sequences")
    tokens = Array(other.tokens[rows])
    lengths = Array(other.lengths[chosen])
    segments = other.segments.map { Array($0[rows]) }
    guard let all = other.wanted else {
      wanted = nil
      targets = other.targets.selecting(Array(other.isByToken ? rows : chosen)[...])
      return
    }
    let places = all.indices.filter { rows.contains(all[$0]) }
    wanted = places.map { all[$0] - rows.lowerBound }
    targets = other.targets.selecting(places[...])
  }

  /// Whether there is a target for each token.
  private var isByToken: Bool {
    switch targets {
    case .labels(let labels): labels.count == tokens.count
    case .values(let values): values.rows == tokens.count
    case .none: true
    }
  }
}
