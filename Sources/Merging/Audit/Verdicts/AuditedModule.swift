/// What was found of one module that the adapters update.
package struct AuditedModule: Sendable {
  package enum Verdict: String, Sendable, CaseIterable {
    /// Every bit is that of our merge.
    case exact
    /// Another tool's rounding of the same sum.
    case withinRounding = "within rounding"
    /// With and without the update the bits are the same.
    case belowRounding = "below rounding"
    /// The adapters add nothing here.
    case idle = "nothing to add"
    case notApplied = "not applied"
    case otherWeight = "applied at another weight"
    case twice = "applied twice"
    /// Some rows or columns hold it.
    case partly = "partly applied"
    case transposed = "applied transposed"
    /// Something beyond rounding is there beside it.
    case changedAlso = "applied, and changed otherwise"
    /// No trace of it, and not what it was.
    case changedOtherwise = "changed otherwise"
    /// Coded after the merge: the change goes along with the update.
    case correlated = "applied, by correlation"
    /// Coded after the merge, and the update is too small beside that.
    case undecided = "cannot be told"
    case missing
    case otherForm = "another shape or type"

    /// Whether the module says that the adapters are in it as claimed.
    package var holds: Bool { self == .exact || self == .withinRounding }

    /// Whether the module says nothing for or against.
    package var isSilent: Bool {
      self == .belowRounding || self == .idle || self == .undecided || self == .correlated
    }
  }

  /// The weight's name in the base.
  package let name: String
  package var verdict: Verdict
  package let elementCount: Int
  /// The adapters that add something here, by their positions.
  package internal(set) var adapters: [Int] = []
  /// How it was computed, where another tool's rounding tells; or what is in it.
  package var detail: String?
  /// What each adapter was multiplied by, beside the weight that the user gives it; nil where that
  /// was not asked, or has no answer.
  package var factors: [Double?] = []
  /// The standard errors of estimated factors.
  package var errors: [Double?] = []
  /// What the factors do not explain, beside the adapters' update: ‖rest‖ / ‖update‖.
  package var residual: Double?
  /// Elements that no rounding explains, and the first of them.
  package var misfitCount: Int?
  package var firstMisfit: Int?
  /// Adapters that the module would not miss, by their positions: their part is below rounding.
  package var untold: [Int] = []
  /// What the factor is likely to come from.
  package var cause: String?

  init(_ name: String, _ verdict: Verdict, elementCount: Int, detail: String? = nil) {
    (self.name, self.verdict) = (name, verdict)
    (self.elementCount, self.detail) = (elementCount, detail)
  }
}
