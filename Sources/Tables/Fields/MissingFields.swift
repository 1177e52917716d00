/// The fields of a column in which a value is missing that must not be, as they come by.
struct MissingFields {
  private(set) var rows = 0
  /// The line of the first.
  let firstLine: Int
  /// How many are empty.
  private(set) var empty = 0
  /// The words that say so in the others.
  private(set) var words: Set<String> = []

  init(line: Int) {
    firstLine = line
  }

  mutating func add(_ text: String) {
    rows += 1
    if text.isEmpty { empty += 1 } else if words.count < 16 { words.insert(text) }
  }
}
