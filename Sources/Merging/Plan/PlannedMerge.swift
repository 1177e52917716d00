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
  private let weights: BaseWeights
  private let earlier: [[ExactString: any TensorTransform]]
  /// Measures what rounding leaves of the deltas; nil to measure nothing.
  var meter: SurvivalMeter? = SurvivalMeter()
  private var recording: StepRecording
  private var requantized: [(TensorEntry, Recoding, QuantizingTransform)] = []

  /// Whether a merge can be taken out again without the base.
  enum Reversal {
    case none
    /// By a remainder, or by the tensors that quantized weights replace; nil for the usual place.
    case remainder(at: String?)
  }

  /// Plans what `adapters` do to `base`.
  ///
  /// - Parameters:
  ///   - adapters: With their weights.
  ///   - base: What they are merged into.
  ///   - options: What the merge was told.
  ///   - output: Where the result goes.
  ///   - earlier: What happens to the base's tensors before, step by step.
  /// - Throws: `ErrorList` when an adapter does not fit; as `BaseWeights.init`.
  init(
    _ adapters: [WeightedAdapter], into base: Checkpoint, _ options: MergeOptions,
    to output: EditOutput, after earlier: [[ExactString: any TensorTransform]] = []
  ) throws {
    self.base = base
    self.earlier = earlier
    self.options = options
    self.output = output
    weights = try BaseWeights(of: base)
    plan = try MergePlan(
      adapters, into: weights.entries, configuration: base.configuration,
      choices: options.choices)
    recording = StepRecording(of: adapters, output: output)
  }

  /// The edit, to be run once.
  ///
  /// - Parameters:
  ///   - layout: Whose form, metadata and side files the output takes.
  ///   - reversal: What is written to take the merge out again.
  ///   - attachments: What goes along beside what the merge itself asks for.
  ///   - state: The record of the result; its last step is this merge, and is told where the
  ///     remainder goes.
  /// - Returns: The edit.
  /// - Throws: As `BaseWeights.work`, `StepRecording.changes` and `StepRecording.originals`.
  mutating func edit(
    like layout: Checkpoint, keeping reversal: Reversal,
    with attachments: CheckpointEdit.Attachments, in state: inout MergedState
  ) throws -> CheckpointEdit {
    let work = try weights.work(plan, options, meter: meter)
    requantized = work.requantized
    var (changes, attachments) = (work.changes, attachments)
    attachments.metadata = work.metadata
    attachments.configuration = try plan.configuration(
      type: options.type, of: base.configuration)
    attachments.configuration.merge(work.configuration) { _, new in new }
    if case .remainder(let place) = reversal {
      recording.given = place
      if options.quantized == nil {
        changes = try recording.changes(plan, options, of: weights.entries, meter, in: &state)
      } else {
        attachments.originals = try recording.originals(
          work, of: base, changing: attachments.configuration, in: &state)
      }
    }
    attachments.recordings += recording.steps
    if !earlier.isEmpty {
      changes.transforms = .sequence(of: earlier + [changes.transforms], on: base.entries)
    }
    return CheckpointEdit(
      base, like: layout, changes: changes, to: output, with: attachments)
  }

  /// What the edit did.
  ///
  /// - Parameter fingerprints: Of what it read and of what it wrote.
  /// - Returns: The summary.
  func summary(_ fingerprints: (source: Fingerprint, result: Fingerprint)) -> MergeSummary {
    var summary = MergeSummary(plan, base, fingerprints, meter ?? SurvivalMeter())
    summary.remainders = recording.summaries
    summary.requantized = requantized.map { QuantizedSummary($0.0, $0.1, error: $0.2.error) }
    return summary
  }
}
