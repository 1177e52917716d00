/// Compressed input.
final class BlockedGzipFile: Sendable {
  let file: InputFile
  init?(_ file: InputFile) throws(ContainerError) { self.file = file; return nil }
  func header() throws(ContainerError) -> SafetensorsHeader {
    throw ContainerError(file: "", .gzip(.badIndex))
  }
  func read(at offset: Int, into buffer: inout MutableRawSpan) throws(ContainerError) {}
  func stream(from offset: Int, threads: Int) -> any ByteStream { FileStream(file) }
}
