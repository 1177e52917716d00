/// Why compressed data is refused.
package enum GzipProblem: Equatable, Sendable, CustomStringConvertible {
  case endsEarly
  case badMethod(UInt8)
  case reservedFlags(UInt8)
  case headerChecksum
  case badData(String)
  case checksum
  case length(stated: UInt32, found: UInt32)
  case trailingBytes
  case compressedTwice
  case badIndex
  case blockMismatch
  case outOfMemory

  package var description: String {
    switch self {
    case .endsEarly: "the compressed data ends too early; fetch the file again"
    case .badMethod(let method): "gzip method \(method) is unknown; compress it with gzip"
    case .reservedFlags(let flags):
      "reserved gzip flags are set (\(flags)); the file is damaged or from the future"
    case .headerChecksum: "the checksum of the gzip header is wrong; fetch the file again"
    case .badData(let reason): "the compressed data is damaged (\(reason)); fetch the file again"
    case .checksum: "the checksum of the compressed data is wrong; fetch the file again"
    case .length(let stated, let found):
      "the gzip trailer states \(stated) bytes, and \(found) were found; fetch the file again"
    case .trailingBytes: "bytes follow the compressed data that are no part of it; remove them"
    case .compressedTwice: "is compressed twice; decompress it once"
    case .badIndex: "the block index does not fit the file; decompress it and compress it again"
    case .blockMismatch: "a compressed block is not what the index says; fetch the file again"
    case .outOfMemory: "not enough memory to decompress"
    }
  }
}
