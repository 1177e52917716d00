import Containers
import Tensors
import Text

/// Bytes of a file or of stdin, plain or inside gzip, as readers of text take them.
enum TextSource {
  /// A source that gives what is there, without waiting for more.
  static func open(_ path: String) throws -> LineReader.Source {
    let stream = try ContentStream.open(path)
    return { bytes in
      try Interruption.check()
      let size = 1 << 16
      let start = bytes.count
      bytes.append(contentsOf: repeatElement(0, count: size))
      let count = try bytes.withMutableBytes { (bytes) throws(ContainerError) in
        var room = bytes._mutatingExtracting(start..<start + size)
        return try stream.read(into: &room)
      }
      bytes.removeLast(size - count)
      return count
    }
  }
}
