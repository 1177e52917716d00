import Containers
import Kernels
import Tables
import Tensors
import Training

/// A table named on the command line.
struct TableInput {
  let path: String
  let wishes: TableWishes
  var workers = Workers.one

  /// The name that errors have.
  var file: String { path == "-" ? "standard input" : path }

  /// Reads it as `reader` says, plain or inside gzip, from a file or stdin, and says on stderr what a
  /// person should know of it.
  func dataset<Scalar: DenseScalar>(_ reader: DatasetReader) throws -> Dataset<Scalar> {
    var reader = reader
    let form = wishes.form
    (reader.form, reader.workers) = (form, workers)
    reader.unknownIsNone = wishes.rules.unknownIsNone
    reader.dropsMissingTargets = wishes.rules.dropsMissingTargets
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
    (csv.expectedSize, csv.decimal) = (length, form.numbers.decimal)
    let dataset: Dataset<Scalar> = try reader.read(&csv)
    for remark in dataset.remarks {
      let sentence = "\(escaped(file)): \(remark)"
      if !remark.isNote {
        Warnings.say(sentence)
      } else if !wishes.rules.isQuiet {
        Warnings.note(sentence)
      }
    }
    return dataset
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
