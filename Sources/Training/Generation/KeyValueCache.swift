import Kernels
import Tensors

/// Keys and values of the tokens that a network has read, for those that come next.
package struct KeyValueCache<Scalar: DenseScalar>: Sendable {
  /// Those of one block, keys as they were turned.
  package struct Layer: Sendable {
    /// [rows, keyHeads·d].
    package private(set) var keys: [Scalar] = []
    package private(set) var values: [Scalar] = []
    private let width: Int
    /// Keys before its own that a query sees; nil for all.
    private let before: Int?
    /// Tokens whose keys are no longer there, for no query sees them.
    private var dropped = 0

    init(_ attention: Attention) {
      width = attention.keyHeads * attention.dimension
      before = attention.reach.before
    }

    var rows: Int { keys.count / width }

    /// The same block's, without any.
    var emptied: Layer {
      var layer = self
      (layer.keys, layer.values, layer.dropped) = ([], [], 0)
      return layer
    }

    /// Takes in the rows of k and v, which lie at `places`.
    mutating func append(
      keys k: Matrix<Scalar>, values v: Matrix<Scalar>, at places: Attention.Places
    ) {
      drop()
      Self.append(k, at: places.k, to: &keys)
      Self.append(v, at: places.v, to: &values)
    }

    private static func append(_ x: Matrix<Scalar>, at place: HeadPlace, to list: inout [Scalar]) {
      guard !place.isDense else { return list += x.elements[..<x.count] }
      for row in 0..<x.rows {
        for head in 0..<place.heads {
          let start = row * place.pitch + place.first + head * place.headPitch
          list += x.elements[start..<start + place.dimension]
        }
      }
    }

    /// Forgets what no query will see, now and then.
    private mutating func drop() {
      guard let before, rows > 2 * before + 64 else { return }
      let count = rows - before
      keys.removeFirst(count * width)
      values.removeFirst(count * width)
      dropped += count
    }

    /// The last `queries` rows as queries over all keys.
    func document(of queries: Int) -> AttentionDocument {
      AttentionDocument(queries: 0..<queries, keys: 0..<rows, offset: rows - queries)
    }
  }

  /// One for each block.
  package internal(set) var layers: [Layer]

  /// Bytes of keys and values.
  package var byteCount: Int {
    layers.reduce(0) { $0 + ($1.keys.count + $1.values.count) * MemoryLayout<Scalar>.stride }
  }
}
