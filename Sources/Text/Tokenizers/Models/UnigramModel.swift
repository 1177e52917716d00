/// `Unigram`: the tokens of a piece whose scores add up to the most.
struct UnigramModel: TokenModel {
  /// What a character without a token costs more than the worst token.
  private static let unknownPenalty = 10.0
  /// The longest token, in bytes: the work for each byte of a text stays bounded.
  static let lengthLimit = 1024

  let vocabulary: Vocabulary
  private let trie: ByteTrie
  /// By id.
  private let scores: [Double]
  private let unknownScore: Double
  private let unknown: Int?
  private let fallbacks: [Int?]

  /// A vocabulary, and the score of each token by id.
  init(_ vocabulary: Vocabulary, scores: [Double], unknown: Int?, fallsBackToBytes: Bool) {
    var trie = ByteTrie()
    vocabulary.forEach { token, id in
      if !token.isEmpty { trie.set(token, to: id) }
    }
    (self.vocabulary, self.trie, self.scores) = (vocabulary, trie, scores)
    unknownScore = (scores.min() ?? 0) - Self.unknownPenalty
    self.unknown = unknown
    fallbacks = fallsBackToBytes ? ByteFallback.tokens(of: vocabulary) : []
  }

  func encode(
    _ split: borrowing SplitText, into tokens: inout TokenList, _ memory: inout ModelMemory
  ) throws(ModelProblem) {
    let text = split.text
    for piece in split.pieces {
      try memory.path.find(self, text.bytes, piece)
      for step in memory.path.steps.reversed() {
        guard isUnknown(step.token), vocabulary.find(text.bytes[step.range]) == nil,
          addFallback(text, step.range, to: &tokens)
        else {
          tokens.add(step.token, text.source(of: step.range))
          continue
        }
      }
    }
  }

  /// The best step to each place of `piece` from those before it.
  fileprivate func search(
    _ bytes: [UInt8], _ piece: Range<Int>, _ nodes: inout [UnigramPath.Node]
  ) throws(ModelProblem) {
    var start = piece.lowerBound
    while start < piece.upperBound {
      let score = nodes[start - piece.lowerBound].score
      let length = bytes.scalar(at: start).length
      var isCovered = false
      var (node, place) = (ByteTrie.root, start)
      while place < piece.upperBound {
        node = trie.child(of: node, bytes[place])
        guard node >= 0 else { break }
        place += 1
        let token = Int(trie.value(node))
        guard token >= 0 else { continue }
        nodes[place - piece.lowerBound].offer(
          scores[token] + score, token, from: start - piece.lowerBound)
        if place - start == length { isCovered = true }
      }
      if !isCovered {
        guard let unknown else { throw .noUnknownToken }
        nodes[start + length - piece.lowerBound].offer(
          unknownScore + score, unknown, from: start - piece.lowerBound)
      }
      start += length
    }
  }

  fileprivate func isUnknown(_ token: Int) -> Bool { token == unknown }

  /// Adds the tokens of the bytes, when each has one.
  private func addFallback(
    _ text: AlignedText, _ range: Range<Int>, to tokens: inout TokenList
  ) -> Bool {
    guard !fallbacks.isEmpty else { return false }
    let found = text.bytes[range].compactMap { fallbacks[Int($0)] }
    guard found.count == range.count else { return false }
    for (offset, token) in found.enumerated() {
      let place = range.lowerBound + offset
      tokens.add(token, text.source(of: place..<place + 1))
    }
    return true
  }
}

/// The way through a piece with the best score.
struct UnigramPath: Sendable {
  struct Node: Sendable {
    var score = 0.0
    var token: Int32 = 0
    /// Where the step that ends here begins; -1 while there is none.
    var start: Int32 = -1

    @inline(__always)
    mutating func offer(_ score: Double, _ token: Int, from start: Int) {
      guard self.start < 0 || score > self.score else { return }
      (self.score, self.token, self.start) = (score, Int32(token), Int32(start))
    }
  }

  struct Step: Sendable {
    var token: Int
    var range: Range<Int>
  }

  private var nodes: [Node] = []
  /// The steps, from the last to the first; unknown characters in a row are one.
  private(set) var steps: [Step] = []

  mutating func find(
    _ model: UnigramModel, _ bytes: [UInt8], _ piece: Range<Int>
  ) throws(ModelProblem) {
    nodes.removeAll(keepingCapacity: true)
    nodes.append(contentsOf: repeatElement(Node(), count: piece.count + 1))
    try model.search(bytes, piece, &nodes)
    steps.removeAll(keepingCapacity: true)
    var end = piece.count
    while end > 0 {
      let node = nodes[end]
      let start = Int(node.start)
      let range = piece.lowerBound + start..<piece.lowerBound + end
      if let last = steps.last, model.isUnknown(Int(node.token)), model.isUnknown(last.token) {
        steps[steps.count - 1].range = range.lowerBound..<last.range.upperBound
      } else {
        steps.append(Step(token: Int(node.token), range: range))
      }
      end = start
    }
  }
}
