import Kernels
import Tables
import Tensors
import Training

/// What a network said of rows that have a label, and how well.
struct SequenceScores {
  let task: TextTask
  private(set) var lines: [Int] = []
  /// Of each row, as far as there is one of the kind.
  private var labels: [Int32] = []
  private var values: [Double] = []
  private var outputs: [Double] = []
  private let columns: Int

  init(_ task: TextTask) {
    self.task = task
    columns = task.outputs
  }

  /// Adds the outputs y [rows, out] of some rows.
  mutating func add(_ rows: [SequenceEncoder.Sequence], _ y: Matrix<Float>) {
    for (index, row) in rows.enumerated() {
      lines.append(row.line)
      outputs += y[row: index].map { Double($0) }
      switch row.target {
      case .label(let label): labels.append(label)
      case .values(let numbers): values += numbers
      case .tokens, .none: preconditionFailure("rows that are scored have a label")
      }
    }
  }

  var y: Matrix<Double> { Matrix(columns: columns, elements: outputs) }

  var targets: Targets<Double> {
    task.isOneLabel ? .labels(labels) : .values(Matrix(columns: columns, elements: values))
  }

  /// The loss of each row, the mean of its outputs' where it has several.
  var rowLosses: [Double] {
    let (y, targets) = (y, targets)
    return lines.indices.map { row in
      let target = targets.selecting([row])
      return task.loss.sum(
        Matrix(columns: columns, elements: Array(y[row: row])), target)
        / task.loss.divisor(of: target)
    }
  }

  var areFinite: Bool { outputs.allSatisfy(\.isFinite) }

  /// The label that row `row` has, and the one that it was taken for; a number or a list where the task
  /// is of these.
  func answer(_ row: Int) -> (label: TextAnswer, predicted: TextAnswer) {
    switch task {
    case .oneLabel(let names):
      (.name(names[Int(labels[row])]), .name(names[y.largest(inRow: row)]))
    case .severalLabels(let names):
      (
        .names(names.indices.filter { values[row * columns + $0] > 0.5 }.map { names[$0] }),
        .names(names.indices.filter { outputs[row * columns + $0] > 0 }.map { names[$0] })
      )
    case .values, .language:
      (
        .numbers(Array(values[row * columns..<(row + 1) * columns])),
        .numbers(Array(outputs[row * columns..<(row + 1) * columns]))
      )
    }
  }
}

/// What is said of a text.
enum TextAnswer: Equatable {
  case name(String)
  case names([String])
  case numbers([Double])
}

extension TextTask {
  var isOneLabel: Bool {
    if case .oneLabel = self { true } else { false }
  }

  /// Numbers that the network says of a text.
  var outputs: Int {
    switch self {
    case .language: 0
    case .oneLabel(let names), .severalLabels(let names): names.count
    case .values(let count): count
    }
  }
}
