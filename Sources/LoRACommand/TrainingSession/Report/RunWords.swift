import Reports
import Training

/// The settings of a run in words, whatever it is of.
struct RunWords {
  let run: TrainingRun
  /// What a pass has of what a step counts.
  let rows: Int
  /// Whether there are rows to validate on.
  let isWatched: Bool
  let seed: UInt64

  var optimizer: String {
    let (setup, optimizer) = (run.setup, run.setup.optimizer)
    var parts = [
      "\(optimizer.kind.rawValue), learning rate \(Quantity.number(setup.learningRate).text)"
    ]
    let warmup = pace.warmup == 0 ? "" : " after \(counted(pace.warmup, "step")) of warm-up"
    parts.append("\(setup.shape.rawValue)\(warmup)")
    if optimizer.momentum > 0 {
      let name = optimizer.nesterov ? "Nesterov's momentum" : "momentum"
      parts.append("\(name) \(optimizer.momentum)")
    }
    if optimizer.betas != OptimizerChoice().betas {
      parts.append("betas \(optimizer.betas.0) and \(optimizer.betas.1)")
    }
    if optimizer.epsilon != OptimizerChoice().epsilon {
      parts.append("epsilon \(optimizer.epsilon)")
    }
    parts.append("weight decay \(Quantity.number(optimizer.weightDecay).text)")
    parts.append(setup.clipNorm.map { "gradient norm at most \($0)" } ?? "gradients as they are")
    return parts.joined(separator: ", ")
  }

  var batches: String {
    let batch = counted(pace.batchSize, "row")
    let order =
      pace.stepSize == rows
      ? "all at once" : run.setup.shuffles ? "shuffled each pass" : "in the file's order"
    let joined =
      run.setup.accumulation > 1 ? ", \(run.setup.accumulation) for each step" : ""
    return "\(batch), \(order)\(joined)"
  }

  var length: String {
    let epochs = Quantity.number(pace.epochs).text + (pace.epochs == 1 ? " epoch" : " epochs")
    let patience =
      !isWatched
      ? ""
      : run.patience.map { ", until \(counted($0, "validation")) in a row are no better" } ?? ""
    return "\(counted(pace.steps, "step")) (\(epochs))\(patience); seed \(seed), "
      + counted(run.workers.count, "thread")
  }

  private var pace: RunPace { RunPace(run.setup, rows: rows) }
}
