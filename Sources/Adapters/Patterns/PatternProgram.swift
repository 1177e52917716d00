/// A regular expression as instructions for an automaton that follows all alternatives at once.
struct PatternProgram: Sendable {
  private enum Instruction: Sendable {
    case scalar(ScalarSet)
    case split(Int, Int)
    case jump(Int)
    case start
    case end
    case absoluteEnd
    case wordBoundary(negated: Bool)
    case look(PatternProgram, negated: Bool)
    case match
  }

  private var instructions: [Instruction] = []
  private let ignoresCase: Bool
  /// Nodes compiled, each as often as its repetitions ask, inner programs included.
  private var size: Int

  init(_ tree: PatternNode, ignoresCase: Bool) throws(PatternError) {
    try self.init(tree, ignoresCase: ignoresCase, size: 0)
  }

  private init(_ tree: PatternNode, ignoresCase: Bool, size: Int) throws(PatternError) {
    self.ignoresCase = ignoresCase
    self.size = size
    try emit(tree)
    instructions.append(.match)
  }

  /// Whether a text matches from its start, and up to its end when `toEnd` says so.
  func matches(_ text: [Unicode.Scalar], toEnd: Bool) throws(PatternError) -> Bool {
    var budget = 20_000_000
    return try matches(text, from: 0, toEnd: toEnd, budget: &budget)
  }

  // MARK: Compiling

  private mutating func emit(_ node: PatternNode) throws(PatternError) {
    size += 1
    guard size <= 20_000 else { throw .tooLarge }
    switch node {
    case .empty: break
    case .scalar(let set): instructions.append(.scalar(set))
    case .sequence(let items): for item in items { try emit(item) }
    case .choice(let branches): try emitChoice(branches)
    case .repeated(let inner, let least, let most): try emitRepetition(inner, least, most)
    case .start: instructions.append(.start)
    case .end: instructions.append(.end)
    case .absoluteEnd: instructions.append(.absoluteEnd)
    case .wordBoundary(let negated): instructions.append(.wordBoundary(negated: negated))
    case .look(let inner, let negated):
      let program = try PatternProgram(inner, ignoresCase: ignoresCase, size: size)
      size = program.size
      instructions.append(.look(program, negated: negated))
    }
  }

  private mutating func emitChoice(_ branches: [PatternNode]) throws(PatternError) {
    var exits: [Int] = []
    for (index, branch) in branches.enumerated() {
      let isLast = index == branches.count - 1
      let split = instructions.count
      if !isLast { instructions.append(.split(split + 1, 0)) }
      try emit(branch)
      guard !isLast else { break }
      exits.append(instructions.count)
      instructions.append(.jump(0))
      instructions[split] = .split(split + 1, instructions.count)
    }
    for exit in exits { instructions[exit] = .jump(instructions.count) }
  }

  private mutating func emitRepetition(
    _ inner: PatternNode, _ least: Int, _ most: Int?
  ) throws(PatternError) {
    for _ in 0..<least { try emit(inner) }
    guard let most else {
      let loop = instructions.count
      instructions.append(.split(loop + 1, 0))
      try emit(inner)
      instructions.append(.jump(loop))
      instructions[loop] = .split(loop + 1, instructions.count)
      return
    }
    var splits: [Int] = []
    for _ in least..<most {
      splits.append(instructions.count)
      instructions.append(.split(0, 0))
      try emit(inner)
    }
    for split in splits { instructions[split] = .split(split + 1, instructions.count) }
  }

  // MARK: Matching

  private func matches(
    _ text: [Unicode.Scalar], from start: Int, toEnd: Bool, budget: inout Int
  ) throws(PatternError) -> Bool {
    var current = StateSet(capacity: instructions.count)
    var following = StateSet(capacity: instructions.count)
    try follow(0, into: &current, text, start, &budget)
    for position in start...text.count {
      if current.reachedMatch, !toEnd || position == text.count { return true }
      guard position < text.count, !current.states.isEmpty else { return false }
      following.removeAll()
      for state in current.states {
        budget -= 1
        guard case .scalar(let set) = instructions[state],
          set.contains(text[position], ignoringCase: ignoresCase)
        else { continue }
        try follow(state + 1, into: &following, text, position + 1, &budget)
      }
      swap(&current, &following)
    }
    return false
  }

  /// Adds what is reached from `first` without reading a character, with a stack of its own.
  private func follow(
    _ first: Int, into states: inout StateSet, _ text: [Unicode.Scalar], _ position: Int,
    _ budget: inout Int
  ) throws(PatternError) {
    var pending = [first]
    while let state = pending.popLast() {
      guard states.insert(state) else { continue }
      budget -= 1
      guard budget > 0 else { throw .tooCostly }
      switch instructions[state] {
      case .scalar: break
      case .match: states.reachedMatch = true
      case .jump(let target): pending.append(target)
      case .split(let left, let right): pending += [right, left]
      case .look(let program, let negated):
        let found = try program.matches(text, from: position, toEnd: false, budget: &budget)
        if found != negated { pending.append(state + 1) }
      default:
        if holds(instructions[state], text, position) { pending.append(state + 1) }
      }
    }
  }

  private func holds(
    _ assertion: Instruction, _ text: [Unicode.Scalar], _ position: Int
  ) -> Bool {
    switch assertion {
    case .start: position == 0
    case .absoluteEnd: position == text.count
    case .end:
      position == text.count || (position == text.count - 1 && text[position] == "\n")
    case .wordBoundary(let negated):
      isBoundary(text, position) != negated
    default: false
    }
  }

  private func isBoundary(_ text: [Unicode.Scalar], _ position: Int) -> Bool {
    let before = position > 0 && ScalarSet.isWord(text[position - 1])
    let after = position < text.count && ScalarSet.isWord(text[position])
    return before != after
  }
}

/// The automaton's states at one position of the text, each once.
private struct StateSet {
  private(set) var states: [Int] = []
  private var isMember: [Bool]
  var reachedMatch = false

  init(capacity: Int) {
    isMember = Array(repeating: false, count: capacity)
  }

  mutating func insert(_ state: Int) -> Bool {
    guard !isMember[state] else { return false }
    isMember[state] = true
    states.append(state)
    return true
  }

  mutating func removeAll() {
    for state in states { isMember[state] = false }
    states.removeAll(keepingCapacity: true)
    reachedMatch = false
  }
}
