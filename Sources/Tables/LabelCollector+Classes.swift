import Tensors

extension LabelCollector {
  /// Class ids of a column's labels.
  struct Classes {
    /// One a row, -1 where the label is missing.
    let labels: [Int32]
    /// The classes' names unless they are 0, 1, 2 and on.
    let names: [String]?
    /// The line of the first missing label.
    let firstMissingLine: Int?
    /// What a person should know of a new network's classes.
    let remarks: [TableRemark]
  }

  /// The labels as class ids, and the names of the classes unless labels are ids themselves.
  ///
  /// The classes of a network stand: each label is one of `known`, or an id below `outputs`. A whole
  /// number means the same class however it is spelt: `1.0` is `1`; so does a truth value where two
  /// classes are one: `TRUE` is `yes` or `1`. For a new network the classes are the whole numbers that
  /// occur, by value, or false and true where nothing else occurs, or else the words that occur, by code
  /// points. A word for a missing number is a class only among words.
  ///
  /// - Parameters:
  ///   - known: The class names of the network, by id; nil where its classes are ids.
  ///   - outputs: How many classes the network has, or nil for a new one.
  ///   - place: The target, for errors.
  /// - Returns: A class id for each row, and what the classes are called.
  /// - Throws: `TableError` at the first label that has no class.
  func classes(
    known: [String]?, outputs: Int?, _ place: ColumnPlace
  ) throws(TableError) -> Classes {
    let limit = known?.count ?? outputs ?? Self.limit
    guard !overflowed else {
      throw place.error(.tooManyLabels(found: Self.limit + 1, classes: limit))
    }
    let isNew = known == nil && outputs == nil
    let missing = missingTexts(isNew ? nil : Set((known ?? []).map { ExactString($0) }))
    let areWhole = zip(texts, missing).allSatisfy { $1 || WholeNumber($0.text) != nil }
    let new = isNew ? newClasses(missing, areWhole: areWhole) : nil
    let names = known ?? outputs.map { (0..<$0).map(String.init) } ?? new?.names ?? []
    let finder = ClassFinder(names, byValue: new?.kind != .words)
    var ids: [Int32] = []
    for (index, text) in texts.enumerated() {
      guard let id = missing[index] ? -1 : finder.id(of: text) else {
        let reason = Self.reason(text.text, names, areNamed: known != nil)
        throw place.error(reason, line: firstLines[index])
      }
      ids.append(Int32(id))
    }
    let areIds = known == nil && names.indices.allSatisfy { names[$0] == String($0) }
    let lines = texts.indices.filter { missing[$0] }.map { firstLines[$0] }
    return Classes(
      labels: rows.map { $0 < 0 ? -1 : ids[Int($0)] }, names: areIds ? nil : names,
      firstMissingLine: (lines + [firstMissingLine].compactMap(\.self)).min(),
      remarks: new?.remarks(of: place.column) ?? [])
  }

  private static func reason(
    _ text: String, _ names: [String], areNamed: Bool
  ) -> TableError.Reason {
    if areNamed { return .unknownLabel(text, known: names) }
    let utf8 = Array(text.utf8)
    return decimalNumber(utf8.span, in: 0..<utf8.count) == nil
      ? .wordForId(text, classes: names.count) : .labelOutOfRange(text, classes: names.count)
  }

  /// Which texts mean that the label is missing; `known` are a network's classes, nil for a new one.
  private func missingTexts(_ known: Set<ExactString>?) -> [Bool] {
    let said = texts.map { form.missing.contains($0.text) }
    let usual = texts.map { form.isMissing($0.text) }
    if let known { return zip(texts, usual).map { $1 && !known.contains($0) } }
    let numbers = zip(texts, usual).filter { !$1 }.map(\.0)
    return numbers.isEmpty || numbers.contains { WholeNumber($0.text) == nil } ? said : usual
  }

  /// The classes that a new network tells apart.
  private func newClasses(_ missing: [Bool], areWhole: Bool) -> NewClasses {
    NewClasses(
      zip(texts, missing).filter { !$1 }.map(\.0).sorted().map(\.text), areWhole: areWhole)
  }

  /// How many different values the texts are, when all that are not missing are whole numbers.
  var wholeNumberCount: Int? {
    let present = texts.filter { !form.isMissing($0.text) }
    let numbers = present.compactMap { WholeNumber($0.text) }
    return numbers.count == present.count ? Set(numbers).count : nil
  }
}

/// Finds a class by its name, its number or its truth.
private struct ClassFinder {
  private let table: [ExactString: Int]
  /// By value; -1 for a number that two names spell.
  private let numbers: [WholeNumber: Int]
  /// Where two classes are true and false.
  private let truths: [Bool: Int]

  init(_ names: [String], byValue: Bool) {
    table = Dictionary(
      zip(names.map { ExactString($0) }, 0...), uniquingKeysWith: { first, _ in first })
    numbers =
      byValue
      ? Dictionary(
        zip(names, 0...).compactMap { name, id in WholeNumber(name).map { ($0, id) } },
        uniquingKeysWith: { _, _ in -1 }) : [:]
    let values = names.compactMap { truthValue(of: $0) ?? ["0": false, "1": true][$0] }
    truths =
      byValue && names.count == 2 && values.count == 2 && values[0] != values[1]
      ? [values[0]: 0, values[1]: 1] : [:]
  }

  func id(of text: ExactString) -> Int? {
    if let id = table[text] { return id }
    if let number = WholeNumber(text.text), let id = numbers[number] { return id < 0 ? nil : id }
    return labelTruth(of: text.text).flatMap { truths[$0] }
  }
}
