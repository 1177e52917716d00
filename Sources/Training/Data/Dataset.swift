import Kernels

/// What the rows of a table should come out as.
package enum Targets<Scalar: DenseScalar>: Sendable {
  /// A class id for each row, from 0.
  case labels([Int32])
  /// A row [out] for each row.
  case values(Matrix<Scalar>)
  /// The table has features only.
  case none
}

/// A table in memory: features [n, in], and labels or values for its n rows.
package struct Dataset<Scalar: DenseScalar>: Sendable {
  /// The features' names, in the file's order.
  package let columns: [String]
  /// The target's name, or nil without targets.
  package let target: String?
  /// [n, in].
  package let features: Matrix<Scalar>
  package let targets: Targets<Scalar>
  /// The names of the classes by id, or nil where labels are ids themselves.
  package let classes: [String]?

  package init(
    columns: [String], target: String?, features: Matrix<Scalar>, targets: Targets<Scalar>,
    classes: [String]? = nil
  ) {
    (self.columns, self.target, self.features) = (columns, target, features)
    (self.targets, self.classes) = (targets, classes)
  }

  package var rows: Int { features.rows }

  /// How many classes the labels need: those named, or one more than the largest id; nil for values.
  package var classCount: Int? {
    guard case .labels(let labels) = targets else { return nil }
    return classes?.count ?? labels.max().map { Int($0) + 1 }
  }
}
