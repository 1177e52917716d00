import Kernels
import Reports
import Tensors
import Training

// What a run costs, before it starts.

extension TextWork {
  /// Bytes that the largest step takes at most, by what they hold.
  func memory(_ run: TrainingRun, recomputes: Bool) -> StepMemory {
    let pace = RunPace(run.setup, rows: units)
    let lengths = rows.training.map { $0.tokens.tokens.count }.sorted(by: >)
    let rowsOfStep =
      packs.map { $0.packs.map(\.count).sorted(by: >).prefix(pace.stepSize).reduce(0, +) }
      ?? pace.stepSize
    var sizes = StepSizes()
    sizes.weights = weightBytes
    var branchNumbers = 0
    for linear in network.linears {
      guard let branch = linear.branch else { continue }
      sizes.ranks[linear.module] = branch.rank
      branchNumbers += branch.down.value.count + branch.up.value.count
      if let magnitude = branch.magnitude {
        sizes.hasMagnitudes = true
        branchNumbers += magnitude.vector.value.count
      }
      if branch.dropout > 0 { sizes.drops = true }
    }
    sizes.trainedWhole = max(0, network.trainedCount - branchNumbers)
    sizes.moments = run.setup.optimizer.moments
    sizes.stepTokens = lengths.prefix(rowsOfStep).reduce(0, +)
    sizes.tokens = max(lengths.first ?? 0, min(steps.microTokens, sizes.stepTokens))
    sizes.labels = task == .language ? sizes.tokens : rowsOfStep
    (sizes.recomputes, sizes.threads) = (recomputes, run.workers.count)
    return StepMemory(network.design, sizes)
  }

  /// Seconds of the run's steps, and tokens of a second.
  ///
  /// Measured by one step over a few rows, so that it holds for this machine as it is now; nil where
  /// that fails, as the run will then say.
  func duration(_ run: TrainingRun) -> (seconds: Double, speed: Double)? {
    guard let seconds = secondsPerToken(run) else { return nil }
    let pace = RunPace(run.setup, rows: units)
    return (seconds * Double(rows.tokenCount) * pace.epochs, 1 / seconds)
  }

  private func secondsPerToken(_ run: TrainingRun) -> Double? {
    var (count, tokens) = (0, 0)
    while count < rows.training.count, count == 0 || tokens < 256 {
      tokens += rows.training[count].tokens.tokens.count
      count += 1
    }
    let few = rows.training[..<count].map(\.tokens)
    var recipe = run.setup.recipe(task.loss, rows: count, for: Float.self)
    (recipe.rowsAtOnce, recipe.workers) = (steps.microTokens, run.workers)
    recipe.recomputes = steps.recompute
    let batches = TokenBatches<Float>(
      few, size: count, shuffles: false, generator: Generator(seed: 0))
    var trainer = Trainer(network, on: batches, by: recipe)
    let started = ContinuousClock.now
    guard (try? trainer.advance()) != nil else { return nil }
    return (ContinuousClock.now - started).inSeconds / Double(tokens)
  }
}

/// The bytes of a step by what they hold, with blocks kept and computed again.
struct StepMemoryTable {
  let kept: StepMemory
  let recomputed: StepMemory

  var table: Table {
    let parts: [(name: String, bytes: any KeyPath<StepMemory, Int> & Sendable)] = [
      ("weights", \.weights), ("trained", \.trained), ("optimizer", \.optimizer),
      ("activations", \.activations), ("scratch", \.scratch), ("logits", \.logits),
      ("products", \.products), ("total", \.total),
    ]
    return Table(
      parts,
      columns: [
        Column("part") { $0.name },
        Column("bytes", label: "kept", .binaryBytes) { .integer(kept[keyPath: $0.bytes]) },
        Column("recomputed_bytes", label: "with --recompute", .binaryBytes) {
          .integer(recomputed[keyPath: $0.bytes])
        },
      ])
  }
}
