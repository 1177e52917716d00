import Merging

/// What a merged checkpoint says is folded into it.
package struct MergedSummary: Sendable, Equatable {
  package struct Part: Sendable, Equatable {
    package let path: String
    package let weight: Double
    package let fingerprint: String
  }

  /// The fingerprint before the first merge, if known.
  package let baseFingerprint: String?
  /// In the order of merging.
  package let parts: [Part]
  /// What takes the merges out again, of those that were made reversibly.
  package let remainders: [RemainderSummary]
}
