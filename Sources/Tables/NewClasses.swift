/// The classes of a network that has none yet: what the labels of its table are.
struct NewClasses {
  /// What labels are told apart by.
  enum Kind {
    /// Whole numbers, by value.
    case numbers
    /// True and false, and nothing else.
    case truths
    case words
  }

  let kind: Kind
  /// By id.
  private(set) var names: [String] = []
  /// Spellings that are one class although a person may have meant several.
  private var joined: [[String]] = []

  /// - Parameters:
  ///   - texts: The different labels that are not missing, by code points.
  ///   - areWhole: Whether all are whole numbers.
  init(_ texts: [String], areWhole: Bool) {
    let truths = texts.compactMap(labelTruth(of:))
    if areWhole {
      kind = .numbers
      take(texts) { WholeNumber($0) }
      // A plus and zeros behind the point are a writer's habit; zeros in front may be a code's.
      joined = joined.map { texts in
        Set(texts.compactMap { WholeNumber($0)?.name($0) }).sorted()
      }.filter { $0.count > 1 }
    } else if truths.count == texts.count {
      kind = .truths
      take(texts.filter { truthValue(of: $0) != nil } + texts) {
        labelTruth(of: $0).map { $0 ? 1 : 0 }
      }
    } else {
      kind = .words
      names = texts
    }
  }

  /// Makes a class of all texts with the same key, called as the first of them, by their keys.
  private mutating func take<Key: Hashable & Comparable>(
    _ texts: [String], _ key: (String) -> Key?
  ) {
    var spellings: [Key: [String]] = [:]
    for text in texts {
      guard let key = key(text), spellings[key]?.contains(text) != true else { continue }
      spellings[key, default: []].append(text)
    }
    let classes = spellings.sorted { $0.key < $1.key }.map(\.value)
    names = classes.compactMap { texts in
      texts.first.map { kind == .numbers ? WholeNumber($0)?.name($0) ?? $0 : $0 }
    }
    joined = classes.filter { $0.count > 1 }
  }

  /// What a person should know of them as the classes of `column`.
  func remarks(of column: String) -> [TableRemark] {
    joined.map { .oneClass(column: column, spellings: $0, areNumbers: kind == .numbers) }
      + (kind == .words ? TableRemark.alike(names, of: column, areClasses: true) : [])
  }
}

/// Whether a label says true or false, in words or as 1 and 0.
func labelTruth(of text: String) -> Bool? {
  truthValue(of: text) ?? ["0": false, "1": true][WholeNumber(text)?.name(text) ?? ""]
}
