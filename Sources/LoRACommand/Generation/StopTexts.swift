/// Ends a text before any of some words, and hands it out as soon as none can begin in it.
struct StopTexts {
  private let texts: [[UInt8]]
  /// What may be the beginning of one of them.
  private var held: [UInt8] = []
  /// Whether one was found: the text has ended before it.
  private(set) var isFound = false

  /// `texts` are not empty.
  init(_ texts: [String]) {
    self.texts = texts.map { Array($0.utf8) }
  }

  /// Adds a piece, and gives what is certain.
  mutating func append(_ piece: String) -> String {
    guard !isFound else { return "" }
    held += piece.utf8
    let end = texts.compactMap { place(of: $0) }.min()
    let certain = end ?? held.count - held.suffixLength(thatBeginsOneOf: texts)
    isFound = end != nil
    defer { held.removeFirst(certain) }
    return String(decoding: held[..<certain], as: UTF8.self)
  }

  /// What was held back, when nothing follows.
  mutating func finish() -> String {
    defer { held = [] }
    return isFound ? "" : String(decoding: held, as: UTF8.self)
  }

  private func place(of text: [UInt8]) -> Int? {
    guard held.count >= text.count else { return nil }
    return (0...held.count - text.count).first { held[$0...].starts(with: text) }
  }
}

extension [UInt8] {
  /// The length of the longest end that is the beginning of one of `texts`.
  fileprivate func suffixLength(thatBeginsOneOf texts: [[UInt8]]) -> Int {
    let longest = texts.map { $0.count - 1 }.max() ?? 0
    return stride(from: Swift.min(longest, count), to: 0, by: -1).first { length in
      texts.contains { $0.starts(with: suffix(length)) }
    } ?? 0
  }
}
