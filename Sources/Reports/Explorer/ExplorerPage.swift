/// One HTML page that shows matrices and their approximations of low rank, and needs nothing else.
///
/// The page holds its style, its script and all its data, asks no server for anything, and opens
/// from a file. Numbers are the ones it was given, bit for bit; pictures are drawn from factors.
package struct ExplorerPage: Sendable {
  /// What the matrices are, for the reader, as HTML.
  package let lede: String
  /// The name of a matrix in the page: `ΔW`.
  package let symbol: String
  /// At least one.
  package let tensors: [ExplorerTensor]
  /// What is left out, and why, a paragraph each.
  package let remarks: [String]
  /// What a tensor without pictures says before its name.
  package let unpictured: String

  /// A page about `tensors`.
  ///
  /// - Parameters:
  ///   - subject: What is shown, a sentence; the parts between backticks are names from files.
  ///   - symbol: How formulas call the matrix.
  ///   - tensors: At least one; the first of those with pictures is shown at first.
  ///   - remarks: Sentences for the foot of the page.
  ///   - unpictured: What to do about a tensor without pictures.
  package init(
    subject: String, symbol: String, tensors: [ExplorerTensor], remarks: [String],
    unpictured: String
  ) {
    lede = Self.html(subject)
    self.symbol = symbol
    self.tensors = tensors
    self.remarks = remarks
    self.unpictured = unpictured
  }

  /// The whole document, in UTF-8.
  package var html: String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" \
    content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
    <meta name="generator" content="lora explore">
    <title>How low is its rank?</title>
    <style>
    \(Self.style)</style>
    </head>
    <body>
    \(markup)
    <script type="application/json" id="data">\(data)</script>
    <script>
    \(Self.script)</script>
    </body>
    </html>

    """
  }

  /// The data as JSON in which no `<` stands, so that nothing in it ends the script.
  private var data: String {
    let tree = JSONTree.object([
      .init("symbol", .text(symbol)),
      .init("first", .integer(tensors.firstIndex { $0.picture != nil } ?? 0)),
      .init("unpictured", .text(unpictured)),
      .init("tensors", .array(tensors.map(\.json))),
    ])
    return tree.jsonLine.replacing("<", with: "\\u003c")
  }

  var footer: String {
    remarks.map { "<p>\(Self.html($0))</p>" }.joined(separator: "\n")
  }

  /// The table's rows for a reader without JavaScript: the first tensor at powers of two.
  var firstRanks: String {
    guard let tensor = tensors.first else { return "" }
    let ranks = sequence(first: 1) { $0 * 2 }.prefix { $0 <= tensor.values.count }
    return ranks.map { rank in
      let parameters = rank * tensor.parametersPerRank
      let cells = [
        Quantity.count(rank), .share(tensor.energies[rank - 1]), .share(tensor.errors[rank - 1]),
        .count(parameters), .ratio(Double(tensor.rows * tensor.columns) / Double(parameters)),
        .number(tensor.values[rank - 1]),
      ]
      return "<tr>" + cells.map { "<td>\($0.text)</td>" }.joined() + "</tr>"
    }.joined(separator: "\n")
  }

  /// Text as HTML; what stands between backticks in bold.
  private static func html(_ text: String) -> String {
    xmlText(text).split(separator: "`", omittingEmptySubsequences: false).enumerated()
      .map { $0.offset.isMultiple(of: 2) ? String($0.element) : "<b>\($0.element)</b>" }
      .joined()
  }
}
