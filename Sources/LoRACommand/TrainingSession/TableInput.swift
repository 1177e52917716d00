import Containers
import Kernels
import Training

/// A table named on the command line.
struct TableInput {
  let path: String
  let options: DataOptions

  /// Reads it as `reader` says, plain or inside gzip, from a file or stdin.
  func dataset<Scalar: DenseScalar>(_ reader: DatasetReader) throws -> Dataset<Scalar> {
    var reader = reader
    reader.hasHeader = !options.noHeader
    let stream = try ContentStream.open(path)
    var csv = CSVReader(
      file: path == "-" ? "standard input" : path, delimiter: options.delimiter?.byte
    ) {
      try Interruption.check()
      return try piece(of: stream)
    }
    return try reader.read(&csv)
  }

  private static let pieceSize = 1 << 18

  private func piece(of stream: any ByteStream) throws -> [UInt8]? {
    var piece = [UInt8](repeating: 0, count: Self.pieceSize)
    let count = try piece.withMutableBytes { (bytes) throws(ContainerError) in
      try stream.read(into: &bytes)
    }
    guard count > 0 else { return nil }
    piece.removeLast(piece.count - count)
    return piece
  }
}
