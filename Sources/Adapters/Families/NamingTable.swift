/// One naming of a family's modules.
struct NamingTable: Sendable {
  let rules: [NamingRule]
  private let byName: [String: [Int]]
  private let byPiece: [String: [(rule: Int, index: Int)]]

  init(_ rules: [NamingRule]) {
    self.rules = rules
    var byName: [String: [Int]] = [:]
    var byPiece: [String: [(rule: Int, index: Int)]] = [:]
    for (index, rule) in rules.enumerated() {
      byName[rule.name.key, default: []].append(index)
      for (place, piece) in rule.pieces.enumerated() {
        byPiece[piece.key, default: []].append((index, place))
      }
    }
    (self.byName, self.byPiece) = (byName, byPiece)
  }

  /// The pieces that the table has as modules of their own, each under its own name.
  var identity: [NamingRule] {
    rules.flatMap(\.pieces).filter { !$0.text.hasSuffix("]") }.map { NamingRule($0.text, $0.text) }
  }

  /// The module of this name; nil when the table has none.
  ///
  /// - Parameters:
  ///   - name: Dotted, or with underscores for dots.
  ///   - isUnderscored: Which of the two.
  /// - Returns: The module, with the pieces that it holds.
  func run(of name: String, isUnderscored: Bool) -> ModuleRun? {
    let tokens = NameTokens(name)
    for index in byName[tokens.key] ?? [] {
      let rule = rules[index]
      guard let numbers = rule.name.numbers(in: tokens) else { continue }
      let dotted = rule.name.filled(with: numbers)
      guard isUnderscored || dotted == name else { continue }
      return Self.run(rule, numbers)
    }
    return nil
  }

  /// The modules that hold a piece, and which of their pieces it is.
  func holders(of piece: String) -> [(run: ModuleRun, index: Int)] {
    let tokens = NameTokens(piece)
    return (byPiece[tokens.key] ?? []).compactMap { place in
      let rule = rules[place.rule]
      guard let numbers = rule.pieces[place.index].numbers(in: tokens),
        rule.pieces[place.index].filled(with: numbers) == piece
      else { return nil }
      return (Self.run(rule, numbers), place.index)
    }
  }

  private static func run(_ rule: NamingRule, _ numbers: [Substring]) -> ModuleRun {
    ModuleRun(
      name: rule.name.filled(with: numbers), pieces: rule.pieces.map { $0.filled(with: numbers) },
      share: rule.share)
  }
}
