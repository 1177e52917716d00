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
  /// Labels that are spelt differently and are one class.
  case oneClass(column: String, spellings: [String], areNumbers: Bool)
  /// Words that differ only in case or blanks, and are told apart.
  case alike(column: String, words: [String], areClasses: Bool)
  /// Numbers of which f32 keeps too few digits to tell them apart well.
  case coarse(column: String, largest: Double, step: Double)

  /// Whether it is news and no danger.
  package var isNote: Bool {
    switch self {
    case .passedOver, .targetsMissing, .missingWordIsCategory: true
    case .oneClass(_, _, let areNumbers): !areNumbers
    case .index, .rowNames, .unknownCategories, .alike, .coarse: false
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
    case .oneClass(let column, let spellings, let areNumbers):
      "column \"\(escaped(column))\": \(listed(spellings)) are one class"
        + (areNumbers ? ", as they are one number; write a letter in front of codes" : "")
    case .alike(let column, let words, let areClasses):
      "column \"\(escaped(column))\": \(listed(words)) differ only in case or blanks, and are "
        + "\(areClasses ? "classes" : "inputs") of their own; write them alike if they are the same"
    case .coarse(let column, let largest, let step):
      "column \"\(escaped(column))\": f32 tells numbers as large as \(text(largest)) apart in steps of "
        + "\(text(step)), which is much for how little they vary; subtract a number from all of "
        + "them first, or --drop the column"
    }
  }

  private func text(_ value: Double) -> String {
    Int(exactly: value).map(String.init) ?? String(value)
  }

  /// Of each group of `words` that differ only in case or blanks, that they do.
  static func alike(
    _ words: [String], of column: String, areClasses: Bool
  ) -> [TableRemark] {
    Dictionary(grouping: words) { $0.lowercased().split(separator: " ") }
      .values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
      .map { .alike(column: column, words: $0, areClasses: areClasses) }
  }

  private func shellWord(_ name: String) -> String {
    name.isEmpty || name.contains(" ") ? "\"\(escaped(name))\"" : escaped(name)
  }
}
