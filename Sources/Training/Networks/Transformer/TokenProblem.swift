import Kernels

/// Why a transformer does not read a sequence; whoever knows its file and line says these too.
package enum TokenProblem: Error, Equatable, CustomStringConvertible {
  case empty
  /// The token at `place`, from 0.
  case unknownToken(Int32, place: Int, vocabulary: Int)
  case unknownSegment(Int32, place: Int, segments: Int)
  case tooLong(tokens: Int, positions: Int)

  package var description: String {
    switch self {
    case .empty: "there are no tokens"
    case .unknownToken(let token, let place, let vocabulary):
      "token \(place + 1) is \(token); the model's vocabulary has 0 to \(vocabulary - 1)"
    case .unknownSegment(let segment, let place, let segments):
      "token \(place + 1) is of segment \(segment); the model has 0 to \(segments - 1)"
    case .tooLong(let tokens, let positions):
      "there are \(tokens) tokens, and the model has learned \(positions) positions"
    }
  }
}

extension Transformer {
  /// Refuses a sequence that the network has no numbers for, before it is read.
  package func check(_ tokens: [Int32], segments: [Int32]? = nil) throws(TokenProblem) {
    guard !tokens.isEmpty else { throw .empty }
    let vocabulary = design.vocabulary
    if let place = tokens.firstIndex(where: { $0 < 0 || Int($0) >= vocabulary }) {
      throw .unknownToken(tokens[place], place: place, vocabulary: vocabulary)
    }
    if let limit = design.positionLimit, tokens.count > limit {
      throw .tooLong(tokens: tokens.count, positions: limit)
    }
    let count = design.embedding.segments?.count ?? 1
    if let segments, let place = segments.firstIndex(where: { $0 < 0 || Int($0) >= count }) {
      throw .unknownSegment(segments[place], place: place, segments: count)
    }
  }
}
