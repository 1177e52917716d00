import CKernels

/// The query heads of one key head in some tiles of a document's queries.
struct AttentionTask {
  let document: Int
  let part: LoraAttentionPart
}

extension Attention {
  /// Tiles of queries that a thread takes at once, with the same keys: as many as its second-level
  /// cache holds the state of.
  private var tilesOfATask: Int {
    max(1, min(4, 1536 / (heads / keyHeads * dimension)))
  }

  /// The parts of the work in ascending order: of a document's queries, then of its key heads.
  func tasks(_ documents: [AttentionDocument]) -> [AttentionTask] {
    documents.indices.flatMap { document in
      let queries = documents[document].queries.count
      let tiles = (queries + Int(LORA_QUERY_TILE) - 1) / Int(LORA_QUERY_TILE)
      return stride(from: 0, to: tiles, by: tilesOfATask).flatMap { first in
        (0..<keyHeads).map { head in
          AttentionTask(
            document: document,
            part: LoraAttentionPart(
              key_head: head, first_tile: first, tiles: min(tilesOfATask, tiles - first)))
        }
      }
    }
  }
}
