/// Text searched as Python does, by code points: in UTF-8, by bytes.
///
/// Swift's own search takes what looks alike for equal.
struct Search {
  let text: [UInt8]
  let pattern: [UInt8]

  init(for pattern: String, in text: String) {
    self.text = Array(text.utf8)
    self.pattern = Array(pattern.utf8)
  }

  /// Where the pattern begins, from the left and without overlap, at most `limit` times.
  ///
  /// The pattern is not empty. Linear in the text (Knuth, Morris and Pratt).
  func places(limit: Int = .max) -> [Int] {
    precondition(!pattern.isEmpty)
    let borders = self.borders
    var places: [Int] = []
    var matched = 0
    for (index, byte) in text.enumerated() where places.count < limit {
      while matched > 0, pattern[matched] != byte { matched = borders[matched - 1] }
      if pattern[matched] == byte { matched += 1 }
      if matched == pattern.count {
        places.append(index + 1 - matched)
        matched = 0
      }
    }
    return places
  }

  /// For each beginning of the pattern, the longest end of it that is a beginning too.
  private var borders: [Int] {
    var borders = [Int](repeating: 0, count: pattern.count)
    var length = 0
    for index in pattern.indices.dropFirst() {
      while length > 0, pattern[index] != pattern[length] { length = borders[length - 1] }
      if pattern[index] == pattern[length] { length += 1 }
      borders[index] = length
    }
    return borders
  }

  /// Whether the text holds the pattern; it holds the empty one.
  var isFound: Bool { pattern.isEmpty || !places(limit: 1).isEmpty }

  /// The pieces between the pattern, at most `limit` cuts from the left.
  func pieces(limit: Int = .max) -> [String] {
    var begin = 0
    var pieces: [String] = []
    for place in places(limit: limit) {
      pieces.append(String(decoding: text[begin..<place], as: UTF8.self))
      begin = place + pattern.count
    }
    return pieces + [String(decoding: text[begin...], as: UTF8.self)]
  }
}
