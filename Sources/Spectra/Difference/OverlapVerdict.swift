/// What the overlap of two adapters means for combining or stacking them, in words.
package enum OverlapVerdict: String, Sendable, CaseIterable {
  /// Cosine at least 0.95: one update twice.
  case same = "nearly the same update"
  /// Cosine above 0.3.
  case addsUp = "add up"
  /// Cosine below -0.3.
  case cancels = "cancel"
  /// Little cosine, and much of a space in common beyond chance.
  case sharesDirections = "share directions"
  case independent
  /// No module in common, or nothing in one of them.
  case apart = "have no module in common"

  package init(_ overlap: DeltaOverlap) {
    guard let cosine = overlap.cosine, !overlap.columnCosines.isEmpty else {
      self = .apart
      return
    }
    let shares = [
      (overlap.columnShare ?? 0, overlap.chance.columns),
      (overlap.rowShare ?? 0, overlap.chance.rows),
    ]
    if cosine >= 0.95 {
      self = .same
    } else if cosine > 0.3 {
      self = .addsUp
    } else if cosine < -0.3 {
      self = .cancels
    } else if shares.contains(where: { $0.0 > 0.25 && $0.0 > 2 * $0.1 }) {
      self = .sharesDirections
    } else {
      self = .independent
    }
  }

  /// What to expect.
  package var advice: String {
    switch self {
    case .same:
      "they are nearly the same update: both together count double, so halve the weights or take one"
    case .addsUp:
      "they pull the same way: together they reach further than either was trained to; lower the "
        + "weights"
    case .cancels:
      "they work against each other: added, much of both is lost"
    case .sharesDirections:
      "they read or write the same directions with different updates: each changes what the other "
        + "does; try both together before relying on it"
    case .independent:
      "they are independent: added or stacked, each keeps what it does"
    case .apart:
      "they update no module in common: nothing of one is changed by the other's"
    }
  }
}
