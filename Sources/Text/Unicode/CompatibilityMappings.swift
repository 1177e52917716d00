/// What scalars are compatible with, as ﬁ with "fi": what `NFKC` puts in their places.
enum CompatibilityMappings {
  /// Scalars and what they become; those that stay are not there.
  static let table: [UInt32: [UInt32]] = {
    var table: [UInt32: [UInt32]] = [:]
    for entry in list.split(separator: " ") {
      let sides = entry.split(separator: "=")
      let left = sides[0].split(separator: "+").compactMap { UInt32($0, radix: 16) }
      let right = sides[1].split(separator: ".").compactMap { UInt32($0, radix: 16) }
      table[left[0]] = right
      guard left.count > 1 else { continue }
      for step in 1...left[1] { table[left[0] + step] = [right[0] + step] }
    }
    return table
  }()
}
