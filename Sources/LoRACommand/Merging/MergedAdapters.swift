import Adapters
import Merging
import Tensors

/// Opens the adapters that a merged file's record names.
enum MergedAdapters {
  /// The adapters of `state`, step by step, with their weights.
  ///
  /// - Parameters:
  ///   - state: The record.
  ///   - given: The adapters' places now, in the record's order; empty to look where they were. The
  ///     weights are the record's, unless a given one says otherwise.
  ///   - file: The merged file, for errors.
  /// - Returns: As many steps as the record has, each with its adapters.
  /// - Throws: `AdapterError` when there are not as many places as adapters; what opening throws.
  static func open(
    _ state: MergedState, given: [WeightedAdapterArgument], file: String
  ) throws -> [[WeightedAdapter]] {
    let count = state.adapters.count
    guard given.isEmpty || given.count == count else {
      throw AdapterError.mismatch(
        file: file,
        problem: "has \(count) adapter\(count == 1 ? "" : "s") merged, "
          + "but \(given.count) given with --adapter")
    }
    var places = given.makeIterator()
    return try state.steps.map { step in
      try step.adapters.map { merged in
        guard let place = places.next() else {
          return WeightedAdapter(try merged.open(), weight: merged.weight)
        }
        return WeightedAdapter(
          try merged.open(at: place.path), weight: place.weight == 1 ? merged.weight : place.weight
        )
      }
    }
  }

  /// The positions of the steps that merged the adapters at `paths`.
  ///
  /// An adapter is known by its fingerprint, wherever it lies.
  ///
  /// - Throws: `AdapterError.mismatch` for an adapter that is not merged; what opening throws.
  static func steps(of state: MergedState, with paths: [String]) throws -> Set<Int> {
    var result: Set<Int> = []
    for path in paths {
      let wanted = try AdapterFile.open(path).fingerprint
      guard
        let number = state.steps.firstIndex(where: { step in
          step.adapters.contains { $0.fingerprint == wanted }
        })
      else {
        throw AdapterError.mismatch(file: path, problem: "is not merged, so it cannot be taken out")
      }
      result.insert(number)
    }
    return result
  }
}
