/// How rows of classes were named.
///
/// With r rows of a class, t rows taken for it and h rows that are both: precision h/t, recall h/r, F1
/// 2h/(r+t), each 0 where it would divide by 0. Averages are over the classes that occur, among the
/// rows or among what they were taken for. Source: scikit-learn's `precision_recall_fscore_support`
/// with `zero_division=0`, which it agrees with.
package struct ClassScores: Sendable, Equatable {
  /// By class: its rows.
  package private(set) var rows: [Int]
  /// By class: the rows that were taken for it.
  package private(set) var taken: [Int]
  /// By class: its rows that were taken for it.
  package private(set) var right: [Int]

  package init(classes: Int) {
    rows = Array(repeating: 0, count: classes)
    (taken, right) = (rows, rows)
  }

  /// Takes in that a row of `label` was taken for `guess`.
  package mutating func note(label: Int, guess: Int) {
    rows[label] += 1
    taken[guess] += 1
    if label == guess { right[label] += 1 }
  }

  package var rowCount: Int { rows.reduce(0, +) }

  /// The share of rows named right.
  package var accuracy: Double { Self.ratio(right.reduce(0, +), rowCount) }

  package func precision(of id: Int) -> Double { Self.ratio(right[id], taken[id]) }

  package func recall(of id: Int) -> Double { Self.ratio(right[id], rows[id]) }

  package func f1(of id: Int) -> Double { Self.ratio(2 * right[id], rows[id] + taken[id]) }

  /// F1's mean over the classes that occur.
  package var macroF1: Double {
    let occurring = rows.indices.filter { rows[$0] + taken[$0] > 0 }
    return occurring.reduce(0) { $0 + f1(of: $1) } / Double(max(1, occurring.count))
  }

  /// F1's mean over the rows, each counting with its class's.
  package var weightedF1: Double {
    rows.indices.reduce(0) { $0 + Double(rows[$1]) * f1(of: $1) } / Double(max(1, rowCount))
  }

  /// The class with the most rows, the first of several.
  package var mostFrequent: Int {
    rows.indices.reduce(0) { rows[$1] > rows[$0] ? $1 : $0 }
  }

  private static func ratio(_ part: Int, _ whole: Int) -> Double {
    whole == 0 ? 0 : Double(part) / Double(whole)
  }
}
