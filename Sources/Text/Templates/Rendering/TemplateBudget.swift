/// How much a template may do: one that loops or grows without end is stopped.
struct TemplateBudget {
  /// Expressions and statements that are run.
  static let stepLimit = 5_000_000
  /// Bytes of text that are made in all, and in one string.
  static let textLimit = 256 << 20
  /// Calls of macros inside of each other.
  static let depthLimit = 100

  static let exceeded = TemplateFailure(
    "it does not end: more than \(stepLimit) steps or \(textLimit >> 20) MiB of text")

  private var steps = 0
  private var bytes = 0

  mutating func spendStep() throws(TemplateFailure) {
    steps += 1
    guard steps <= Self.stepLimit else { throw Self.exceeded }
  }

  /// Text that was made; what was only handed on costs as much.
  mutating func spend(_ value: TemplateValue) throws(TemplateFailure) {
    switch value {
    case .string(let text), .markup(let text): bytes += text.utf8.count
    case .list(let elements), .tuple(let elements), .generator(let elements):
      steps += elements.count
    case .dictionary(let members): steps += members.count
    default: return
    }
    guard bytes <= Self.textLimit, steps <= Self.stepLimit else { throw Self.exceeded }
  }
}
