import Adapters
import Containers
import JSON
import OrderedCollections
import Tensors

/// A step of an edit that leaves a remainder.
struct RecordedStep: Sendable {
  /// Its position in the record of what is merged.
  let number: Int
  let recorder: RemainderRecorder
  let place: RemainderPlace
}

/// Collects the steps of one edit that leave remainders.
struct StepRecording {
  private let adapters: [WeightedAdapter]
  private let output: EditOutput
  /// Where the remainder goes; nil for the usual place.
  var given: String?
  private(set) var steps: [RecordedStep] = []

  init(of adapters: [WeightedAdapter], output: EditOutput) {
    self.adapters = adapters
    self.output = output
  }

  /// What was written, after the edit.
  var summaries: [RemainderSummary] {
    steps.map { RemainderSummary($0, in: output.destination) }
  }

  /// The changes of a plan, recorded as the last step of `state`, which is told where.
  ///
  /// - Parameters:
  ///   - plan: The step.
  ///   - options: What its merge was told.
  ///   - entries: The tensors it starts from.
  ///   - meter: Measures what rounding leaves.
  ///   - state: The record of the result; its last step is this one.
  /// - Returns: The changes.
  /// - Throws: `AdapterError.unsupported` when the step changes more than values.
  mutating func changes(
    _ plan: MergePlan, _ options: MergeOptions, of entries: [TensorEntry],
    _ meter: SurvivalMeter?, in state: inout MergedState
  ) throws -> RewriteChanges {
    if let obstacle = plan.obstacle(type: options.type) {
      throw AdapterError.unsupported(
        file: adapters.first?.adapter.file ?? "",
        what: "a merge that \(obstacle.what) is not reversible",
        remedy: "\(obstacle.remedy); or leave --reversible out and keep the base, with which lora "
          + "unmerge --base is exact")
    }
    let number = state.steps.count - 1
    let place = try RemainderPlace(for: output.destination, step: number, given: given)
    let changed = entries.filter { plan.edits[ExactString($0.name)] != nil }
    let recorder = try RemainderRecorder(changed, beside: output.destination.path)
    steps.append(RecordedStep(number: number, recorder: recorder, place: place))
    state.steps[number].remainder = RemainderReference(
      path: place.recordedPath(in: output.destination), fingerprint: .unknown)
    return plan.changes(of: changed, recordedIn: recorder, meter: meter)
  }
}

extension StepRecording {
  /// The tensors of a base to keep, so that a merge into quantized weights can be taken out again;
  /// the last step of `state`, which is this merge, is told where.
  ///
  /// - Parameters:
  ///   - work: What the merge changes.
  ///   - base: Where the tensors are.
  ///   - configuration: The members of `config.json` that it sets.
  ///   - state: The record of the result.
  /// - Returns: What to keep.
  /// - Throws: `AdapterError.unsupported` where there is no place, `InputProblem` for a stream.
  func originals(
    _ work: BaseWeights.Work, of base: Checkpoint,
    changing configuration: OrderedDictionary<String, JSONValue>, in state: inout MergedState
  ) throws -> KeptOriginals {
    guard base.isRandomAccess else {
      throw ContainerError(file: base.path, .input(.needsRandomAccess))
    }
    let number = state.steps.count - 1
    let place = try RemainderPlace(for: output.destination, step: number, given: given)
    state.steps[number].remainder = RemainderReference(
      path: place.recordedPath(in: output.destination), fingerprint: .unknown)
    return KeptOriginals(
      base: base, step: number, place: place, tensors: work.originals,
      configuration: OrderedDictionary(
        uniqueKeysWithValues: configuration.keys.map { ($0, base.config?[$0] ?? .null) }))
  }
}

extension CheckpointDestination {
  /// The path of a file or folder.
  var path: String {
    switch self {
    case .standardOutput: "-"
    case .file(let path), .folder(let path): path
    }
  }
}
