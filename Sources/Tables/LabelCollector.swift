import Tensors

/// The words of one column as they come by, each text kept once.
struct LabelCollector {
  /// For each row the index of its text in `texts`; -1 for none.
  private(set) var rows: [Int32] = []
  /// The different texts in the order of their first rows, and the lines of those.
  private var texts: [ExactString] = []
  private var firstLines: [Int] = []
  private var indices: [ExactString: Int32] = [:]
  /// The number that each text is, infinite for one that is none or not finite.
  private var numbers: [Double] = []
  /// Texts seen lately, by their bytes: most tables have few, and short ones.
  private var recent = [(key: UInt64, index: Int32)](repeating: (0, -1), count: 256)

  /// More classes than this are not kept: the target is hardly a class.
  static let limit = 65_536

  /// Whether there were more different texts than `limit`; nothing is collected from then on.
  private(set) var overflowed = false

  /// Makes room for so many rows.
  mutating func expect(_ count: Int) { rows.reserveCapacity(count) }

  mutating func add(_ text: String, line: Int) {
    guard !overflowed else { return }
    let text = ExactString(text)
    if let index = indices[text] {
      rows.append(index)
    } else if texts.count == Self.limit {
      overflowed = true
    } else {
      let index = Int32(texts.count)
      indices[text] = index
      texts.append(text)
      let utf8 = Array(text.text.utf8)
      numbers.append(decimalNumber(utf8.span, in: 0..<utf8.count) ?? .infinity)
      firstLines.append(line)
      rows.append(index)
    }
  }

  /// Takes the text at `range` of `bytes`.
  mutating func add(_ bytes: Span<UInt8>, _ range: Range<Int>, line: Int) {
    guard !overflowed else { return }
    // Up to seven bytes and their number in one word, which is never 0.
    guard (1...7).contains(range.count) else { return add(text(bytes, range), line: line) }
    var key = UInt64(range.count)
    for index in range { key = key << 8 | UInt64(bytes[index]) }
    let place = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 56)
    if recent[place].key == key {
      rows.append(recent[place].index)
    } else {
      add(text(bytes, range), line: line)
      if let index = rows.last, !overflowed { recent[place] = (key, index) }
    }
  }

  /// The number of each row's text; nil unless all are finite in `Scalar`.
  func values<Scalar: BinaryFloatingPoint>(as scalar: Scalar.Type) -> [Scalar]? {
    let numbers = numbers.map { Scalar($0) }
    guard numbers.allSatisfy(\.isFinite) else { return nil }
    return rows.map { numbers[Int($0)] }
  }

  /// A row without a text.
  mutating func addMissing() { rows.append(-1) }

  private func text(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
    String(decoding: range.map { bytes[$0] }, as: UTF8.self)
  }

  /// The labels as class ids, and the names of the classes unless labels are ids themselves.
  ///
  /// The classes of a network stand: each label is one of `known`, or an id below `outputs`. A whole
  /// number means the same class however it is spelt: `1.0` is `1`. For a new network the classes are
  /// the whole numbers that occur, by value, or else the words that occur, by code points.
  ///
  /// - Parameters:
  ///   - known: The class names of the network, by id; nil where its classes are ids.
  ///   - outputs: How many classes the network has, or nil for a new one.
  ///   - file: The name for errors.
  ///   - column: The target's name for errors.
  /// - Returns: A class id for each row, and the classes' names unless they are 0, 1, 2 and on.
  /// - Throws: `TableError` at the first label that has no class.
  func classes(
    known: [String]?, outputs: Int?, file: String, column: String
  ) throws(TableError) -> (labels: [Int32], names: [String]?) {
    let limit = known?.count ?? outputs ?? Self.limit
    guard !overflowed else {
      throw TableError(
        file: file, column: column, .tooManyLabels(found: Self.limit + 1, classes: limit))
    }
    let names = known ?? outputs.map { (0..<$0).map(String.init) } ?? distinctNames
    let labels = try ids(
      among: names, orNumbers: areWholeNumbers || known != nil || outputs != nil, file: file,
      column: column
    ) { text, names in
      if known != nil { return .unknownLabel(text, known: names) }
      let utf8 = Array(text.utf8)
      return decimalNumber(utf8.span, in: 0..<utf8.count) == nil
        ? .wordForId(text, classes: limit) : .labelOutOfRange(text, classes: limit)
    }
    let areIds = known == nil && names.indices.allSatisfy { names[$0] == String($0) }
    return (labels, areIds ? nil : names)
  }

  /// The categories and each row's, -1 for none.
  ///
  /// - Throws: `TableError` at the first text that is none of `known`.
  func categories(
    known: [String]?, file: String, column: String
  ) throws(TableError) -> (rows: [Int32], names: [String]) {
    if overflowed {
      throw TableError(
        file: file, column: column,
        .tooManyCategories(limit: Self.limit))
    }
    let names = known ?? sorted
    let rows = try ids(among: names, file: file, column: column) {
      .unknownCategory($0, known: $1)
    }
    return (rows, names)
  }

  /// The different texts in the order of their code points.
  private var sorted: [String] { texts.sorted().map(\.text) }

  /// The classes that a new network tells apart: whole numbers by value, else words.
  private var distinctNames: [String] {
    guard areWholeNumbers else { return sorted }
    var names: [WholeNumber: String] = [:]
    for text in sorted {
      if let number = WholeNumber(text), names[number] == nil { names[number] = number.name(text) }
    }
    return names.sorted { $0.key < $1.key }.map(\.value)
  }

  private func ids(
    among names: [String], orNumbers: Bool = false, file: String, column: String,
    _ reason: (String, [String]) -> TableError.Reason
  ) throws(TableError) -> [Int32] {
    let order = names.map { ExactString($0) }
    let table = Dictionary(zip(order, 0...), uniquingKeysWith: { first, _ in first })
    // A number that two names spell is neither of them.
    let numbers = Dictionary(
      zip(names, 0...).compactMap { name, id in WholeNumber(name).map { ($0, id) } },
      uniquingKeysWith: { _, _ in -1 })
    var ids: [Int32] = []
    for (text, line) in zip(texts, firstLines) {
      let number = orNumbers ? WholeNumber(text.text).flatMap { numbers[$0] } : nil
      guard let id = table[text] ?? number, id >= 0 else {
        throw TableError(file: file, line: line, column: column, reason(text.text, names))
      }
      ids.append(Int32(id))
    }
    return rows.map { $0 < 0 ? -1 : ids[Int($0)] }
  }

  /// Whether every text is a whole number, as ids are.
  var areWholeNumbers: Bool { texts.allSatisfy { WholeNumber($0.text) != nil } }

  /// How many different values the texts are, when all are whole numbers.
  var wholeNumberCount: Int? {
    let numbers = texts.compactMap { WholeNumber($0.text) }
    return numbers.count == texts.count ? Set(numbers).count : nil
  }
}
