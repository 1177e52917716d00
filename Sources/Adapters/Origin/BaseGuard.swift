import Containers
import Tensors

/// Refuses a base that an adapter was not trained on.
///
/// An adapter accepts the file it was trained on, and that file with other adapters merged into it.
package struct BaseGuard {
  private let base: Checkpoint
  /// The base under what is merged into `base` already.
  private let mergedBase: Fingerprint?
  private let adapters: [Adapter]
  private let isIgnored: Bool

  package init(
    base: Checkpoint, mergedBase: Fingerprint?, adapters: [Adapter], isIgnored: Bool
  ) {
    (self.base, self.mergedBase) = (base, mergedBase)
    (self.adapters, self.isIgnored) = (adapters, isIgnored)
  }

  private var isNeeded: Bool {
    !isIgnored && adapters.contains { $0.baseFingerprint != nil }
  }

  /// Checks before anything is written, for an output that cannot be taken back.
  ///
  /// - Returns: The base's fingerprint when it was computed: only where an adapter names its base,
  ///   and the base can be read twice.
  package func checkAhead(threads: Int) throws -> Fingerprint? {
    guard isNeeded, base.isRandomAccess else { return nil }
    let fingerprint = try base.fingerprint(threads: threads)
    try check(fingerprint)
    return fingerprint
  }

  /// Checks the fingerprint of what was read.
  package func check(_ found: Fingerprint) throws(AdapterError) {
    guard !isIgnored else { return }
    for adapter in adapters {
      guard let wanted = adapter.otherBase(than: found, or: mergedBase) else { continue }
      throw .mismatch(
        file: base.path,
        problem: "is not the base of the adapter \(escaped(adapter.file)): "
          + "expected the fingerprint \(wanted), found \(found); "
          + "name the right base, or merge anyway with --any-base")
    }
  }
}

extension Adapter {
  /// The base it was trained on, when it is another than what is there.
  ///
  /// - Parameters:
  ///   - found: What is there.
  ///   - mergedBase: The base under what is merged into that already.
  /// - Returns: Its fingerprint; nil when it is one of them, or not known.
  package func otherBase(
    than found: Fingerprint, or mergedBase: Fingerprint?
  ) -> Fingerprint? {
    baseFingerprint.flatMap { $0 == found || $0 == mergedBase ? nil : $0 }
  }
}
