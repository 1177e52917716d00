extension Report {
  /// The report for a person: aligned facts, tables and titled groups, a blank line between them.
  ///
  /// `width` is the terminal's, in columns: the widest text column of a table is cut to fit it, and facts
  /// and notes go on in a new line; nil writes everything as it is. `escape` makes text from files safe to print.
  package func text(width: Int? = nil, escape: (String) -> String = { $0 }) -> String {
    blocks(width: width, escape: escape).map { $0 + "\n" }.joined(separator: "\n")
  }

  /// Paragraphs without the line feed at their end.
  private func blocks(width: Int?, escape: (String) -> String) -> [String] {
    var blocks: [String] = []
    var facts: [(label: String, text: String)] = []
    func endFacts() {
      if !facts.isEmpty { blocks.append(alignedFacts(facts, width: width)) }
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
      case .note(let sentence): blocks.append(wrapped(sentence, to: width, indent: 0))
      case .fact, .table, .detail: break
      }
    }
    endFacts()
    return blocks
  }
}

private func alignedFacts(_ facts: [(label: String, text: String)], width: Int?) -> String {
  let indent = 2 + (facts.map { displayWidth(of: $0.label) }.max() ?? 0)
  return facts.map {
    padded($0.label, to: indent, .left) + wrapped($0.text, to: width, indent: indent)
  }.joined(separator: "\n")
}

/// `text` behind `indent` columns in lines of at most `width`, broken at blanks; as it is where there
/// is next to no room.
private func wrapped(_ text: String, to width: Int?, indent: Int) -> String {
  guard let width, width - indent >= 20 else { return text }
  var (lines, used) = ([[Substring]](), 0)
  for word in text.split(separator: " ", omittingEmptySubsequences: false) {
    let size = displayWidth(of: String(word))
    if lines.isEmpty || used + 1 + size > width - indent {
      lines.append([word])
      used = size
    } else {
      lines[lines.count - 1].append(word)
      used += 1 + size
    }
  }
  return lines.map { $0.joined(separator: " ") }
    .joined(separator: "\n" + String(repeating: " ", count: indent))
}

private func indented(_ block: String) -> String {
  block.split(separator: "\n", omittingEmptySubsequences: false)
    .map { $0.isEmpty ? "" : "  " + $0 }
    .joined(separator: "\n")
}
