/// Rows put together so that those of a pack have at most so many tokens, in few packs.
///
/// What a row computes does not depend on its pack: rows stay sequences of their own, which do not see
/// each other, with positions from 0. A pack is only what a step counts.
///
/// Best fit decreasing: the longest row first, each into the fullest pack that has room for it. It
/// needs at most 11/9 of the fewest packs possible, and one more.
/// Source: D. S. Johnson et al., Worst-case performance bounds for simple one-dimensional packing
/// algorithms, 1974.
package struct TokenPacks: Sendable, Equatable {
  /// The rows of each, ascending; packs are in the order of their first rows.
  package let packs: [[Int]]

  /// Packs of rows that have these lengths.
  ///
  /// - Parameters:
  ///   - lengths: Tokens of each row.
  ///   - limit: Tokens of a pack; a longer row is a pack by itself.
  package init(lengths: [Int], limit: Int) {
    var packs: [[Int]] = []
    // By the room that is left.
    var open = [[Int]](repeating: [], count: limit + 1)
    let order = lengths.indices.sorted {
      lengths[$0] == lengths[$1] ? $0 < $1 : lengths[$0] > lengths[$1]
    }
    for row in order {
      let length = lengths[row]
      let fitting = length <= limit ? (length...limit).first { !open[$0].isEmpty } : nil
      if let room = fitting, let pack = open[room].popLast() {
        packs[pack].append(row)
        open[room - length].append(pack)
      } else {
        packs.append([row])
        if length <= limit { open[limit - length].append(packs.count - 1) }
      }
    }
    self.packs = packs.map { $0.sorted() }.sorted { $0[0] < $1[0] }
  }
}
