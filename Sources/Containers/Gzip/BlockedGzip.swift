import Kernels

/// Blocked gzip: a gzip file of many members with an index, so that any part can be read alone.
///
/// 1. Members of at most 1 MiB of content. Each has an extra field `LR`: the bytes of the whole
///    member as u32, the bytes of its content as u32 (all integers little-endian).
/// 2. The first members hold the safetensors header in stored blocks, so that it can be replaced by
///    one of the same size; the last of them ends where the data section begins.
/// 3. Index members, without content, each with an extra field `LI`: the pairs of the members of
///    step 1, in order, at most 8191 in one field.
/// 4. The end member, without content, 50 bytes, with an extra field `LE`: the offset of the first
///    index member, the count of the members of step 1, the bytes of their contents, each as u64.
///
/// To any other reader this is a gzip file of several members: `gunzip -c` gives the plain file.
///
/// Source: RFC 1952, <https://www.rfc-editor.org/rfc/rfc1952>; the idea is that of BGZF,
/// <https://samtools.github.io/hts-specs/SAMv1.pdf>
enum BlockedGzip {
  /// The most content that a member has.
  static let blockSize = 1 << 20
  /// The most pairs that an extra field has room for.
  static let pairsPerIndexMember = 8191
  /// Bytes of the end member.
  static let endSize = 50

  /// A member in numbers.
  struct Block: Equatable, Sendable {
    var memberSize: Int
    var contentSize: Int
  }

  /// The header of a member with one extra field: flag 2 set, no time, unknown system.
  static func header(field: String, _ content: [UInt8]) -> [UInt8] {
    [0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 255] + bytes(of: UInt16(content.count + 4))
      + Array(field.utf8) + bytes(of: UInt16(content.count)) + content
  }

  /// Bytes of the header of a member with content.
  static let headerSize = header(field: "LR", Array(repeating: 0, count: 8)).count

  /// The header of a member with content.
  static func header(_ block: Block) -> [UInt8] {
    header(field: "LR", pair(block))
  }

  /// What ends a member.
  static func trailer(crc: UInt32, contentSize: Int) -> [UInt8] {
    bytes(of: crc) + bytes(of: UInt32(contentSize))
  }

  private static func pair(_ block: Block) -> [UInt8] {
    bytes(of: UInt32(block.memberSize)) + bytes(of: UInt32(block.contentSize))
  }

  /// A member without content: an empty deflate block between header and trailer.
  private static func emptyMember(field: String, _ content: [UInt8]) -> [UInt8] {
    header(field: field, content) + [3, 0] + trailer(crc: 0, contentSize: 0)
  }

  /// Everything after the last block: index members and end member.
  static func index(of blocks: [Block]) -> [UInt8] {
    var result: [UInt8] = []
    for start in stride(from: 0, to: blocks.count, by: pairsPerIndexMember) {
      let part = blocks[start..<min(start + pairsPerIndexMember, blocks.count)]
      result += emptyMember(field: "LI", part.flatMap(pair))
    }
    return result + end(of: blocks)
  }

  /// The end member.
  static func end(of blocks: [Block]) -> [UInt8] {
    let start = blocks.reduce(0) { $0 + $1.memberSize }
    let size = blocks.reduce(0) { $0 + $1.contentSize }
    let numbers = [start, blocks.count, size].flatMap { bytes(of: UInt64($0)) }
    return emptyMember(field: "LE", numbers)
  }

  /// Bytes of all index members for `count` blocks.
  static func indexSize(_ count: Int) -> Int {
    let members = (count + pairsPerIndexMember - 1) / pairsPerIndexMember
    return members * emptyMember(field: "LI", []).count + 8 * count
  }

  /// The members of a header, in stored blocks: their sizes depend on `content.count` alone.
  static func storedMembers(_ content: [UInt8]) -> (bytes: [UInt8], blocks: [Block]) {
    var (result, blocks): ([UInt8], [Block]) = ([], [])
    for start in stride(from: 0, to: content.count, by: blockSize) {
      let part = content[start..<min(start + blockSize, content.count)]
      let body = storedBlocks(part)
      let block = Block(memberSize: headerSize + body.count + 8, contentSize: part.count)
      let crc = Array(part).withBytes { crc32(of: $0) }
      result += header(block) + body + trailer(crc: crc, contentSize: part.count)
      blocks.append(block)
    }
    return (result, blocks)
  }

  /// Deflate blocks of type 0: a byte that is 1 for the last, the length, its complement, the bytes.
  private static func storedBlocks(_ content: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    var rest = content
    repeat {
      let part = rest.prefix(65_535)
      rest = rest.dropFirst(part.count)
      let length = UInt16(part.count)
      result += [rest.isEmpty ? 1 : 0] + bytes(of: length) + bytes(of: ~length) + part
    } while !rest.isEmpty
    return result
  }
}
