/// Numbers that grow in number without ever being copied as a whole while they do.
///
/// An array that doubles holds what it had twice; here it is pieces, and they become one array at the
/// end, each given back when it is copied: memory is the result and one piece.
struct ElementList<Element> {
  private var pieces: [[Element]] = [[]]
  private(set) var count = 0

  /// Elements that the first piece has room for, where they were expected.
  private var firstSize = 0

  /// Elements of a piece: large enough for the system to take its memory back at once.
  private static var pieceSize: Int { (34 << 20) / MemoryLayout<Element>.stride }

  /// Makes room for what is expected to come in all, which costs nothing until it comes.
  ///
  /// When that much comes, or less, there is one piece and `takeAll` copies nothing.
  mutating func expect(_ count: Int) {
    guard pieces.count == 1, self.count < 1 << 20 else { return }
    pieces[0].reserveCapacity(count)
    firstSize = count
  }

  mutating func append(_ element: Element) {
    pieces[pieces.count - 1].append(element)
    count += 1
    endPiece()
  }

  mutating func append(contentsOf elements: [Element]) {
    if pieces.count > 1 || firstSize == 0 && count + elements.count > 1 << 16,
      pieces[pieces.count - 1].isEmpty
    {
      pieces[pieces.count - 1].reserveCapacity(Self.pieceSize + elements.count)
    }
    pieces[pieces.count - 1] += elements
    count += elements.count
    endPiece()
  }

  private mutating func endPiece() {
    let size = pieces.count == 1 && firstSize > 0 ? firstSize : Self.pieceSize
    if pieces[pieces.count - 1].count >= size { pieces.append([]) }
  }

  /// All elements, taken out of here.
  mutating func takeAll() -> [Element] {
    defer { (pieces, count, firstSize) = ([[]], 0, 0) }
    if pieces.count == 1 { return pieces[0] }
    var all: [Element] = []
    all.reserveCapacity(count)
    for index in pieces.indices {
      all += pieces[index]
      pieces[index] = []
    }
    return all
  }
}
