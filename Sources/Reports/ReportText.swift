extension Report {
  /// The report for a person: aligned facts, tables and titled groups, a blank line between them.
  ///
  /// `width` is the terminal's, in columns: the widest text column of a table is cut to fit it; nil
  /// writes everything. `escape` makes text from files safe to print.
  package func text(width: Int? = nil, escape: (String) -> String = { $0 }) -> String {
    blocks(width: width, escape: escape).map { $0 + "\n" }.joined(separator: "\n")
  }

  /// Paragraphs without the line feed at their end.
  private func blocks(width: Int?, escape: (String) -> String) -> [String] {
    var blocks: [String] = []
    var facts: [(label: String, text: String)] = []
    func endFacts() {
      if !facts.isEmpty { blocks.append(alignedFacts(facts)) }
      facts = []
    }
    for entry in entries {
      // What only JSON knows does not part what stands around it.
      if case .detail = entry { continue }
      if case .fact(_, let label, let quantity) = entry {
        if quantity.value != .missing, quantity.value != .list([]) {
          facts.append((escape(label), quantity.text(escape: escape)))
        }
        continue
      }
      endFacts()
      switch entry {
      case .table(_, let table) where !table.rows.isEmpty:
        blocks.append(table.text(width: width, escape: escape))
      case .group(_, let title, let report):
        let inner = report.blocks(width: width.map { $0 - 2 }, escape: escape)
        blocks.append(escape(title) + "\n" + inner.map(indented).joined(separator: "\n\n"))
      case .note(let sentence): blocks.append(sentence)
      case .fact, .table, .detail: break
      }
    }
    endFacts()
    return blocks
  }
}

private func alignedFacts(_ facts: [(label: String, text: String)]) -> String {
  let width = facts.map { displayWidth(of: $0.label) }.max() ?? 0
  return facts.map { padded($0.label, to: width + 2, .left) + $0.text }.joined(separator: "\n")
}

private func indented(_ block: String) -> String {
  block.split(separator: "\n", omittingEmptySubsequences: false)
    .map { $0.isEmpty ? "" : "  " + $0 }
    .joined(separator: "\n")
}
