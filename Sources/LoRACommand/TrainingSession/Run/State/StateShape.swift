import Tensors
import Training

/// What a saved state must hold to be one of this run's, whatever its files say of themselves.
struct StateShape {
  /// The trained parameters' names and sizes, in the network's order.
  let parameters: [(name: String, count: Int)]
  /// How many numbers the optimizer remembers of each that is trained: 0, 1 or 2.
  let moments: Int
  /// Of the table.
  let rows: Int

  var names: [String] { parameters.map(\.name) }

  /// The numbers of one kind, parameter by parameter.
  ///
  /// - Parameters:
  ///   - kind: What the tensors' names begin with.
  ///   - tensors: What the state holds.
  ///   - mayBeMissing: Whether there may be none at all.
  ///   - areEmpty: Whether the numbers are not kept, and each of the tensors empty.
  /// - Returns: For each parameter its numbers; nothing when all are missing.
  /// - Throws: `StateMismatch` unless there are as many for each as it has, in f32.
  func values(
    _ kind: String, in tensors: [ExactString: Tensor], mayBeMissing: Bool = false,
    areEmpty: Bool = false
  ) throws(StateMismatch) -> [[Float]] {
    let found = parameters.map { tensors[ExactString("\(kind).\($0.name)")] }
    if mayBeMissing, found.allSatisfy({ $0 == nil }) { return [] }
    var values: [[Float]] = []
    for (tensor, parameter) in zip(found, parameters) {
      guard let tensor else { throw StateMismatch("\(kind).\(parameter.name)", "is missing") }
      let wanted = areEmpty ? 0 : parameter.count
      guard tensor.type == .f32, let numbers = tensor.floats, numbers.count == wanted else {
        throw StateMismatch(
          "\(kind).\(parameter.name)",
          "has the type \(tensor.type.rawValue) and the shape \(tensor.shape), expected \(wanted) "
            + "numbers of F32")
      }
      values.append(numbers)
    }
    return values
  }
}

/// A tensor of a saved state that is not one of this run's.
struct StateMismatch: Error {
  let problem: String

  init(_ tensor: String, _ problem: String) {
    self.problem = "tensor \"\(escaped(tensor))\" \(problem)"
  }
}
