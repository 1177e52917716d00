/// A string that is equal to another only when their UTF-8 bytes are, and sorted by code points.
///
/// Swift's `String` calls "é" and "e\u{301}" equal; file formats, and people's class labels, do not.
package struct ExactString: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let text: String

  package init(_ text: String) {
    self.text = text
  }

  package static func == (left: Self, right: Self) -> Bool {
    left.text.utf8.elementsEqual(right.text.utf8)
  }

  /// UTF-8 keeps the order of code points.
  package static func < (left: Self, right: Self) -> Bool {
    left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
  }

  package func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
    hasher.combine(0xFF as UInt8)
  }

  package var description: String { text }
}
