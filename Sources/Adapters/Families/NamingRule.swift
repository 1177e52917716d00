/// What one naming calls a module, and the pieces whose rows that module holds, in their order.
///
/// A piece is a module as diffusers calls it; `NAME[0]` and `NAME[1]` are the halves of one whose halves
/// lie the other way round elsewhere. So a fused matrix is a run of pieces, and names of two namings
/// mean the same rows where their pieces are the same.
struct NamingRule: Sendable {
  /// How many rows each piece has.
  enum Share: Sendable, Equatable {
    /// As many as every other.
    case equal
    /// The first `count` as many as the matrix has columns, the others an equal part of the rest.
    case columns(count: Int)
  }

  let name: NamePattern
  let pieces: [NamePattern]
  let share: Share

  /// A module that is one piece under another name, or under its own.
  init(_ name: String, _ piece: String) { self.init(name, of: [piece]) }

  /// A module whose rows are those of several pieces.
  init(_ name: String, of pieces: [String], share: Share = .equal) {
    self.name = NamePattern(name)
    self.pieces = pieces.map(NamePattern.init)
    self.share = share
  }

  /// A module whose rows are those of `parts` under one name.
  init(_ name: String, under path: String, _ parts: [String], share: Share = .equal) {
    self.init(name, of: parts.map { path + "." + $0 }, share: share)
  }
}

/// A module by one name, and the pieces whose rows it holds.
struct ModuleRun: Sendable, Equatable {
  let name: String
  let pieces: [String]
  let share: NamingRule.Share

  /// A module that is a piece by itself.
  init(_ name: String) { self.init(name: name, pieces: [name], share: .equal) }

  init(name: String, pieces: [String], share: NamingRule.Share) {
    (self.name, self.pieces, self.share) = (name, pieces, share)
  }

  /// How many rows each piece has of a matrix `[rows, columns]`; nil when it cannot be divided so.
  func sizes(rows: Int, columns: Int) -> [Int]? {
    let whole: Int
    switch share {
    case .equal: whole = 0
    case .columns(let count): whole = count
    }
    let (rest, others) = (rows - whole * columns, pieces.count - whole)
    guard rest >= 0, others > 0 ? rest % others == 0 && rest > 0 : rest == 0 else { return nil }
    return (0..<pieces.count).map { $0 < whole ? columns : rest / others }
  }
}
