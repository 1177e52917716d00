import Adapters
import Containers
import JSON
import Tensors

/// How an interrupted change in place is begun again: the command, and the files it was given.
///
/// As JSON, in the journal, paths from the root on:
///
///     {"command": "merge" | "unmerge" | "swap",
///      "step": {"adapters": …, …},       what is merged, as in `MergedState`
///      "initial": ["…"],                 initial adapters
///      "reversible": true, "remainder": "…", "any_base": true,
///      "method": "base" | "remainder" | "approximate",
///      "base": "…",                      the base, for that method
///      "merged": [{"adapters": …}, …],   what is taken out, for the others
///      "taken": [0, …], "remainders": ["…", …]}
package struct InPlaceRecipe: Sendable {
  private let json: JSONValue
  private let target: InPlaceTarget
  /// Adapters that lie elsewhere by now; known by their fingerprints.
  package var adapters: [Adapter] = []
  /// Where the base is now.
  package var base: String?
  /// Where the remainders of all merged steps are now, in order.
  package var remainders: [String] = []
  package var onProgress: (@Sendable (_ bytes: Int) -> Void)?

  /// The recipe of the change of `target` that was interrupted; nil when none was.
  package init?(of target: InPlaceTarget) {
    guard let journal = target.interrupted else { return nil }
    json = journal.contents.recipe
    self.target = target
  }

  /// Brings the change to its end.
  ///
  /// - Throws: `AdapterError.mismatch` when a base, an adapter or a remainder is not where it was,
  ///   `InPlaceProblem.notReproduced` when it is another one; nothing is changed then.
  package func finish(threads: Int) throws {
    var output = EditOutput(changing: target, threads: threads, force: true)
    output.onProgress = onProgress
    switch json["command"]?.string {
    case "merge":
      var merge = Merge(try newAdapters(), into: target.checkpoint, to: output)
      merge.options = try step().options
      merge.isReversible = json["reversible"]?.bool ?? false
      merge.remainder = json["remainder"]?.string
      merge.ignoresBaseFingerprint = json["any_base"]?.bool ?? false
      merge.initialAdapters = try (json["initial"]?.array ?? []).compactMap(\.string)
        .map(AdapterFile.open)
      _ = try merge.run()
    case "unmerge":
      _ = try Unmerge(target.checkpoint, by: try method(), to: output).run()
    case "swap":
      var swap = Swap(try newAdapters(), into: target.checkpoint, by: try method(), to: output)
      swap.options = try step().options
      swap.isReversible = json["reversible"]?.bool ?? false
      swap.remainder = json["remainder"]?.string
      swap.ignoresBaseFingerprint = json["any_base"]?.bool ?? false
      _ = try swap.run()
    default: throw unreadable
    }
  }

  private var unreadable: AdapterError {
    .mismatch(
      file: target.checkpoint.path,
      problem: "its journal does not say how to go on; a newer version of lora may have written it")
  }

  private func step() throws(AdapterError) -> MergedState.Step {
    guard let step = json["step"].flatMap(MergedState.Step.init) else { throw unreadable }
    return step
  }

  private func newAdapters() throws -> [WeightedAdapter] { try open(try step()) }

  private func method() throws -> UnmergeMethod {
    if json["method"]?.string == "base", let recorded = json["base"]?.string {
      let path = base ?? recorded
      do {
        return .base(try Checkpoint.open(path))
      } catch {
        throw missing("the base \(escaped(path))", "--base", error)
      }
    }
    let steps = try (json["merged"]?.array ?? []).map { value in
      guard let step = MergedState.Step(value) else { throw unreadable }
      return try open(step)
    }
    switch json["method"]?.string {
    case "approximate": return .approximate(steps)
    case "remainder":
      let taken = json["taken"]?.array?.compactMap(\.int)
      let recorded = (json["remainders"]?.array ?? []).compactMap(\.string)
      return .remainder(
        StepUnwinding(
          steps, taking: taken.map { Set($0) },
          remainders: remainders.isEmpty ? recorded : remainders))
    default: throw unreadable
    }
  }

  private func open(_ step: MergedState.Step) throws -> [WeightedAdapter] {
    try step.adapters.map { wanted in
      if let given = adapters.first(where: { $0.fingerprint == wanted.fingerprint }) {
        return WeightedAdapter(
          try wanted.part.map(given.selecting) ?? given, weight: wanted.weight)
      }
      let found: Adapter
      do {
        found = try wanted.open()
      } catch {
        throw missing("the adapter \(escaped(wanted.path))", "--adapter", error)
      }
      guard found.fingerprint == wanted.fingerprint else {
        throw AdapterError.mismatch(
          file: target.checkpoint.path,
          problem: "the interrupted change needs the adapter with the fingerprint "
            + "\(wanted.fingerprint), and \(escaped(wanted.path)) has \(found.fingerprint); "
            + "name where it is with --adapter")
      }
      return WeightedAdapter(found, weight: wanted.weight)
    }
  }

  private func missing(_ what: String, _ option: String, _ error: any Error) -> AdapterError {
    .mismatch(
      file: target.checkpoint.path,
      problem: "the interrupted change needs \(what), which cannot be read (\(error)); "
        + "name where it is with \(option)")
  }
}
