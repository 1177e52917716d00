/// The name that a person most likely meant.
package enum NearestName {
  /// The candidate with the smallest edit distance to `name`, when that is at most half its length.
  ///
  /// Of equally near candidates the first wins. Long lists are cut by length first, so that the cost
  /// stays near candidates × name length.
  package static func find(_ name: String, among candidates: some Sequence<String>) -> String? {
    let wanted = Array(name.utf8.prefix(256))
    var best: (distance: Int, name: String)?
    for candidate in candidates {
      let limit = min(best?.distance ?? Int.max, wanted.count / 2 + 1)
      let bytes = Array(candidate.utf8.prefix(256))
      guard abs(bytes.count - wanted.count) < limit else { continue }
      if let distance = distance(wanted, bytes, below: limit) {
        best = (distance, candidate)
      }
    }
    return best?.name
  }

  /// The Levenshtein distance, or nil when it is not below `limit`.
  private static func distance(_ left: [UInt8], _ right: [UInt8], below limit: Int) -> Int? {
    var row = Array(0...right.count)
    for (i, byte) in left.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for j in right.indices {
        let substitution = diagonal + (byte == right[j] ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substitution, row[j] + 1, diagonal + 1)
      }
      guard row.contains(where: { $0 < limit }) else { return nil }
    }
    return row[right.count] < limit ? row[right.count] : nil
  }
}
