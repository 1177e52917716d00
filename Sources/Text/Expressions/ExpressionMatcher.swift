/// A run of a program over one text: alternatives in order, and linear in the text.
///
/// Nothing that a step does depends on how it was reached. So where a step has failed at a place it
/// fails there again, also for another beginning of the match; once a text proves tedious, such
/// failures are kept, and each step is tried at each place at most once.
struct ExpressionMatcher {
  /// Work for each byte after which failures are kept.
  private static let patience = 16

  private let program: ExpressionProgram
  private let steps: [ExpressionProgram.Step]
  private let bytes: [UInt8]
  private let range: Range<Int>

  private struct Branch {
    var step: Int
    /// The place; for one that marks failure, its complement.
    var place: Int
  }

  private var branches: [Branch] = []
  private var work = 0
  /// A bit for each fork and place of `range`; empty while the text is not tedious.
  private var failures: [UInt64] = []

  init(_ program: ExpressionProgram, over bytes: [UInt8], in range: Range<Int>) {
    self.program = program
    steps = program.steps
    self.bytes = bytes
    self.range = range
  }

  /// Where the match that begins at `place` ends; nil when there is none.
  mutating func match(at place: Int) -> Int? {
    branches.removeAll(keepingCapacity: true)
    return run(0, place)
  }

  private mutating func run(_ firstStep: Int, _ firstPlace: Int) -> Int? {
    let floor = branches.count
    var (step, place) = (firstStep, firstPlace)
    while true {
      work += 1
      var fits = true
      switch steps[step] {
      case .set(let set):
        fits = place < range.upperBound
        if fits {
          let scalar = bytes.scalar(at: place)
          fits = set.contains(scalar.value)
          place += scalar.length
        }
        step += 1
      case .jump(let target): step = target
      case .fork(let first, let second):
        fits = fork(step, place, second)
        step = first
      case .look(let isNegative, let next):
        fits = (run(step + 1, place) == nil) == isNegative
        step = next
      case .commit(let next):
        let end = run(step + 1, place)
        fits = end != nil
        place = end ?? place
        step = next
      case .end:
        branches.removeLast(branches.count - floor)
        return place
      }
      guard fits || resume(&step, &place, floor) else { return nil }
    }
  }

  /// Notes the other way; false when this fork is known to fail here.
  private mutating func fork(_ step: Int, _ place: Int, _ other: Int) -> Bool {
    if failures.isEmpty, work > Self.patience * (range.count + 64) {
      let bits = program.forkCount * (range.count + 1)
      failures = Array(repeating: 0, count: bits / 64 + 1)
    }
    if !failures.isEmpty {
      let bit = bit(step, place)
      if failures[bit >> 6] >> UInt64(bit & 63) & 1 == 1 { return false }
      branches.append(Branch(step: step, place: ~place))
    }
    branches.append(Branch(step: other, place: place))
    return true
  }

  /// Goes back to the last way not taken; false when there is none above `floor`.
  private mutating func resume(_ step: inout Int, _ place: inout Int, _ floor: Int) -> Bool {
    while branches.count > floor {
      let branch = branches.removeLast()
      guard branch.place < 0 else {
        (step, place) = (branch.step, branch.place)
        return true
      }
      let bit = bit(branch.step, ~branch.place)
      failures[bit >> 6] |= 1 << UInt64(bit & 63)
    }
    return false
  }

  private func bit(_ step: Int, _ place: Int) -> Int {
    program.forkNumbers[step] * (range.count + 1) + place - range.lowerBound
  }
}
