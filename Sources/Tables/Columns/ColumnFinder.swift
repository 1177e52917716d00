import Tensors

/// Columns of a table as people name them.
struct ColumnFinder {
  let names: [String]
  private let places: [ExactString: Int]
  private let file: String
  private let line: Int

  /// - Parameters:
  ///   - names: Of the columns.
  ///   - reader: At the record that names them.
  init(_ names: [String], _ reader: CSVReader) {
    self.names = names
    (file, line) = (reader.file, reader.line)
    places = Dictionary(
      zip(names.map { ExactString($0) }, 0...), uniquingKeysWith: { first, _ in first })
  }

  func error(_ reason: TableError.Reason, column: String? = nil) -> TableError {
    TableError(file: file, line: line, column: column, reason)
  }

  /// The column of exactly this name.
  func column(named name: String) -> Int? { places[ExactString(name)] }

  /// No column is called `name`.
  func absence(of name: String, besides taken: [Int] = []) -> TableError {
    let others = names.indices.filter { !taken.contains($0) }.map { names[$0] }
    return error(
      .noSuchColumn(nearest: NearestName.find(name, among: others), available: names),
      column: name)
  }

  /// A column of a list.
  struct Choice: Equatable {
    let column: Int
    /// Whether it was named, and not merely met by a pattern.
    let isNamed: Bool
  }

  /// The columns of `lists`, in the order in which they are named.
  ///
  /// A list is a column's whole name, or entries with commas between: each a name, an index from 0,
  /// or a pattern in which `*` stands for any characters. In quotes an entry may have commas.
  func choices(_ lists: [String]) throws(TableError) -> [Choice] {
    var found: [Choice] = []
    for list in lists {
      if let column = column(named: list) {
        found.append(Choice(column: column, isNamed: true))
        continue
      }
      for entry in columnEntries(list) { found += try choices(entry) }
    }
    return found
  }

  private func choices(_ entry: String) throws(TableError) -> [Choice] {
    if let column = column(named: entry) ?? index(entry) {
      return [Choice(column: column, isNamed: true)]
    }
    let met =
      entry.contains("*")
      ? names.indices.filter { Self.matches(names[$0].unicodeScalars[...], entry) } : []
    guard !met.isEmpty else { throw absence(of: entry) }
    return met.map { Choice(column: $0, isNamed: false) }
  }

  private func index(_ entry: String) -> Int? {
    Int(entry).flatMap { names.indices.contains($0) ? $0 : nil }
  }

  /// Whether `name` is `pattern`, where `*` stands for any characters.
  private static func matches(_ name: String.UnicodeScalarView.SubSequence, _ pattern: String)
    -> Bool
  {
    var parts = pattern.unicodeScalars.split(separator: "*", omittingEmptySubsequences: false)
    var rest = name
    guard rest.starts(with: parts[0]) else { return false }
    rest = rest.dropFirst(parts.removeFirst().count)
    guard let last = parts.popLast() else { return rest.isEmpty }
    for part in parts where !part.isEmpty {
      guard let range = rest.firstRange(of: part) else { return false }
      rest = rest[range.upperBound...]
    }
    return rest.count >= last.count && rest.suffix(last.count).elementsEqual(last)
  }
}

/// The entries of a list of columns: commas between, blanks around them left out, quotes around those
/// that hold commas.
package func columnEntries(_ list: String) -> [String] {
  var entries: [String] = []
  var rest = list.unicodeScalars[...]
  repeat {
    rest = rest.drop(while: isBlank)
    var entry = String.UnicodeScalarView()
    if rest.first == "\"", let quoted = takeQuoted(&rest) {
      entry = quoted
    } else {
      let plain = rest.prefix { $0 != "," }
      rest = rest.dropFirst(plain.count)
      entry.append(contentsOf: plain.reversed().drop(while: isBlank).reversed())
    }
    entries.append(String(entry))
    guard rest.first == "," else { return entries }
    rest = rest.dropFirst()
  } while true
}

/// Takes an entry in quotes, doubled inside for one, and the blanks behind it; nil, and nothing is
/// taken, when it does not end at a comma.
private func takeQuoted(
  _ rest: inout String.UnicodeScalarView.SubSequence
) -> String.UnicodeScalarView? {
  var entry = String.UnicodeScalarView()
  var ahead = rest.dropFirst()
  while let scalar = ahead.popFirst() {
    if scalar != "\"" {
      entry.append(scalar)
    } else if ahead.first == "\"" {
      entry.append(scalar)
      ahead = ahead.dropFirst()
    } else {
      ahead = ahead.drop(while: isBlank)
      guard ahead.isEmpty || ahead.first == "," else { return nil }
      rest = ahead
      return entry
    }
  }
  return nil
}

/// `names` as one list that means these columns and no others.
package func columnList(of names: [String]) -> String {
  names.map { name in
    let isPlain =
      !name.isEmpty && !name.contains { $0 == "," || $0 == "\"" }
      && name.unicodeScalars.first.map(isBlank) == false
      && name.unicodeScalars.last.map(isBlank) == false
    return isPlain || names.count == 1 && name.isEmpty
      ? name : "\"" + name.replacing("\"", with: "\"\"") + "\""
  }.joined(separator: ",")
}
