/// Compressed output.
struct BlockedGzipSink: ContainerSink {
  init(_ destination: TensorFileDestination, headerSize: Int, threads: Int) throws(ContainerError) {
    throw ContainerError(file: "", .gzip(.badIndex))
  }
  var acceptsRandomWrites: Bool { false }
  var canRewriteHeader: Bool { true }
  func write(header: RawSpan) throws(ContainerError) {}
  func write(_ bytes: RawSpan, at offset: Int) throws(ContainerError) {}
  func rewrite(header: RawSpan) throws(ContainerError) {}
  func finish() throws(ContainerError) {}
  func discard() {}
}
