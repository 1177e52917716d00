import CKernels

/// What an attention layer is made of; its equations are in `Attention.h`.
package struct Attention: Sendable, Hashable {
  /// Query heads.
  package let heads: Int
  /// Heads of keys and values, which so many query heads share: a divisor of `heads`.
  package let keyHeads: Int
  /// Numbers of a head.
  package let dimension: Int
  /// What Σ q·k is multiplied by, commonly 1 / √dimension.
  package let scale: Double
  /// c of c·tanh(s / c), applied to the scores; nil for none.
  package let softCap: Double?
  /// Which keys a query sees.
  package let reach: Reach

  /// The keys that a query sees, by how far they are from its own position.
  package struct Reach: Sendable, Hashable {
    /// Keys before its own; nil for all.
    ///
    /// A sliding window of W tokens is W - 1 before.
    package let before: Int?
    /// Keys after its own; nil for all, 0 where attention is causal.
    package let after: Int?

    package init(before: Int? = nil, after: Int?) {
      precondition(before ?? 0 >= 0 && after ?? 0 >= 0, "a distance is not negative")
      (self.before, self.after) = (before, after)
    }

    package static let causal = Reach(after: 0)
    package static let everywhere = Reach(after: nil)
  }

  package init(
    heads: Int, keyHeads: Int, dimension: Int, scale: Double, softCap: Double? = nil,
    reach: Reach = .causal
  ) {
    precondition(
      heads > 0 && keyHeads > 0 && heads % keyHeads == 0 && dimension > 0,
      "\(heads) heads on \(keyHeads) of keys")
    precondition(softCap.map { $0 > 0 } ?? true, "a cap is positive")
    (self.heads, self.keyHeads, self.dimension) = (heads, keyHeads, dimension)
    (self.scale, self.softCap, self.reach) = (scale, softCap, reach)
  }

  /// Where the heads of q, k and v lie in the matrices that hold them.
  package struct Places: Sendable, Hashable {
    package let q: HeadPlace
    package let k: HeadPlace
    package let v: HeadPlace

    package init(q: HeadPlace, k: HeadPlace, v: HeadPlace) {
      (self.q, self.k, self.v) = (q, k, v)
    }
  }

  /// Matrices of their own: q [rows, heads · dimension], k and v [rows, keyHeads · dimension].
  package var apart: Places {
    let key = HeadPlace(heads: keyHeads, dimension: dimension)
    return Places(q: HeadPlace(heads: heads, dimension: dimension), k: key, v: key)
  }

  /// One matrix [rows, (heads + 2 keyHeads) · dimension]: the heads of q, then of k, then of v.
  package var joined: Places {
    let pitch = (heads + 2 * keyHeads) * dimension
    func place(_ count: Int, after first: Int) -> HeadPlace {
      HeadPlace(heads: count, dimension: dimension, first: first * dimension, pitch: pitch)
    }
    return Places(
      q: place(heads, after: 0), k: place(keyHeads, after: heads),
      v: place(keyHeads, after: heads + keyHeads))
  }
}

/// Rows that see each other and no others: one text of several in a matrix.
package struct AttentionDocument: Sendable, Hashable {
  /// Rows of q, and of the output.
  package let queries: Range<Int>
  /// Rows of k and v, from position 0 on.
  package let keys: Range<Int>
  /// The position of the first query among the keys.
  package let offset: Int

  /// A text whose queries, keys and values are the same rows.
  package init(_ rows: Range<Int>) {
    self.init(queries: rows, keys: rows, offset: 0)
  }

  /// Some queries that go on after `offset` positions whose keys are in a cache.
  package init(queries: Range<Int>, keys: Range<Int>, offset: Int) {
    precondition(offset >= 0, "a position is not negative")
    (self.queries, self.keys, self.offset) = (queries, keys, offset)
  }

  /// Texts one after the other in a matrix, given by their lengths.
  package static func packed(lengths: [Int]) -> [AttentionDocument] {
    var first = 0
    return lengths.map { length in
      defer { first += length }
      return AttentionDocument(first..<first + length)
    }
  }
}

extension Attention {
  var kernel: LoraAttention {
    LoraAttention(
      heads: heads, key_heads: keyHeads, dimension: dimension, scale: scale,
      soft_cap: softCap ?? 0, causal: reach.after == 0, left: reach.before ?? .max,
      right: reach.after ?? .max)
  }

  func check(_ places: Places, _ documents: [AttentionDocument], _ counts: (Int, Int, Int)) {
    let (queries, keys) = documents.reduce((0, 0)) {
      (max($0.0, $1.queries.upperBound), max($0.1, $1.keys.upperBound))
    }
    precondition(
      places.q.heads == heads && places.k.heads == keyHeads && places.v.heads == keyHeads
        && [places.q, places.k, places.v].allSatisfy { $0.dimension == dimension },
      "places of other heads")
    precondition(counts.0 >= places.q.count(rows: queries), "q has too few rows")
    precondition(counts.1 >= places.k.count(rows: keys), "k has too few rows")
    precondition(counts.2 >= places.v.count(rows: keys), "v has too few rows")
  }
}
