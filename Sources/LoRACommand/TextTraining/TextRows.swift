import Containers
import Kernels
import Tensors
import Text
import Training

/// The rows of a run on text: those to train on, and those to validate on.
struct TextRows {
  /// The name of the file, for people.
  let file: String
  let form: TextForm
  private(set) var training: [TextRow] = []
  private(set) var held: [TextRow] = []
  /// Where the rows to validate on are from, as `held out`, or why there are none.
  private(set) var heldOrigin = ""
  /// The share of the rows that was held out, 0 for none.
  private(set) var heldShare = 0.0
  /// That reading took.
  private(set) var seconds = 0.0
  private(set) var found = Found()

  /// What was found in the file of the rows.
  struct Found {
    /// Rows of the file.
    var rows = 0
    /// Rows of which the end was cut off, and texts that were parted.
    var cut = 0
    var parted = 0
    /// The lines of rows with nothing to learn.
    var emptyLines: [Int] = []
    /// Rows whose system's words the template left out.
    var withoutSystem = 0
  }

  /// How rows are read, and which are held out.
  struct Preparation {
    let encoder: TextRowEncoder
    let options: TextDataOptions
    let held: TrainingTables.Held
  }

  /// Fewer rows are all trained on where nobody says.
  private static let fewRows = 200
  private static let usualShare = 0.05

  /// Reads the rows at `path`, and those to validate on.
  ///
  /// - Parameters:
  ///   - path: A file, also inside gzip, or `-`.
  ///   - preparation: How.
  ///   - generator: Draws the rows held out.
  /// - Throws: `ErrorList` with every row that cannot be used; `TextTrainingError` when nothing is left.
  init(_ path: String, _ preparation: Preparation, generator: inout Generator) throws {
    let started = ContinuousClock.now
    let texts = TextFile(path: path, options: preparation.options)
    file = texts.name
    var found = Found()
    (form, training) = try Self.read(texts, preparation.encoder, &found)
    self.found = found
    switch preparation.held {
    case .table(let other):
      var ignored = Found()
      let texts = TextFile(path: other, options: preparation.options)
      held = try Self.read(texts, preparation.encoder, &ignored).rows
      heldOrigin = "\(counted(held.count, "row")) of \(escaped(other))"
    case .none: break
    case .share(let share): heldShare = share
    case .usual: heldShare = training.count > Self.fewRows ? Self.usualShare : 0
    }
    if heldShare > 0 {
      var chance = generator.fork()
      hold(&chance)
      guard !held.isEmpty, !training.isEmpty else {
        throw TextTrainingError.nothingHeldOut(file: file)
      }
      heldOrigin = "\(counted(held.count, "row")) held out"
    }
    if held.isEmpty {
      heldOrigin =
        preparation.held.isUsual
        ? "none: no rows are held out of \(Self.fewRows) or fewer unless --holdout says so" : "none"
    }
    seconds = (ContinuousClock.now - started).inSeconds
  }

  private static func read(
    _ file: TextFile, _ encoder: TextRowEncoder, _ found: inout Found
  ) throws -> (form: TextForm, rows: [TextRow]) {
    var rows: [TextRow] = []
    let form = try file.forEachRecord { record, _ in
      let made = try encoder.rows(of: record)
      found.rows += 1
      if made.isCut { found.cut += 1 }
      if made.rows.count > 1 { found.parted += 1 }
      if made.dropsSystem { found.withoutSystem += 1 }
      if made.rows.isEmpty { found.emptyLines.append(record.line) }
      rows += made.rows
    }
    guard !rows.isEmpty else {
      throw TextTrainingError.nothingLeft(file: file.name, limit: encoder.limit)
    }
    return (form, rows)
  }

  /// Draws the rows to hold out, of each class the same share.
  private mutating func hold(_ generator: inout Generator) {
    var groups: [Int32: [Int]] = [:]
    for (index, row) in training.enumerated() {
      let label: Int32 = if case .label(let label) = row.tokens.target { label } else { 0 }
      groups[label, default: []].append(index)
    }
    var isHeld = [Bool](repeating: false, count: training.count)
    for label in groups.keys.sorted() {
      var group = groups[label] ?? []
      generator.shuffle(&group)
      let count = min(max(0, group.count - 1), Int((Double(group.count) * heldShare).rounded()))
      for index in group.prefix(count) { isHeld[index] = true }
    }
    let rows = training
    held = rows.indices.filter { isHeld[$0] }.map { rows[$0] }
    training = rows.indices.filter { !isHeld[$0] }.map { rows[$0] }
  }

  /// Tokens of the rows to train on, and those that are learned.
  var tokenCount: Int { training.reduce(0) { $0 + $1.tokens.tokens.count } }
  var learnedCount: Int { training.reduce(0) { $0 + $1.tokens.counted } }
  var longest: Int { training.reduce(0) { max($0, $1.tokens.tokens.count) } }

  /// A digest of all rows to train on, or to validate on, by which the same rows are known again.
  static func digest(of rows: [TextRow]) -> Fingerprint {
    var state = DigestState()
    var words: [Int64] = []
    for row in rows {
      // Lengths come before what they are of, so that no two lists of rows are the same words.
      words.removeAll(keepingCapacity: true)
      words.append(Int64(row.tokens.tokens.count))
      words += row.tokens.tokens.map(Int64.init)
      words.append(Int64(row.tokens.segments?.count ?? 0))
      words += (row.tokens.segments ?? []).map(Int64.init)
      switch row.tokens.target {
      case .tokens(let labels): words += labels.map(Int64.init)
      case .label(let label): words.append(Int64(label))
      case .values(let values): words += values.map { Int64(bitPattern: $0.bitPattern) }
      }
      words.withBytes { state.update($0) }
    }
    return Fingerprint(state.digest())
  }
}
