import ArgumentParser
import Tables
import Training

/// What each class counts for in the loss: `balanced`, or a number for each with commas between.
enum ClassWeightsArgument: ExpressibleByArgument, Equatable, CustomStringConvertible {
  /// rows / (classes · rows of the class), as scikit-learn's `class_weight="balanced"`.
  case balanced
  case given([Double])

  init?(argument: String) {
    if argument == "balanced" {
      self = .balanced
      return
    }
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    let weights = parts.compactMap { Double($0) }
    guard weights.count == parts.count, weights.allSatisfy({ $0 >= 0 && $0.isFinite }),
      weights.contains(where: { $0 > 0 })
    else { return nil }
    self = .given(weights)
  }

  var description: String {
    switch self {
    case .balanced: "balanced"
    case .given(let weights): weights.map { "\($0)" }.joined(separator: ",")
    }
  }

  /// A weight for each of `count` classes.
  ///
  /// - Throws: `ModelError.classWeights` when they do not go with the table.
  func weights(for data: Dataset<Float>, count: Int, file: String) throws(ModelError) -> [Double] {
    guard let rows = data.classCounts else {
      throw .classWeights(file: file, found: nil, expected: 0)
    }
    switch self {
    case .balanced:
      return (0..<count).map { id in
        let own = id < rows.count ? rows[id] : 0
        return own == 0 ? 0 : Double(data.rows) / (Double(count) * Double(own))
      }
    case .given(let weights):
      guard weights.count == count else {
        throw .classWeights(file: file, found: weights.count, expected: count)
      }
      return weights
    }
  }
}
