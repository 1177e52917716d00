/// What a file is, told from its first bytes and never from its name.
enum Signature: Equatable {
  case safetensors
  case gzip
  case zlib
  /// A PyTorch file: a zip archive around a pickle, or a bare pickle.
  case pickle
  case other(String)
  case foreign(ForeignContent)

  /// Bytes that are enough to tell.
  static let length = 512

  /// Tells from the first `length` bytes, or from all when there are fewer.
  ///
  /// A safetensors header can begin with the magic number of anything, for its length may have
  /// any low bytes; but its upper four bytes are zero and `{` follows, and no other format here
  /// has that.
  init(_ start: [UInt8]) {
    let isHeader =
      start.count >= 9 && start[4..<8].allSatisfy { $0 == 0 } && start[8] == UInt8(ascii: "{")
    if isHeader {
      self = .safetensors
    } else if start.starts(with: [0x1F, 0x8B]) {
      self = .gzip
    } else if let content = ForeignContent(start) {
      self = .foreign(content)
    } else if start.starts(with: "PK".utf8) && start.count >= 4 && start[2] < 9 {
      self = .pickle
    } else if start.count >= 2 && start[0] == 0x80 && (2...5).contains(start[1]) {
      self = .pickle
    } else if start.starts(with: "GGUF".utf8) {
      self = .other("GGUF")
    } else if Signature.isZlib(start) {
      self = .zlib
    } else {
      self = .safetensors
    }
  }

  /// RFC 1950: method 8, a window of at most 32 KiB, no dictionary, and a header check of 5 bits.
  private static func isZlib(_ start: [UInt8]) -> Bool {
    guard start.count >= 2 else { return false }
    return start[0] & 0x0F == 8 && start[0] >> 4 <= 7 && start[1] & 0x20 == 0
      && (Int(start[0]) << 8 | Int(start[1])) % 31 == 0
  }
}
