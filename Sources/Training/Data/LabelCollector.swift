import Tensors

/// The labels of a table as they come by, each text kept once.
struct LabelCollector {
  /// For each row the index of its text in `texts`.
  private var rows: [Int32] = []
  /// The different texts in the order of their first rows, and the lines of those.
  private var texts: [ExactString] = []
  private var firstLines: [Int] = []
  private var indices: [ExactString: Int32] = [:]

  /// More classes than this are not kept: the target is hardly a class.
  static let limit = 65_536

  /// Whether there were more different texts than `limit`; nothing is collected from then on.
  private(set) var overflowed = false

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
      firstLines.append(line)
      rows.append(index)
    }
  }

  /// The labels as class ids, and the names of the classes unless labels are ids themselves.
  ///
  /// With `known` names each label is one of them. Without, labels that are all whole numbers are
  /// ids; otherwise all are words, and ids follow their order by code points.
  ///
  /// - Parameters:
  ///   - known: The class names of the network, by id.
  ///   - outputs: How many classes the network has, or nil for any.
  ///   - file: The name for errors.
  ///   - column: The target's name for errors.
  /// - Returns: A class id for each row, and the classes' names when labels are words.
  /// - Throws: `TableError` at the first label that has no class.
  func classes(
    known: [String]?, outputs: Int?, file: String, column: String
  ) throws(TableError) -> (labels: [Int32], names: [String]?) {
    let limit = outputs ?? Self.limit
    if overflowed {
      throw TableError(
        file: file, column: column, .tooManyLabels(found: Self.limit + 1, classes: limit))
    }
    var ids: [Int32] = []
    var names = known
    if let known {
      let order = known.map { ExactString($0) }
      let table = Dictionary(zip(order, 0...), uniquingKeysWith: { first, _ in first })
      for (text, line) in zip(texts, firstLines) {
        guard let id = table[text] else {
          throw TableError(
            file: file, line: line, column: column, .unknownLabel(text.text, known: known))
        }
        ids.append(Int32(id))
      }
    } else if texts.allSatisfy({ isWholeNumber($0.text) }) {
      for (text, line) in zip(texts, firstLines) {
        guard let id = Int(text.text), (0..<limit).contains(id) else {
          throw TableError(
            file: file, line: line, column: column,
            .labelOutOfRange(text.text, classes: limit))
        }
        ids.append(Int32(id))
      }
    } else {
      guard texts.count <= limit else {
        throw TableError(
          file: file, column: column, .tooManyLabels(found: texts.count, classes: limit))
      }
      let sorted = texts.sorted()
      let table = Dictionary(uniqueKeysWithValues: zip(sorted, 0...))
      ids = texts.map { Int32(table[$0] ?? 0) }
      names = sorted.map(\.text)
    }
    return (rows.map { ids[Int($0)] }, names)
  }

  /// Whether every text is a whole number, as ids are.
  var areWholeNumbers: Bool { texts.allSatisfy { isWholeNumber($0.text) } }
}

/// `[+-] digits`.
private func isWholeNumber(_ text: String) -> Bool {
  var digits = text.utf8[...]
  if let sign = digits.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
    digits.removeFirst()
  }
  return !digits.isEmpty && digits.allSatisfy { (0x30...0x39).contains($0) }
}
