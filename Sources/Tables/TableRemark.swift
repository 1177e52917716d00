import Tensors

/// What a person should know of a table although it can be read.
package enum TableRemark: Sendable, Equatable {
  /// Columns that the network does not read.
  case passedOver([String])
  case targetsMissing(rows: Int)
  /// A feature without a name, or one that is the number of the row.
  case index(column: String, counts: Bool)
  /// Words that name the rows.
  case rowNames(column: String, words: Int, rows: Int)
  /// A category that is called as a missing value in columns of numbers.
  case missingWordIsCategory(column: String, word: String)
  case unknownCategories(column: String, rows: Int, words: [String])

  /// Whether it is news and no danger.
  package var isNote: Bool {
    switch self {
    case .passedOver, .targetsMissing, .missingWordIsCategory: true
    case .index, .rowNames, .unknownCategories: false
    }
  }
}

extension TableRemark: CustomStringConvertible {
  package var description: String {
    switch self {
    case .passedOver(let columns):
      "the network does not read \(counted(columns.count, "column")): \(listed(columns))"
    case .targetsMissing(let rows):
      "\(counted(rows, "row")) without a target \(rows == 1 ? "is" : "are") left out"
    case .index(let column, let counts):
      "column \"\(escaped(column))\" "
        + (column.isEmpty || column.hasPrefix("Unnamed: ")
          ? "has no name" + (counts ? " and counts the rows, as an index that was saved along" : "")
          : "counts the rows")
        + "; it is a feature unless --drop \(shellWord(column)) leaves it out"
    case .rowNames(let column, let words, let rows):
      "column \"\(escaped(column))\" has \(words) different words in \(counted(rows, "row")): each "
        + "is an input of its own, which tells a row by its name; --drop it, or cut it into fewer"
    case .missingWordIsCategory(let column, let word):
      "column \"\(escaped(column))\": \"\(word)\" is a category like others; --na \(word) says that it "
        + "means a missing value"
    case .unknownCategories(let column, let rows, let words):
      "column \"\(escaped(column))\": \(counted(rows, "row")) with words that the network does not "
        + "know, read as no category: \(listed(words))"
    }
  }

  private func shellWord(_ name: String) -> String {
    name.isEmpty || name.contains(" ") ? "\"\(escaped(name))\"" : escaped(name)
  }
}
