import Adapters
import JSON
import Kernels
import Tensors
import Text
import Training

/// What a run on text is of: a network whose adapter is to be trained, and rows.
struct TextWork {
  /// As the run begins.
  let network: Transformer<Float>
  let task: TextTask
  let rows: TextRows
  let encoder: TextRowEncoder
  let steps: TextRunOptions
  /// Where the chance of dropout begins.
  var dropoutSeed: UInt64 = 0
  /// Bytes of the base's weights as they are held.
  var weightBytes = 0
  /// The fingerprints of what the network was read from.
  var inputs: RunSettings = []

  init(
    network: Transformer<Float>, task: TextTask, rows: TextRows, encoder: TextRowEncoder,
    steps: TextRunOptions
  ) {
    (self.network, self.task, self.rows) = (network, task, rows)
    (self.encoder, self.steps) = (encoder, steps)
    packs =
      steps.pack
      ? TokenPacks(lengths: rows.training.map { $0.tokens.tokens.count }, limit: encoder.limit)
      : nil
  }

  /// Rows that a step takes together; nil where it takes single ones.
  let packs: TokenPacks?

  /// What a pass has of what a step counts: rows, or packs.
  var units: Int { packs?.packs.count ?? rows.training.count }

  /// The run's beginning.
  func course(
    of run: TrainingRun, _ generator: inout Generator
  ) -> RunCourse<Transformer<Float>, TokenBatches<Float>> {
    let pace = RunPace(run.setup, rows: units)
    var course = RunCourse(
      network: network,
      batches: TokenBatches<Float>(
        rows.training.map(\.tokens), packs: packs, size: pace.stepSize,
        shuffles: run.setup.shuffles, generator: generator.fork()),
      loss: task.loss, rows: units)
    (course.rowsAtOnce, course.dropoutSeed) = (steps.microTokens, dropoutSeed)
    course.recomputes = steps.recompute
    course.stepTokens = Double(rows.tokenCount) / Double(pace.stepsPerEpoch)
    if run.files.states != nil {
      course.inputs = [("texts", .string(TextRows.digest(of: rows.training).description))]
      if !rows.held.isEmpty {
        let digest = TextRows.digest(of: rows.held).description
        course.inputs.append(("validation texts", .string(digest)))
      }
      course.inputs += inputs
    }
    if !rows.held.isEmpty {
      course.look = { [self] in
        TextLook($0, on: rows.held, task, limit: steps.microTokens, run.workers).look
      }
    }
    return course
  }

  /// How a network does: on the rows held out, if there are any, and on one prompt.
  struct Standing {
    let look: TextLook?
    let sample: (question: String, answer: String)?
  }

  func state(of network: Transformer<Float>, _ workers: Workers) throws -> Standing {
    let sample = try TextSample(rows, encoder).map { sample in
      (try sample.question(), try sample.answer(of: network, workers))
    }
    let look =
      rows.held.isEmpty
      ? nil : TextLook(network, on: rows.held, task, limit: steps.microTokens, workers)
    return Standing(look: look, sample: sample)
  }
}
