/// The content of an input of any kind: what a file or pipe holds, inflated when it is gzip.
///
/// Only gzip's own mark is looked for: text may begin like a zlib stream.
package enum ContentStream {
  /// Opens `path` at its front; `-` is standard input.
  package static func open(_ path: String) throws(ContainerError) -> any ByteStream {
    try openMeasured(path).stream
  }

  /// Opens `path` as `open` does, and says how many bytes will come where that is known before they do.
  package static func openMeasured(
    _ path: String
  ) throws(ContainerError) -> (stream: any ByteStream, length: Int?) {
    let input = try InputFile(path)
    let file = FileStream(input)
    var start: [UInt8] = [0, 0]
    let count = try start.withMutableBytes { (bytes) throws(ContainerError) in
      try file.fill(&bytes)
    }
    let whole = PrefixedStream(Array(start[..<count]), before: file)
    guard start == [0x1F, 0x8B] else { return (whole, input.size) }
    return (try InflateStream(whole, format: .raw, path: path), nil)
  }
}
