/// Finds the longest of many patterns at every place of a text, reading each byte once.
///
/// It is Aho and Corasick's automaton of the patterns written backwards, and reads the text from its
/// end: so what it knows at a place is what begins there.
struct PatternAutomaton: Sendable {
  private struct Node {
    /// The byte that leads here, the first child and the next child of the same parent; 0 for none.
    var byte: UInt8
    var child: Int32 = 0
    var sibling: Int32 = 0
    /// The node of the longest shorter text that this one's ends with.
    var fallback: Int32 = 0
    /// The longest pattern that begins here, -1 for none.
    var pattern: Int32 = -1
  }

  private var nodes = [Node(byte: 0)]
  /// Where each byte leads from the root.
  private var first = [Int32](repeating: 0, count: 256)
  private let lengths: [Int]

  struct Match {
    var pattern: Int
    var range: Range<Int>
  }

  /// Patterns of at least one byte, each of which is there once.
  init(_ patterns: [[UInt8]]) {
    lengths = patterns.map(\.count)
    for (number, pattern) in patterns.enumerated() { add(pattern, number) }
    link()
  }

  /// The matches in `range` from left to right: at each place the longest, none in another.
  func matches(in bytes: [UInt8], _ range: Range<Int>) -> [Match] {
    var found: [Match] = []
    var node: Int32 = 0
    var place = range.upperBound
    while place > range.lowerBound {
      place -= 1
      node = next(node, bytes[place])
      let pattern = Int(nodes[Int(node)].pattern)
      if pattern >= 0 {
        found.append(Match(pattern: pattern, range: place..<place + lengths[pattern]))
      }
    }
    var end = range.lowerBound
    return found.reversed().filter { match in
      guard match.range.lowerBound >= end else { return false }
      end = match.range.upperBound
      return true
    }
  }

  @inline(__always)
  private func next(_ start: Int32, _ byte: UInt8) -> Int32 {
    var node = start
    while node != 0 {
      let child = child(of: node, byte)
      if child != 0 { return child }
      node = nodes[Int(node)].fallback
    }
    return first[Int(byte)]
  }

  private func child(of node: Int32, _ byte: UInt8) -> Int32 {
    guard node != 0 else { return first[Int(byte)] }
    var child = nodes[Int(node)].child
    while child != 0, nodes[Int(child)].byte != byte { child = nodes[Int(child)].sibling }
    return child
  }

  private mutating func add(_ pattern: [UInt8], _ number: Int) {
    var node: Int32 = 0
    for byte in pattern.reversed() {
      var child = child(of: node, byte)
      if child == 0 {
        child = Int32(nodes.count)
        nodes.append(Node(byte: byte, sibling: nodes[Int(node)].child))
        nodes[Int(node)].child = child
        if node == 0 { first[Int(byte)] = child }
      }
      node = child
    }
    nodes[Int(node)].pattern = Int32(number)
  }

  /// Finds where each node falls back to, the shorter texts first.
  private mutating func link() {
    var queue: [Int32] = [0]
    var head = 0
    while head < queue.count {
      let node = queue[head]
      head += 1
      var child = nodes[Int(node)].child
      while child != 0 {
        let fallback = node == 0 ? 0 : next(nodes[Int(node)].fallback, nodes[Int(child)].byte)
        nodes[Int(child)].fallback = fallback
        if nodes[Int(child)].pattern < 0 {
          nodes[Int(child)].pattern = nodes[Int(fallback)].pattern
        }
        queue.append(child)
        child = nodes[Int(child)].sibling
      }
    }
  }
}
