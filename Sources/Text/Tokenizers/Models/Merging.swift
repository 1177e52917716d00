/// The tokens of one piece while they are merged.
///
/// The pair of the smallest rank merges first, and of equal pairs the leftmost: short pieces look for
/// it among all pairs, long ones keep a heap, n log n in the length of the piece.
struct Merging: Sendable {
  /// Up to as many tokens are looked through.
  private static let shortLimit = 32

  /// The tokens, and where each begins and ends in the bytes.
  private(set) var tokens: [UInt32] = []
  private(set) var starts: [Int] = []
  private(set) var ends: [Int] = []
  /// What each token makes with the next.
  private var merges: [MergeTable.Merge] = []
  /// For long pieces: neighbours, -1 for none, and the pairs by rank and place.
  private var previous: [Int32] = []
  private var next: [Int32] = []
  private var heap = MergeHeap()

  mutating func removeAll() {
    tokens.removeAll(keepingCapacity: true)
    starts.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
  }

  @inline(__always)
  mutating func add(_ token: UInt32, _ start: Int, _ end: Int) {
    tokens.append(token)
    starts.append(start)
    ends.append(end)
  }

  mutating func merge(by table: MergeTable) {
    guard tokens.count > 1 else { return }
    if tokens.count <= Self.shortLimit { mergeShort(table) } else { mergeLong(table) }
  }

  private mutating func mergeShort(_ table: MergeTable) {
    merges.removeAll(keepingCapacity: true)
    for place in 0..<tokens.count - 1 {
      merges.append(table.find(tokens[place], tokens[place + 1]))
    }
    merges.append(MergeTable.none)
    while true {
      var (best, place) = (MergeTable.none, 0)
      for index in merges.indices where merges[index] < best {
        (best, place) = (merges[index], index)
      }
      guard best != MergeTable.none else { return }
      tokens[place] = UInt32(truncatingIfNeeded: best)
      ends[place] = ends[place + 1]
      tokens.remove(at: place + 1)
      starts.remove(at: place + 1)
      ends.remove(at: place + 1)
      merges.remove(at: place + 1)
      merges[place] =
        place + 1 < tokens.count
        ? table.find(tokens[place], tokens[place + 1]) : MergeTable.none
      if place > 0 { merges[place - 1] = table.find(tokens[place - 1], tokens[place]) }
    }
  }

  private mutating func mergeLong(_ table: MergeTable) {
    let count = tokens.count
    previous = (0..<Int32(count)).map { $0 - 1 }
    next = (1...Int32(count)).map { $0 < count ? $0 : -1 }
    heap.removeAll()
    for place in 0..<count - 1 { push(place, table) }
    heap.order()
    while let pair = heap.pop() {
      let place = Int(pair & 0xFFFF_FFFF)
      guard next[place] >= 0 else { continue }
      let right = Int(next[place])
      let merge = table.find(tokens[place], tokens[right])
      guard merge != MergeTable.none, merge >> 32 == pair >> 32 else { continue }
      tokens[place] = UInt32(truncatingIfNeeded: merge)
      ends[place] = ends[right]
      next[place] = next[right]
      next[right] = -1
      ends[right] = -1
      if next[place] >= 0 { previous[Int(next[place])] = Int32(place) }
      if next[place] >= 0 { pushOrdered(place, table) }
      if previous[place] >= 0 { pushOrdered(Int(previous[place]), table) }
    }
    keepMerged()
  }

  private mutating func push(_ place: Int, _ table: MergeTable) {
    let merge = table.find(tokens[place], tokens[Int(next[place])])
    if merge != MergeTable.none { heap.add(merge & ~0xFFFF_FFFF | UInt64(place)) }
  }

  private mutating func pushOrdered(_ place: Int, _ table: MergeTable) {
    let merge = table.find(tokens[place], tokens[Int(next[place])])
    if merge != MergeTable.none { heap.push(merge & ~0xFFFF_FFFF | UInt64(place)) }
  }

  /// Drops the tokens that were merged into one on their left.
  private mutating func keepMerged() {
    var kept = 0
    for place in tokens.indices where ends[place] >= 0 {
      (tokens[kept], starts[kept], ends[kept]) = (tokens[place], starts[place], ends[place])
      kept += 1
    }
    tokens.removeLast(tokens.count - kept)
    starts.removeLast(starts.count - kept)
    ends.removeLast(ends.count - kept)
  }
}

/// Numbers, the smallest first.
private struct MergeHeap: Sendable {
  private var items: [UInt64] = []

  mutating func removeAll() { items.removeAll(keepingCapacity: true) }

  /// Adds a number out of order.
  mutating func add(_ item: UInt64) { items.append(item) }

  /// Brings all numbers into order.
  mutating func order() {
    for place in stride(from: items.count / 2 - 1, through: 0, by: -1) { sink(place) }
  }

  mutating func push(_ item: UInt64) {
    var place = items.count
    items.append(item)
    while place > 0 {
      let parent = (place - 1) / 2
      guard item < items[parent] else { break }
      items[place] = items[parent]
      place = parent
    }
    items[place] = item
  }

  mutating func pop() -> UInt64? {
    guard let last = items.popLast() else { return nil }
    guard let first = items.first else { return last }
    items[0] = last
    sink(0)
    return first
  }

  private mutating func sink(_ start: Int) {
    let item = items[start]
    var place = start
    while true {
      var child = 2 * place + 1
      guard child < items.count else { break }
      if child + 1 < items.count, items[child + 1] < items[child] { child += 1 }
      guard items[child] < item else { break }
      items[place] = items[child]
      place = child
    }
    items[place] = item
  }
}
