/// Where the bytes of a container go, compressed or not.
protocol ContainerSink: Sendable {
  var acceptsRandomWrites: Bool { get }
  var canRewriteHeader: Bool { get }

  /// Writes length and header text; once, before anything else.
  func write(header: RawSpan) throws(ContainerError)
  /// Writes bytes of the container; where `acceptsRandomWrites` is false, the next ones.
  func write(_ bytes: RawSpan, at offset: Int) throws(ContainerError)
  /// Replaces the header by one of the same size.
  func rewrite(header: RawSpan) throws(ContainerError)
  /// Brings what was written to the disk, so that `finish` only has to publish it.
  func synchronize() throws(ContainerError)
  /// Completes and publishes, with `companions` or not at all.
  func finish(with companions: [OutputFile]) throws(ContainerError)
  func discard()
}

/// A file, or standard output.
enum PlainSink: ContainerSink {
  case file(OutputFile)
  case standardOutput

  init(_ destination: TensorFileDestination, expectedSize: Int) throws(ContainerError) {
    switch destination {
    case .path(let path, let options):
      self = .file(try OutputFile(path: path, options: options, expectedSize: expectedSize))
    case .file(let file):
      try file.reserve(expectedSize)
      self = .file(file)
    case .standardOutput: self = .standardOutput
    }
  }

  var acceptsRandomWrites: Bool { canRewriteHeader }

  var canRewriteHeader: Bool {
    switch self {
    case .file: true
    case .standardOutput: false
    }
  }

  func write(header: RawSpan) throws(ContainerError) {
    try write(header, at: 0)
  }

  func write(_ bytes: RawSpan, at offset: Int) throws(ContainerError) {
    switch self {
    case .file(let file): try file.write(bytes, at: offset)
    case .standardOutput: try StandardStreams.write(bytes)
    }
  }

  func rewrite(header: RawSpan) throws(ContainerError) {
    try write(header, at: 0)
  }

  func synchronize() throws(ContainerError) {
    if case .file(let file) = self { try file.synchronize() }
  }

  func finish(with companions: [OutputFile]) throws(ContainerError) {
    switch self {
    case .file(let file): try file.publish(with: companions)
    case .standardOutput: try Publication.publish(companions)
    }
  }

  func discard() {
    if case .file(let file) = self { file.discard() }
  }
}
