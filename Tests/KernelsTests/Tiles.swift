import Synchronization

/// Results that threads hand in by their index.
final class Tiles: Sendable {
  private let results: Mutex<[[UInt64]]>

  init(count: Int) {
    results = Mutex([[UInt64]](repeating: [], count: count))
  }

  subscript(index: Int) -> [UInt64] {
    get { results.withLock { $0[index] } }
    set { results.withLock { $0[index] = newValue } }
  }

  var joined: [UInt64] { results.withLock { Array($0.joined()) } }
}
