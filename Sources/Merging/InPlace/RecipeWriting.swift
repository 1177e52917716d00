import Adapters
import Containers
import JSON
import Tensors

// What `InPlaceRecipe` reads, written by the commands themselves.

extension Merge {
  var recipe: JSONValue {
    var members: [(String, JSONValue)] = [
      ("command", "merge"), ("step", MergedState.Step(adapters, options).absolute.json),
      ("initial", .array(initialAdapters.map { .string(Folder.absolute($0.file)) })),
      ("reversible", .bool(isReversible)), ("any_base", .bool(ignoresBaseFingerprint)),
    ]
    if let remainder { members.append(("remainder", .string(Folder.absolute(remainder)))) }
    return JSONValue(members: members)
  }
}

extension Unmerge {
  var recipe: JSONValue {
    JSONValue(members: [("command", "unmerge")] + method.recipe(for: merged))
  }
}

extension Swap {
  var recipe: JSONValue {
    var members: [(String, JSONValue)] = [
      ("command", "swap"), ("step", MergedState.Step(adapters, options).absolute.json),
      ("reversible", .bool(isReversible)), ("any_base", .bool(ignoresBaseFingerprint)),
    ]
    if let remainder { members.append(("remainder", .string(Folder.absolute(remainder)))) }
    return JSONValue(members: members + method.recipe(for: merged))
  }
}

extension UnmergeMethod {
  fileprivate func recipe(for merged: Checkpoint) -> [(String, JSONValue)] {
    switch self {
    case .base(let base):
      [("method", "base"), ("base", .string(Folder.absolute(base.path)))]
    case .approximate(let steps):
      [("method", "approximate"), ("merged", Self.json(steps))]
    case .remainder(let unwinding):
      [
        ("method", "remainder"), ("merged", Self.json(unwinding.steps)),
        ("taken", .array(unwinding.taken.sorted().map { .number(JSONNumber($0)) })),
        (
          "remainders",
          .array(unwinding.remainders.map { .string(Folder.absolute($0)) })
        ),
      ]
    }
  }

  private static func json(_ steps: [[WeightedAdapter]]) -> JSONValue {
    .array(steps.map { MergedState.Step($0).absolute.json })
  }
}

extension MergedState.Step {
  /// The step with the paths of its adapters from the root on.
  fileprivate var absolute: MergedState.Step {
    var step = self
    step.adapters = adapters.map { adapter in
      RecordedAdapter(
        path: Folder.absolute(adapter.path), fingerprint: adapter.fingerprint,
        weight: adapter.weight, part: adapter.part)
    }
    return step
  }
}
