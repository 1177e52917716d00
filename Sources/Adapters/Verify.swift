import Containers
import Tensors

/// Computes a merge again and compares every bit with a file.
package struct Verify: Sendable {
  package let merged: Checkpoint
  package let base: Checkpoint
  /// The steps of the merge, in order.
  package let steps: [[WeightedAdapter]]
  package let threads: Int
  package var onProgress: (@Sendable (_ bytes: Int) -> Void)?

  package init(
    _ merged: Checkpoint, against base: Checkpoint, steps: [[WeightedAdapter]], threads: Int
  ) {
    self.merged = merged
    self.base = base
    self.steps = steps
    self.threads = threads
  }

  /// Compares.
  ///
  /// - Returns: The tensors that differ, in the base's order; empty when every bit is right.
  /// - Throws: `AdapterError.different` when a tensor is missing or has another type or shape;
  ///   `ErrorList`; `ContainerError`.
  package func run() throws -> [ComparisonSink.Difference] {
    try checkTensors()
    let plans = try steps.map { try MergePlan($0, into: base.entries).changes().transforms }
    var changes = RewriteChanges()
    changes.transforms = .sequence(of: plans)
    let plan = try RewritePlan(base, like: base, changes: changes)
    let sink = try ComparisonSink(plan, with: merged, threads: threads)
    let rewrite = Rewrite(
      of: base, as: plan, into: sink, threads: threads, onProgress: onProgress)
    _ = try rewrite.run()
    try sink.finish()
    return sink.differences
  }

  private func checkTensors() throws(AdapterError) {
    for wanted in base.entries {
      guard let found = merged.location(named: wanted.name)?.entry else {
        throw .different(
          file: merged.path, name: wanted.name, problem: "is missing; the base has it")
      }
      guard found.type == wanted.type, found.shape == wanted.shape else {
        throw .different(
          file: merged.path, name: wanted.name,
          problem: "expected \(wanted.type.rawValue) \(wanted.shape) as in the base, "
            + "found \(found.type.rawValue) \(found.shape)")
      }
    }
    for found in merged.entries where base.location(named: found.name) == nil {
      throw .different(
        file: merged.path, name: found.name, problem: "is there, but not in the base")
    }
  }
}
