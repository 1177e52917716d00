/// A regular expression as steps of a machine that tries alternatives in order.
struct ExpressionProgram: Sendable {
  static let sizeLimit = 1024

  enum Step: Sendable {
    /// One scalar of the set.
    case set(ScalarSet)
    /// On to the first; where that fails, to the second.
    case fork(Int, Int)
    case jump(Int)
    /// What stands behind must fit here, up to its `end`; then on at `next` from the same place.
    case look(isNegative: Bool, next: Int)
    /// What stands behind up to its `end` is matched once and for all; then on at `next`.
    case commit(next: Int)
    case end
  }

  let steps: [Step]
  /// The number of each step among the forks; of others it says nothing.
  let forkNumbers: [Int]
  let forkCount: Int

  init(_ pattern: String) throws(ExpressionProblem) {
    var builder = ExpressionProgramBuilder()
    try builder.add(try PatternParser.parse(pattern))
    steps = builder.steps + [.end]
    var count = 0
    forkNumbers = steps.map { step in
      if case .fork = step { count += 1 }
      return max(count - 1, 0)
    }
    forkCount = count
  }
}

/// Writes the steps of expressions one after the other.
private struct ExpressionProgramBuilder {
  typealias Step = ExpressionProgram.Step

  private(set) var steps: [Step] = []

  mutating func add(_ expression: PatternTree) throws(ExpressionProblem) {
    guard steps.count <= ExpressionProgram.sizeLimit else {
      throw ExpressionProblem(place: 1, problem: "it is too large")
    }
    switch expression {
    case .set(let set): steps.append(.set(set))
    case .sequence(let parts):
      for part in parts { try add(part) }
    case .choice(let alternatives): try add(choice: alternatives[...])
    case .repetition(let body, let repetition): try add(body, repetition)
    case .lookahead(let body, let isNegative):
      let place = reserve()
      try add(body)
      steps.append(.end)
      steps[place] = .look(isNegative: isNegative, next: steps.count)
    }
  }

  private mutating func add(choice alternatives: ArraySlice<PatternTree>) throws(ExpressionProblem)
  {
    guard let first = alternatives.first, alternatives.count > 1 else {
      if let last = alternatives.first { try add(last) }
      return
    }
    let fork = reserve()
    try add(first)
    let jump = reserve()
    steps[fork] = .fork(fork + 1, steps.count)
    try add(choice: alternatives.dropFirst())
    steps[jump] = .jump(steps.count)
  }

  private mutating func add(
    _ body: PatternTree, _ repetition: PatternTree.Repetition
  ) throws(ExpressionProblem) {
    guard repetition.kind != .possessive else {
      let place = reserve()
      var inner = repetition
      inner.kind = .greedy
      try add(body, inner)
      steps.append(.end)
      steps[place] = .commit(next: steps.count)
      return
    }
    for _ in 0..<repetition.minimum { try add(body) }
    guard let maximum = repetition.maximum else { return try addLoop(body, repetition.kind) }
    var forks: [Int] = []
    for _ in repetition.minimum..<maximum {
      forks.append(reserve())
      try add(body)
    }
    for fork in forks {
      steps[fork] = self.fork(into: fork + 1, past: steps.count, repetition.kind)
    }
  }

  private mutating func addLoop(
    _ body: PatternTree, _ kind: PatternTree.Repetition.Kind
  ) throws(ExpressionProblem) {
    let start = reserve()
    try add(body)
    steps.append(.jump(start))
    steps[start] = fork(into: start + 1, past: steps.count, kind)
  }

  private func fork(into: Int, past: Int, _ kind: PatternTree.Repetition.Kind) -> Step {
    kind == .lazy ? .fork(past, into) : .fork(into, past)
  }

  private mutating func reserve() -> Int {
    steps.append(.end)
    return steps.count - 1
  }
}
