import Adapters
import Containers
import Tensors

/// A merge into a base whose weights are in full or in codes: from its plan to the edit that carries
/// it out, and to what that did.
struct PlannedMerge {
  let plan: MergePlan
  private let base: Checkpoint
  private let options: MergeOptions
  private let output: EditOutput
  private let weights: QuantizedMerge
  private let meter = SurvivalMeter()
  private var recording: StepRecording
  private var requantized: [(TensorEntry, Recoding, QuantizingTransform)] = []

  /// Plans what `adapters` do to `base`.
  ///
  /// - Throws: `ErrorList` when an adapter does not fit; as `QuantizedMerge.init`.
  init(
    _ adapters: [WeightedAdapter], into base: Checkpoint, _ options: MergeOptions,
    to output: EditOutput
  ) throws {
    self.base = base
    self.options = options
    self.output = output
    weights = try QuantizedMerge(into: base)
    plan = try MergePlan(
      adapters, into: weights.entries, config: base.config, choices: options.choices)
    recording = StepRecording(of: adapters, output: output)
  }

  /// The edit, to be run once.
  ///
  /// - Parameters:
  ///   - layout: Whose form, metadata and side files the output takes.
  ///   - isReversible: Write a remainder, or keep the tensors that quantized weights replace.
  ///   - remainder: Where that goes; nil for the usual place.
  ///   - state: The record of the result; its last step is this merge, and is told where the
  ///     remainder goes.
  /// - Returns: The edit.
  /// - Throws: As `QuantizedMerge.work`, `StepRecording.changes` and `StepRecording.originals`.
  mutating func edit(
    like layout: Checkpoint, isReversible: Bool, remainder: String?, in state: inout MergedState
  ) throws -> CheckpointEdit {
    recording.given = remainder
    let work = try weights.work(plan, options, meter: meter)
    requantized = work.requantized
    let keepsOriginals = isReversible && options.quantized != nil
    let changes =
      isReversible && !keepsOriginals
      ? try recording.changes(plan, options, of: weights.entries, meter, in: &state)
      : work.changes
    var edit = CheckpointEdit(source: base, layout: layout, changes: changes, output: output)
    edit.recordings = recording.steps
    edit.configuration = plan.configuration(type: options.type, of: base.config)
    edit.configuration.merge(work.configuration) { _, new in new }
    edit.metadata = work.metadata
    if keepsOriginals {
      edit.originals = try recording.originals(
        work, of: base, changing: edit.configuration, in: &state)
    }
    return edit
  }

  /// What the edit did.
  ///
  /// - Parameter fingerprints: Of what it read and of what it wrote.
  /// - Returns: The summary.
  func summary(_ fingerprints: (source: Fingerprint, result: Fingerprint)) -> MergeSummary {
    var summary = MergeSummary(plan, base, fingerprints, meter)
    summary.remainders = recording.summaries
    summary.requantized = requantized.map { QuantizedSummary($0.0, $0.1, error: $0.2.error) }
    return summary
  }
}
