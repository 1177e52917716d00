import Synchronization

/// Room for a product's panels, kept from one product to the next.
enum ProductSpace {
  private final class Buffer: Sendable {
    let bytes: AlignedBuffer

    init(byteCount: Int) throws(OutOfMemory) {
      bytes = try AlignedBuffer(byteCount: byteCount, isZeroed: false)
    }
  }

  private static let idle = Mutex<[Buffer]>([])

  /// Lends room for `count` numbers, which nobody else writes meanwhile.
  static func lend<Scalar>(
    _ count: Int, of: Scalar.Type, _ body: (UnsafeMutableRawPointer) -> Void
  ) {
    let byteCount = count * MemoryLayout<Scalar>.stride
    var buffer = idle.withLock { $0.popLast() }
    if (buffer?.bytes.byteCount ?? -1) < byteCount {
      guard let larger = try? Buffer(byteCount: byteCount) else {
        fatalError("no memory for the \(byteCount) bytes of a product's panels")
      }
      buffer = larger
    }
    guard let buffer else { return }
    unsafe body(buffer.bytes.base)
    idle.withLock { $0.append(buffer) }
  }
}
