import Tensors

/// The words of one column as they come by, each text kept once.
struct LabelCollector {
  /// How numbers are spelt, and what is missing.
  let form: NumberForm
  /// For each row the index of its text in `texts`; -1 for none.
  private(set) var rows: [Int32] = []
  /// The different texts in the order of their first rows, and the lines of those.
  private(set) var texts: [ExactString] = []
  private(set) var firstLines: [Int] = []
  private var indices: [ExactString: Int32] = [:]
  /// The number that each text is, infinite for one that is none or not finite.
  private var numbers: [Double] = []
  /// Texts seen lately, by their bytes: most tables have few, and short ones.
  private var recent = [(key: UInt64, index: Int32)](repeating: (0, -1), count: 256)

  /// The line of the first row without a text.
  private(set) var firstMissingLine: Int?

  /// More classes than this are not kept: the target is hardly a class.
  static let limit = 65_536

  /// Whether there were more different texts than `limit`; nothing is collected from then on.
  private(set) var overflowed = false

  init(_ form: NumberForm) {
    self.form = form
  }

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
      numbers.append(form.number(text.text) ?? .infinity)
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

  /// The number of each row's text, NaN where a target is missing; nil unless all others are finite in
  /// `Scalar`.
  func values<Scalar: BinaryFloatingPoint>(as scalar: Scalar.Type) -> [Scalar]? {
    let numbers = zip(texts, numbers).map { text, number in
      form.isMissing(text.text) ? Scalar.nan : Scalar(number)
    }
    guard numbers.allSatisfy({ $0.isFinite || $0.isNaN }) else { return nil }
    guard numbers.contains(where: \.isFinite) || texts.isEmpty else { return nil }
    return rows.map { $0 < 0 ? .nan : numbers[Int($0)] }
  }

  /// A row without a text.
  mutating func addMissing(line: Int) {
    guard !overflowed else { return }
    rows.append(-1)
    firstMissingLine = firstMissingLine ?? line
  }

  /// Whether a text was among those of the column.
  func contains(_ text: String) -> Bool { indices[ExactString(text)] != nil }

  private func text(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
    String(decoding: range.map { bytes[$0] }, as: UTF8.self)
  }

  /// The line of the first row without a text, or with one that means a missing number.
  var firstLineWithoutNumber: Int? {
    let lines = zip(texts, firstLines).filter { form.isMissing($0.0.text) }.map(\.1)
    return (lines + [firstMissingLine].compactMap(\.self)).min()
  }
}
