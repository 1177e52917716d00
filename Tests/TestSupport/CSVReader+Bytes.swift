import Tables

extension CSVReader {
  /// A reader of a file in memory, given in pieces of `piece` bytes.
  package init(
    file: String, bytes: [UInt8], piece: Int = 1 << 16, delimiter: UInt8? = nil,
    comment: UInt8? = nil
  ) {
    var rest = bytes[...]
    self.init(file: file, delimiter: delimiter, comment: comment) { bytes in
      defer { rest = rest.dropFirst(piece) }
      bytes += rest.prefix(piece)
      return min(piece, rest.count)
    }
  }
}
