import Kernels
import Synchronization

/// Finds the scales of one tensor, piece by piece, on as many threads as come by.
///
/// Pieces are taken in ascending order, and those begun are finished, so that of several failures the
/// lowest piece's is thrown, whatever the threads.
final class ScaleSurvey: Sendable {
  private let pieces: Int
  private let state: Mutex<State>

  fileprivate struct State {
    var scales: [Float]
    var following = 0
    var working = 0
    var failure: (piece: Int, error: any Error)?
  }

  init(pieces: Int, scaleCount: Int) {
    self.pieces = pieces
    state = Mutex(State(scales: [Float](repeating: 0, count: scaleCount)))
  }

  /// Works until all pieces are done.
  ///
  /// - Parameter measure: Gives the scales of a piece, and the index of the first of them.
  /// - Returns: All scales.
  /// - Throws: What `measure` throws for the lowest piece.
  func scales(_ measure: (_ piece: Int) throws -> (first: Int, scales: [Float])) throws -> [Float] {
    while let piece = take() {
      do {
        let found = try measure(piece)
        state.withLock { $0.merge(found) }
      } catch {
        state.withLock { $0.note(error, piece) }
      }
    }
    // Others may be at their last piece: some milliseconds at most.
    while true {
      let (isDone, failure) = state.withLock { ($0.working == 0, $0.failure) }
      guard !isDone else {
        if let failure { throw failure.error }
        return state.withLock { $0.scales }
      }
      Parallel.yield()
    }
  }

  private func take() -> Int? {
    state.withLock { state in
      guard state.following < pieces, state.failure == nil else { return nil }
      state.working += 1
      defer { state.following += 1 }
      return state.following
    }
  }
}

extension ScaleSurvey.State {
  /// Takes in finite scales; a row may lie in two pieces.
  fileprivate mutating func merge(_ found: (first: Int, scales: [Float])) {
    working -= 1
    for (index, scale) in zip(found.first..., found.scales) {
      scales[index] = max(scales[index], scale)
    }
  }

  fileprivate mutating func note(_ error: any Error, _ piece: Int) {
    working -= 1
    if let lowest = failure?.piece, lowest < piece { return }
    failure = (piece, error)
  }
}
