import Tensors

/// The fields of a column of numbers that are none, as they come by.
struct OddFields {
  private(set) var rows = 0
  /// The line of the first.
  let firstLine: Int
  /// Different texts, in the order of their first rows, up to a limit.
  private var texts: [String] = []
  private var seen: Set<ExactString> = []
  private let limit: Int
  private var isMore = false

  /// - Parameters:
  ///   - line: Of the first field.
  ///   - limit: Different texts that are kept.
  init(line: Int, limit: Int) {
    (firstLine, self.limit) = (line, limit)
  }

  mutating func add(_ text: String) {
    rows += 1
    guard !isMore, !seen.contains(ExactString(text)) else { return }
    guard texts.count < limit else {
      isMore = true
      return
    }
    seen.insert(ExactString(text))
    texts.append(text)
  }

  /// Whether a text was among those that are kept.
  func contains(_ text: String) -> Bool { seen.contains(ExactString(text)) }

  /// What the column seems to hold, which has `numbers` numbers besides.
  func column(beside numbers: Int) -> OddColumn {
    OddColumn(
      kind: kind(beside: numbers), rows: rows, different: texts.count, isMore: isMore,
      examples: Array(texts.prefix(3)))
  }

  private func kind(beside numbers: Int) -> OddColumn.Kind {
    var shapes: Set<FieldShape> = []
    // With one word among them the others no longer matter.
    for text in texts where shapes.insert(FieldShape(text)).inserted {
      if shapes.contains(.word) { break }
    }
    if shapes == [.date] { return .dates }
    if shapes == [.infinite] { return .infinite }
    if let kind = Self.numbers(shapes) { return kind }
    if numbers >= rows || rows == 1 { return .strays }
    return isMore || areNames(different: texts.count, of: rows) ? .names : .words
  }

  /// Numbers of another spelling; nil for anything else.
  private static func numbers(_ shapes: Set<FieldShape>) -> OddColumn.Kind? {
    var marks: Set<String> = []
    var hasComma = false
    for shape in shapes {
      switch shape {
      case .decimalComma: hasComma = true
      case .thousands(let mark): marks.insert(mark)
      case .commaOrThousands: continue
      case .date, .infinite, .word: return nil
      }
    }
    if marks == ["."], hasComma || shapes.contains(.commaOrThousands) { return .thousands(".") }
    guard marks.count <= 1, marks.isEmpty || !hasComma else { return nil }
    return marks.first.map { .thousands($0) } ?? (hasComma ? .decimalCommas : .commasOrThousands)
  }
}

/// Whether words of which `different` occur in `rows` rows name the rows rather than sort them.
func areNames(different: Int, of rows: Int) -> Bool {
  different > max(10, rows / 10) || different > 1000
}

/// A column of numbers that are none.
package struct OddColumn: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    /// A few rows among numbers.
    case strays
    /// Words that come back.
    case words
    /// Words that hardly do.
    case names
    case dates
    case decimalCommas
    /// What stands between the thousands.
    case thousands(String)
    case commasOrThousands
    case infinite
  }

  /// What the column is read for.
  package enum Use: Sendable, Equatable {
    case feature
    /// A feature that a network knows to be numbers.
    case recorded
    case target
  }

  package let kind: Kind
  package let rows: Int
  /// Different texts; at least so many when `isMore`.
  package let different: Int
  package let isMore: Bool
  /// The first texts, of which there is one at least.
  package let examples: [String]
}
