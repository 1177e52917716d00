/// What was found of one tensor that the adapters leave alone, where it is not what the base has.
package struct AuditedOther: Sendable {
  package enum Verdict: String, Sendable, CaseIterable {
    case changed
    /// Stored in codes, and in full in the base; the change is what that rounding makes.
    case coded = "rounded to codes"
    case missing
    /// The base does not have it.
    case extra
    case otherForm = "another shape or type"
    /// A copy of the matrix that it is tied to.
    case tiedCopy = "a copy of what it is tied to"
    /// A table that the model computes anew, which some tools store.
    case buffer = "a table that is computed"

    /// Whether the file can be the base and the adapters with this.
    package var isFault: Bool {
      switch self {
      case .changed, .missing, .extra, .otherForm: true
      case .coded, .tiedCopy, .buffer: false
      }
    }
  }

  package let name: String
  package let verdict: Verdict
  package var detail: String?
  package var differingCount: Int?
}
