import Kernels
import Tensors

/// What the rows of a table should come out as.
package enum Targets<Scalar: DenseScalar>: Sendable {
  /// A class id for each row, from 0.
  case labels([Int32])
  /// A row [out] for each row.
  case values(Matrix<Scalar>)
  /// The table has features only.
  case none

  /// Those of the rows at `indices`, in their order.
  package func selecting(_ indices: ArraySlice<Int>) -> Targets {
    switch self {
    case .labels(let labels):
      return .labels(indices.map { labels[$0] })
    case .values(let values):
      var chosen = Matrix<Scalar>(rows: 0, columns: 0)
      chosen.take(indices, of: values)
      return .values(chosen)
    case .none:
      return .none
    }
  }
}

/// A table in memory: features [n, in], and labels or values for its n rows.
package struct Dataset<Scalar: DenseScalar>: Sendable {
  /// The columns that are features, in their order.
  package let sources: [FeatureSource]
  /// The targets' names: one, several for values, or none.
  package let targetNames: [String]
  /// [n, in].
  package var features: Matrix<Scalar>
  package let targets: Targets<Scalar>
  /// The names of the columns that the reader was asked to keep.
  package internal(set) var keptNames: [String] = []
  /// For each row the texts of the columns that are kept.
  package internal(set) var kept: [[String]] = []
  /// What a person should know of the table that was read; parts of it have none.
  package internal(set) var remarks: [TableRemark] = []
  /// The names of the classes by id, or nil where labels are ids themselves.
  package let classes: [String]?

  package init(
    sources: [FeatureSource], targetNames: [String], features: Matrix<Scalar>,
    targets: Targets<Scalar>, classes: [String]? = nil
  ) {
    (self.sources, self.targetNames, self.features) = (sources, targetNames, features)
    (self.targets, self.classes) = (targets, classes)
  }

  /// A table whose columns are all numbers.
  package init(
    columns: [String], target: String?, features: Matrix<Scalar>, targets: Targets<Scalar>,
    classes: [String]? = nil
  ) {
    self.init(
      sources: columns.map { FeatureSource(column: $0, categories: nil) },
      targetNames: target.map { [$0] } ?? [], features: features, targets: targets,
      classes: classes)
  }

  package var rows: Int { features.rows }
  /// The names of the network's inputs.
  package var columns: [String] { sources.flatMap(\.inputNames) }
  /// The first target's name.
  package var target: String? { targetNames.first }

  /// How many classes the labels need: those named, or one more than the largest id; nil for values.
  package var classCount: Int? {
    guard case .labels(let labels) = targets else { return nil }
    return classes?.count ?? labels.max().map { Int($0) + 1 }
  }

  /// How many outputs a network for this table has.
  package var outputCount: Int {
    if case .values(let values) = targets { values.columns } else { classCount ?? 1 }
  }

  /// How many rows each class has, by id; nil for values.
  package var classCounts: [Int]? {
    guard case .labels(let labels) = targets else { return nil }
    var counts = [Int](repeating: 0, count: classCount ?? 0)
    for label in labels { counts[Int(label)] += 1 }
    return counts
  }

  /// The rows of each class, by id; nil for values.
  package var rowsByClass: [[Int]]? {
    guard case .labels(let labels) = targets else { return nil }
    var rows = [[Int]](repeating: [], count: classCount ?? 0)
    for (row, label) in labels.enumerated() { rows[Int(label)].append(row) }
    return rows
  }

  /// The rows at `indices`, in their order.
  package func selecting(_ indices: [Int]) -> Dataset {
    var chosen = Matrix<Scalar>(rows: 0, columns: features.columns)
    chosen.take(indices[...], of: features)
    return Dataset(
      sources: sources, targetNames: targetNames, features: chosen,
      targets: targets.selecting(indices[...]), classes: classes)
  }

  /// Two parts: the rows to train on, and a share of each class (of all rows, for values) held out.
  ///
  /// Both keep the table's order. Of a class with two rows or more at least one stays; what is held
  /// out is rounded to the nearest whole row.
  package func split(
    holdingOut share: Double, generator: inout Generator
  ) -> (training: Dataset, held: Dataset) {
    var held = [Bool](repeating: false, count: rows)
    for var group in rowsByClass ?? [Array(0..<rows)] {
      generator.shuffle(&group)
      let count = min(max(0, group.count - 1), Int((Double(group.count) * share).rounded()))
      for row in group.prefix(count) { held[row] = true }
    }
    return (
      selecting((0..<rows).filter { !held[$0] }), selecting((0..<rows).filter { held[$0] })
    )
  }
}
