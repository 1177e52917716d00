import OrderedCollections
import Tensors

extension Checkpoint {
  /// Whether every shard can be read anywhere.
  package var isRandomAccess: Bool { shards.allSatisfy(\.file.isRandomAccess) }

  /// All tensors, shard after shard.
  package var entries: [TensorEntry] { tensors.map(\.entry) }

  /// The `__metadata__` of all shards together; of a key in several, the first shard's counts.
  package var metadata: OrderedDictionary<String, String>? {
    let all = shards.compactMap(\.file.header.metadata)
    guard var result = all.first else { return nil }
    for other in all.dropFirst() { result.merge(other) { first, _ in first } }
    return result
  }
}
