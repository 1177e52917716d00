import Containers
import Tensors

/// One matrix of a difference as a low-rank pair.
package struct ExtractedMatrix: Sendable {
  /// The weight in the base.
  package let entry: TensorEntry
  package let rank: Int
  /// ‖ΔW‖.
  package let norm: Double
  /// ‖ΔW − B·A‖ / ‖ΔW‖.
  package let error: Double
  /// No pair of this rank has a smaller one.
  package let leastError: Double
  package let method: LeadingTriples.Method
  /// What the search took.
  package let seconds: Double
  /// A, `[rank, in, …]`, in f32.
  let down: Tensor
  /// B, `[out, rank, 1, …]`, in f32.
  let up: Tensor

  /// The triples as factors with scaling 1, each with half of the singular value.
  init(_ found: LeadingTriples, of entry: TensorEntry, isTurned: Bool, seconds: Double) {
    let triples = isTurned ? found.triples.transposed : found.triples
    let inner = entry.shape.dimensions.dropFirst()
    let ones = [Int](repeating: 1, count: inner.count - 1)
    (self.entry, self.seconds) = (entry, seconds)
    rank = triples.count
    norm = found.energy.squareRoot()
    (error, leastError, method) = (found.error, found.leastError, found.method)
    down = Tensor(
      triples.down.map { Float($0) },
      shape: Shape([triples.count] + (isTurned ? [triples.columns] : Array(inner))))
    up = Tensor(
      triples.up.map { Float($0) }, shape: Shape([triples.rows, triples.count] + ones))
  }

  /// The module whose weight it is.
  package var module: String {
    ExtractionPlace.split(entry.name).module ?? entry.name
  }

  package var parameterCount: Int { down.shape.elementCount + up.shape.elementCount }
}

/// A changed tensor that the adapter does not account for.
package struct LeftOutTensor: Sendable, Equatable {
  /// Why it is left out.
  package enum Reason: String, Sendable {
    /// The options leave it out.
    case notAsked = "not asked for"
    /// The budget bought more elsewhere.
    case budget = "beyond the budget"
    /// It stands in no module, or in one that has a low-rank pair already.
    case noPlace = "no place in PEFT's layout"
  }

  package let name: String
  package let reason: Reason
}
