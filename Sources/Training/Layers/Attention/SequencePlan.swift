import Kernels

/// What the rows of a batch are to each other: the sequences that they make, and their positions.
struct SequencePlan<Scalar: DenseScalar>: Sendable {
  /// Which rows see each other.
  let documents: [AttentionDocument]
  let rotations: RotationTables<Scalar>
}
