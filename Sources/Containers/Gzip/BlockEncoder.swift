import Kernels
import Synchronization

/// Compresses single blocks; used by one thread at a time.
final class BlockEncoder: @unchecked Sendable {
  private var deflater = Deflater(.huffmanOnly)
  private var body: [UInt8] = []

  /// Makes `member` the complete gzip member for `content`, of at most one block.
  func encode(_ content: RawSpan, into member: inout [UInt8]) {
    resize(&body, to: max(body.count, deflater.bound(of: content.byteCount)))
    let count = body.withMutableBytes { deflater.deflate(content, into: &$0) }
    let block = BlockedGzip.Block(
      memberSize: BlockedGzip.headerSize + count + 8, contentSize: content.byteCount)
    member.removeAll(keepingCapacity: true)
    member += BlockedGzip.header(block)
    member += body[..<count]
    member += BlockedGzip.trailer(crc: crc32(of: content), contentSize: content.byteCount)
  }
}

/// Bytes that one thread makes and another takes, each block in its own.
final class SharedBytes: Sendable {
  let bytes = Mutex<[UInt8]>([])
}
