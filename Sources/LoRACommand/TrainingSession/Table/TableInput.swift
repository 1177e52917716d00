import Containers
import Kernels
import Tables
import Training

/// A table named on the command line.
struct TableInput {
  let path: String
  let form: TableForm
  var workers = Workers.one

  /// The name that errors have.
  var file: String { path == "-" ? "standard input" : path }

  /// Reads it as `reader` says, plain or inside gzip, from a file or stdin.
  func dataset<Scalar: DenseScalar>(_ reader: DatasetReader) throws -> Dataset<Scalar> {
    var reader = reader
    reader.hasHeader = form.hasHeader
    reader.workers = workers
    let (stream, length) = try ContentStream.openMeasured(path)
    var size = 1 << 16
    var csv = CSVReader(
      file: file, delimiter: form.delimiter, comment: form.comment
    ) { bytes in
      try Interruption.check()
      // Small tables need no large piece; large ones are shared out among threads.
      defer { size = min(1 << 21, 4 * size) }
      return try read(stream, size, onto: &bytes)
    }
    csv.expectedSize = length
    return try reader.read(&csv)
  }

  /// Adds the next `size` bytes of `stream`, or what is left, to `bytes`.
  private func read(_ stream: any ByteStream, _ size: Int, onto bytes: inout [UInt8]) throws -> Int
  {
    let start = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: size))
    let count = try bytes.withMutableBytes { (bytes) throws(ContainerError) in
      var room = bytes._mutatingExtracting(start..<start + size)
      return try stream.fill(&room)
    }
    bytes.removeLast(size - count)
    return count
  }
}
