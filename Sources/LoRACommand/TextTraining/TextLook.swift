import Kernels
import Tables
import Tensors
import Training

/// How well a model of text does on some rows.
struct TextLook {
  /// The loss of all that is counted, and how much that is.
  private var total = 0.0
  private var count = 0
  /// The rows' classes, where they have one.
  private(set) var classes: ClassScores?
  /// Σ(y-t)² over all values, where rows have some.
  private(set) var rows = 0
  private(set) var tokens = 0
  private(set) var seconds = 0.0

  /// Scores `rows`, some at a time that have at most `limit` tokens.
  init(
    _ network: Transformer<Float>, on rows: [TextRow], _ task: TextTask, limit: Int,
    _ workers: Workers
  ) {
    let started = ContinuousClock.now
    if case .oneLabel(let names) = task { classes = ClassScores(classes: names.count) }
    var memory = network.makeMemory()
    var first = 0
    while first < rows.count {
      var (end, size) = (first, 0)
      while end < rows.count, end == first || size + rows[end].tokens.tokens.count <= limit {
        size += rows[end].tokens.tokens.count
        end += 1
      }
      add(TokenBatch(rows[first..<end].map(\.tokens)), network, task, &memory, workers)
      (tokens, first) = (tokens + size, end)
    }
    self.rows = rows.count
    seconds = (ContinuousClock.now - started).inSeconds
  }

  private mutating func add(
    _ batch: TokenBatch<Float>, _ network: Transformer<Float>, _ task: TextTask,
    _ memory: inout Transformer<Float>.Memory, _ workers: Workers
  ) {
    guard task != .language else {
      let losses = network.tokenLosses(batch, &memory, workers)
      total += losses.reduce(0, +)
      count += losses.count
      return
    }
    let y = network.outputs(batch, &memory, .inference(workers))
    total += task.loss.sum(y, batch.targets, workers)
    switch batch.targets {
    case .labels(let labels):
      count += labels.count
      for (row, label) in labels.enumerated() {
        classes?.note(label: Int(label), guess: y.largest(inRow: row))
      }
    case .values(let values): count += values.count
    case .none: break
    }
  }

  /// The mean over all that is counted.
  var loss: Double { total / Double(count) }

  /// What `--log` and charts tell.
  var look: TrainingHistory.Look {
    TrainingHistory.Look(loss: loss, quality: classes?.accuracy ?? .nan)
  }
}
