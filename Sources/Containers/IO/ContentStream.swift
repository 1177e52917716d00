/// The content of an input of any kind: what a file or pipe holds, inflated when it is gzip.
///
/// Only gzip's own mark is looked for: text may begin like a zlib stream.
package enum ContentStream {
  /// Opens `path` at its front; `-` is standard input.
  package static func open(_ path: String) throws(ContainerError) -> any ByteStream {
    let file = FileStream(try InputFile(path))
    var start: [UInt8] = [0, 0]
    let count = try start.withMutableBytes { (bytes) throws(ContainerError) in
      try file.fill(&bytes)
    }
    let whole = PrefixedStream(Array(start[..<count]), before: file)
    guard start == [0x1F, 0x8B] else { return whole }
    return try InflateStream(whole, format: .raw, path: path)
  }
}
