import Adapters
import Containers
import Tensors

/// Computes a merge again and compares every bit with a file.
package struct Verify: Sendable {
  /// One merge of those that the file went through.
  package typealias Step = (adapters: [WeightedAdapter], options: MergeOptions)

  package let merged: Checkpoint
  package let base: Checkpoint
  /// The steps of the merge, in order.
  package let steps: [Step]
  package let threads: Int
  package var onProgress: (@Sendable (_ bytes: Int) -> Void)?

  package init(_ merged: Checkpoint, against base: Checkpoint, steps: [Step], threads: Int) {
    self.merged = merged
    self.base = base
    self.steps = steps
    self.threads = threads
  }

  /// Compares.
  ///
  /// - Returns: The tensors that differ, in the base's order; empty when every bit is right.
  /// - Throws: `AdapterError.different` when a tensor is missing or has another type or shape,
  ///   `.mismatch` for a merge in several steps of which one changed the tensors' form;
  ///   `ErrorList`; `ContainerError`.
  package func run() throws -> [ComparisonSink.Difference] {
    let plan = try RewritePlan(base, like: base, changes: try changes())
    try checkTensors(plan.results)
    let sink = try ComparisonSink(plan, with: merged, threads: threads)
    let rewrite = Rewrite(
      of: base, as: plan, into: sink, threads: threads, onProgress: onProgress)
    _ = try rewrite.run()
    try sink.finish()
    return sink.differences
  }

  private func changes() throws -> RewriteChanges {
    let weights = try BaseWeights(of: base)
    let plans = try steps.map { step in
      let plan = try MergePlan(
        step.adapters, into: weights.entries, configuration: base.configuration,
        choices: step.options.choices)
      return try weights.work(plan, step.options, meter: nil).changes
    }
    guard plans.count != 1 else { return plans[0] }
    guard plans.allSatisfy(\.keepsForm) else {
      throw AdapterError.mismatch(
        file: merged.path,
        problem: "was merged in several steps, and one of them changed types, shapes or tied "
          + "weights; verify the steps one by one")
    }
    var changes = RewriteChanges()
    changes.transforms = .sequence(of: plans.map(\.transforms), on: base.entries)
    return changes
  }

  private func checkTensors(_ results: [TensorEntry]) throws(AdapterError) {
    for wanted in results {
      guard let found = merged.location(named: wanted.name)?.entry else {
        throw .different(
          file: merged.path, name: wanted.name, problem: "is missing; the merge writes it")
      }
      guard found.type == wanted.type, found.shape == wanted.shape else {
        throw .different(
          file: merged.path, name: wanted.name,
          problem: "expected \(wanted.type.rawValue) \(wanted.shape), "
            + "found \(found.type.rawValue) \(found.shape)")
      }
    }
    let names = Set(results.map { ExactString($0.name) })
    for found in merged.entries where !names.contains(ExactString(found.name)) {
      throw .different(
        file: merged.path, name: found.name, problem: "is there, but the merge does not write it")
    }
  }
}

extension RewriteChanges {
  /// Whether the result has the tensors of the source in name, type and shape, each in the same
  /// coding.
  fileprivate var keepsForm: Bool {
    type == nil && additions.isEmpty && brought.isEmpty && recodings.isEmpty
  }
}
