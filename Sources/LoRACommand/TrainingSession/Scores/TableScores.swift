import Kernels
import Training

/// How well a network does on each table of a run.
struct TableScores {
  /// The rows that a run is trained on, and those that it is only watched on.
  enum Rows: String, CaseIterable {
    case heldOut = "held-out"
    /// Of a table of their own.
    case validation
    case training
  }

  let training: Evaluation
  /// Nil where nothing is held out.
  let held: (rows: Rows, evaluation: Evaluation)?

  init(
    of network: some TableNetwork<Float>, on tables: TrainingTables, _ loss: Loss,
    _ workers: Workers
  ) {
    training = network.evaluation(on: tables.training, loss, workers)
    held = tables.validation.map {
      (tables.validationRows, network.evaluation(on: $0, loss, workers))
    }
  }

  /// Those that say how well it does on other rows, if there are any.
  var judged: Evaluation { held?.evaluation ?? training }

  /// By rows, those held out first.
  var all: [(rows: Rows, evaluation: Evaluation)] {
    (held.map { [$0] } ?? []) + [(.training, training)]
  }
}
