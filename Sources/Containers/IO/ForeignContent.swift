/// What people have where weights are expected, told from a file's first bytes, and what to do.
package enum ForeignContent: Equatable, Sendable, CaseIterable {
  case gitPointer
  case webPage
  case message
  case zstandard
  case xz
  case bzip2
  case tar
  case numpyArchive
  case numpyArray
  case workbook
  case table

  /// Tells from at most `Signature.length` bytes; nil for what is none of these.
  init?(_ start: [UInt8]) {
    let text = String(decoding: start.prefix(64), as: UTF8.self).lowercased()
      .drop { $0.isWhitespace || $0 == "\u{FEFF}" }
    let found = Self.allCases.first { kind in
      switch kind {
      case .gitPointer: text.hasPrefix("version https://git-lfs")
      case .webPage: ["<!doctype", "<html", "<?xml"].contains(where: text.hasPrefix)
      // No header is that long: eight bytes of text are its length.
      case .message: text.hasPrefix("{") && start.prefix(8).allSatisfy { (9..<127).contains($0) }
      case .zstandard: start.starts(with: [0x28, 0xB5, 0x2F, 0xFD])
      case .xz: start.starts(with: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0])
      case .bzip2: start.starts(with: "BZh".utf8) && start.count > 3 && (49...57).contains(start[3])
      case .tar: start.count > 262 && start[257..<262].elementsEqual("ustar".utf8)
      case .numpyArchive: Self.firstMember(start)?.hasSuffix(".npy") ?? false
      case .numpyArray: start.starts(with: [0x93] + "NUMPY".utf8)
      case .table: Self.isTable(start)
      case .workbook:
        Self.firstMember(start).map { $0 == "[Content_Types].xml" || $0.hasPrefix("_rels/") }
          ?? false
      }
    }
    guard let found else { return nil }
    self = found
  }

  /// Whether `start` is text whose first line is a list of fields; a header's length is no text.
  private static func isTable(_ start: [UInt8]) -> Bool {
    guard let end = start.firstIndex(of: UInt8(ascii: "\n")) else { return false }
    let isText = start.allSatisfy { $0 >= 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
    return isText && start[..<end].contains { ",;\t".utf8.contains($0) }
  }

  /// The name of the first file in a zip archive.
  private static func firstMember(_ start: [UInt8]) -> String? {
    guard start.starts(with: [0x50, 0x4B, 3, 4]), start.count > 30 else { return nil }
    let length = Int(start[26]) | Int(start[27]) << 8
    return String(decoding: start[30...].prefix(length), as: UTF8.self)
  }

  /// As in "is a Git LFS pointer and not the file itself; fetch it with git lfs pull".
  var says: String {
    switch self {
    case .gitPointer: "is a Git LFS pointer and not the file itself; fetch that with git lfs pull"
    case .webPage: "is a web page; fetch the file again, by its download link"
    case .message: "is JSON text, as servers answer with; fetch the file again"
    case .zstandard: "is compressed with zstd; decompress it first (unzstd)"
    case .xz: "is compressed with xz; decompress it first (unxz)"
    case .bzip2: "is compressed with bzip2; decompress it first (bunzip2)"
    case .tar: "is a tar archive; unpack it and name the file in it"
    case .numpyArchive: "is an archive of NumPy arrays; save it as safetensors first"
    case .numpyArray: "is a NumPy array; save it as safetensors first"
    case .workbook: "is a spreadsheet's workbook; it holds no weights"
    case .table:
      "is a table in text form, and weights are wanted here; it goes where a command wants DATA"
    }
  }
}
