import Kernels
import Tensors

/// A tensor that is trained.
package struct Parameter<Scalar: DenseScalar>: Sendable {
  /// What a parameter is to its layer.
  package enum Role: Sendable {
    /// A [rank, in].
    case down
    /// B [out, rank].
    case up
    /// b' [out], beside B.
    case upBias
    /// m [out].
    case magnitude
    /// b [out].
    case bias
    /// A tensor of the network itself, trained in all its numbers.
    case whole
  }

  /// The name in the network's own terms, as in `0.weight` or `0.lora_A.weight`.
  package let name: String
  package let role: Role
  package let shape: Shape
  package var value: [Scalar]
  /// What the learning rate is multiplied by for this parameter.
  package var rateFactor = 1.0
  /// What each use of the parameter in the network contributes.
  private var sums: [StepSum<Scalar>]

  package init(name: String, role: Role, shape: Shape, value: [Scalar]) {
    precondition(shape.elementCount == value.count, "the values do not fill the shape")
    (self.name, self.role, self.shape, self.value) = (name, role, shape, value)
    sums = [StepSum(shape)]
  }

  /// The gradient of the last step, once `finishGradient` was called; as many numbers as `value`.
  package var gradient: [Scalar] { sums[0].total }

  /// Takes in what the next rows of a step contribute.
  ///
  /// - Parameters:
  ///   - pass: Whether they are all of it.
  ///   - count: Rows that the layer sees of the pass.
  ///   - use: Where a network uses a parameter more than once, which use this is, from 0.
  ///   - sum: As `StepSum.add` calls it.
  package mutating func addGradient(
    _ pass: Pass, rows count: Int, use: Int = 0, _ sum: StepSum<Scalar>.Portion
  ) {
    prepare(use)
    sums[use].add(pass, rows: count, sum)
  }

  /// Takes in what the next rows of a step contribute to a parameter [n], which `add` adds to a sum of
  /// n columns.
  package mutating func addColumns(
    use: Int = 0, _ add: (inout BlockSum<Scalar>) -> Void
  ) {
    prepare(use)
    sums[use].addColumns(add)
  }

  /// Takes in what the next rows of a step contribute, each to a few numbers: `add` adds it to the sum
  /// so far, the lower row first.
  package mutating func addChain(use: Int = 0, _ add: (inout [Scalar]) -> Void) {
    prepare(use)
    sums[use].addChain(add)
  }

  private mutating func prepare(_ use: Int) {
    while sums.count <= use { sums.append(StepSum(shape)) }
  }

  /// Completes the gradient when the step's last rows are in.
  package mutating func finishGradient() {
    for use in sums.indices { sums[use].finish() }
    for use in sums.indices.dropFirst() { sums[0].add(sums[use].total) }
  }

  /// Calls `body` with this parameter in place, which an optional chain can reach too.
  mutating func apply(_ body: (inout Parameter) throws -> Void) rethrows {
    try body(&self)
  }
}
