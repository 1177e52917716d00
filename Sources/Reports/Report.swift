/// A report in the order in which it is read: facts, tables, and groups of these under a title.
///
/// Text and JSON come from the same entries, so neither can say what the other does not know.
package struct Report: Sendable, Equatable {
  /// A part of a report; `key` is its member name in JSON.
  package enum Entry: Sendable, Equatable {
    /// One named quantity; facts that follow each other are aligned as a block.
    case fact(key: String, label: String, Quantity)
    /// Rows; without a key they are for the reader of the text only.
    case table(key: String?, Table)
    /// A report inside the report, indented under its title; without a key for text only.
    case group(key: String?, title: String, Report)
    /// Known to JSON only.
    case detail(key: String, JSONTree)
    /// A sentence for the reader of the text, unknown to JSON.
    case note(String)
  }

  package private(set) var entries: [Entry]

  package init(_ entries: [Entry] = []) {
    self.entries = entries
  }

  /// Adds a fact; one without a value is null, or an empty list, in JSON and
  /// left out of the text.
  package mutating func add(_ key: String, _ label: String, _ quantity: Quantity) {
    entries.append(.fact(key: key, label: label, quantity))
  }

  package mutating func add(_ key: String?, _ table: Table) {
    entries.append(.table(key: key, table))
  }

  package mutating func add(_ key: String?, title: String, _ report: Report) {
    entries.append(.group(key: key, title: title, report))
  }

  package mutating func add(detail key: String, _ tree: JSONTree) {
    entries.append(.detail(key: key, tree))
  }

  package mutating func add(note: String) {
    entries.append(.note(note))
  }

  /// The report as one JSON object.
  package var json: JSONTree {
    .object(
      entries.compactMap { entry in
        switch entry {
        case .fact(let key, _, let quantity): JSONTree.Member(key, JSONTree(quantity.value))
        case .table(let key, let table): key.map { JSONTree.Member($0, table.json) }
        case .group(let key, _, let report): key.map { JSONTree.Member($0, report.json) }
        case .detail(let key, let tree): JSONTree.Member(key, tree)
        case .note: nil
        }
      })
  }
}
