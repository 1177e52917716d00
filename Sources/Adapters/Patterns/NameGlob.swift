/// A pattern for whole names, as shells have it: `*` is any text, `?` any one character.
///
/// Everything else stands for itself; there is no way to write a star that is one.
package struct NameGlob: Sendable, Equatable {
  package let text: String

  package init(_ text: String) {
    self.text = text
  }

  /// Whether the pattern matches all of `name`, compared by code points.
  ///
  /// - Complexity: O(length of the pattern · length of the name), however many stars.
  package func matches(_ name: String) -> Bool {
    let (pattern, name) = (Array(text.unicodeScalars), Array(name.unicodeScalars))
    var (at, place) = (0, 0)
    // Where the last star stands, and what it has taken so far.
    var star: (pattern: Int, name: Int)?
    while place < name.count {
      if at < pattern.count, pattern[at] == "*" {
        star = (at, place)
        at += 1
      } else if at < pattern.count, pattern[at] == "?" || pattern[at] == name[place] {
        (at, place) = (at + 1, place + 1)
      } else if let last = star {
        star = (last.pattern, last.name + 1)
        (at, place) = (last.pattern + 1, last.name + 1)
      } else {
        return false
      }
    }
    return pattern[at...].allSatisfy { $0 == "*" }
  }
}
