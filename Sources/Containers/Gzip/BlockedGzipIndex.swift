/// Where the blocks of a blocked gzip file lie, compressed and not.
struct BlockedGzipIndex: Sendable {
  let blocks: [BlockedGzip.Block]
  /// Where each member begins in the file.
  let memberOffsets: [Int]
  /// Where each content begins in the decompressed file; one more than blocks, the last its size.
  let contentOffsets: [Int]

  /// Reads the index from the end of `file`; nil when there is none.
  ///
  /// - Throws: `GzipProblem.badIndex` when there is one and its sums do not fit the file.
  init?(of file: InputFile, size: Int) throws(ContainerError) {
    guard size >= BlockedGzip.endSize else { return nil }
    let endStart = size - BlockedGzip.endSize
    let end = try Self.bytes(of: file, in: endStart..<size)
    let numbers = end[16..<40]
    // All but the three numbers is fixed.
    var pattern = BlockedGzip.end(of: [])
    pattern.replaceSubrange(16..<40, with: numbers)
    guard pattern == end else { return nil }
    let start = integer(numbers[16..<24], as: UInt64.self)
    let count = integer(numbers[24..<32], as: UInt64.self)
    let contentSize = integer(numbers[32..<40], as: UInt64.self)
    // A member has more bytes than its pair, so that counts beyond the file's size are no counts.
    guard start <= endStart, count >= 1, count <= size / 8,
      BlockedGzip.indexSize(Int(count)) == endStart - Int(start)
    else { throw Self.failure(file, at: endStart) }
    let index = try Self.bytes(of: file, in: Int(start)..<endStart)
    guard let blocks = Self.blocks(in: index, count: Int(count)) else {
      throw Self.failure(file, at: Int(start))
    }
    self.init(blocks)
    guard memberEnd == start, UInt64(contentOffsets[blocks.count]) == contentSize else {
      throw Self.failure(file, at: Int(start))
    }
  }

  init(_ blocks: [BlockedGzip.Block]) {
    self.blocks = blocks
    memberOffsets = blocks.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.memberSize) }
    contentOffsets = blocks.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.contentSize) }
  }

  private var memberEnd: Int { memberOffsets[blocks.count] }

  /// The block that holds byte `offset` of the content.
  func block(at offset: Int) -> Int {
    var (low, high) = (0, blocks.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if contentOffsets[middle] <= offset { low = middle } else { high = middle }
    }
    return low
  }

  /// The pairs in index members that have nothing but pairs; nil when they have.
  private static func blocks(in index: [UInt8], count: Int) -> [BlockedGzip.Block]? {
    var blocks: [BlockedGzip.Block] = []
    blocks.reserveCapacity(count)
    var position = 0
    while blocks.count < count {
      let pairs = min(BlockedGzip.pairsPerIndexMember, count - blocks.count)
      position += 16
      for _ in 0..<pairs {
        let memberSize = Int(integer(index[position..<(position + 4)], as: UInt32.self))
        let contentSize = Int(integer(index[(position + 4)..<(position + 8)], as: UInt32.self))
        guard (1...BlockedGzip.blockSize).contains(contentSize),
          memberSize > BlockedGzip.headerSize + 8, memberSize <= 2 * BlockedGzip.blockSize
        else { return nil }
        blocks.append(BlockedGzip.Block(memberSize: memberSize, contentSize: contentSize))
        position += 8
      }
      position += 10
    }
    // Written again, the same blocks make the same bytes.
    let expected = BlockedGzip.index(of: blocks).dropLast(BlockedGzip.endSize)
    return expected.elementsEqual(index) ? blocks : nil
  }

  private static func bytes(
    of file: InputFile, in range: Range<Int>
  ) throws(ContainerError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: range.count)
    try bytes.withMutableBytes { (bytes) throws(ContainerError) in
      try file.read(at: range.lowerBound, into: &bytes)
    }
    return bytes
  }

  private static func failure(_ file: InputFile, at offset: Int) -> ContainerError {
    ContainerError(file: file.path, offset: offset, .gzip(.badIndex))
  }
}
