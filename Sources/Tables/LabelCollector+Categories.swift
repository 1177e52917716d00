import Tensors

extension LabelCollector {
  /// Categories of a column of words.
  struct Categories {
    /// Each row's, -1 for none.
    var rows: [Int32]
    var names: [String]
    /// Rows without a word, and the line of the first.
    var missing = (rows: 0, firstLine: Int?.none)
    /// Rows with words that are none of those known, and the words.
    var unknown = (rows: 0, firstLine: 0, words: [String]())
  }

  /// The categories and each row's.
  ///
  /// The usual words for a missing number are words like others here.
  ///
  /// - Parameter known: The categories of the network; nil for a new one.
  /// - Returns: Each row's category, and which rows have none.
  func categories(known: [String]?) -> Categories {
    let missing = texts.map { form.missing.contains($0.text) }
    let names = known ?? zip(texts, missing).filter { !$1 }.map(\.0).sorted().map(\.text)
    let table = Dictionary(
      zip(names.map { ExactString($0) }, 0...), uniquingKeysWith: { first, _ in first })
    let ids = zip(texts, missing).map { text, isMissing in isMissing ? nil : table[text] }
    var found = Categories(rows: [], names: names)
    found.missing.firstLine = firstMissingLine
    found.rows.reserveCapacity(rows.count)
    var unknownRows = [Int](repeating: 0, count: texts.count)
    for row in rows {
      let text = Int(row)
      found.rows.append(text < 0 ? -1 : ids[text].map(Int32.init) ?? -1)
      if text < 0 || missing[text] {
        found.missing.rows += 1
      } else if ids[text] == nil {
        unknownRows[text] += 1
      }
    }
    for index in texts.indices {
      if missing[index] {
        let line = firstLines[index]
        found.missing.firstLine = min(found.missing.firstLine ?? line, line)
      }
      guard unknownRows[index] > 0 else { continue }
      if found.unknown.rows == 0 { found.unknown.firstLine = firstLines[index] }
      found.unknown.rows += unknownRows[index]
      found.unknown.words.append(texts[index].text)
    }
    return found
  }
}
