import Kernels
import Tensors

/// Writes GGUF files, version 3: what `GGUFHeaderReader` reads.
package enum GGUFFileWriter {
  private static let alignment = 32

  /// Writes metadata and tensors, in these orders, in one go.
  ///
  /// - Parameters:
  ///   - tensors: F32, F16, BF16, F64 or whole numbers, at most four dimensions, at least one.
  ///   - metadata: No lists.
  ///   - destination: A path or standard output.
  /// - Throws: `ContainerError` for the place, or a tensor that GGUF has no form for.
  package static func write(
    _ tensors: [(name: String, tensor: Tensor)], metadata: GGUFMetadata,
    to destination: TensorFileDestination
  ) throws(ContainerError) {
    let header = try header(tensors, metadata, path: destination.path)
    let size = tensors.reduce(header.count) { $0 + padded($1.tensor.bytes.count) }
    let sink = try PlainSink(destination, expectedSize: size)
    do throws(ContainerError) {
      var position = 0
      func put(_ bytes: [UInt8]) throws(ContainerError) {
        let padding = [UInt8](repeating: 0, count: padded(bytes.count) - bytes.count)
        for part in [bytes, padding] where !part.isEmpty {
          try part.withBytes { (bytes) throws(ContainerError) in
            try sink.write(bytes, at: position)
          }
          position += part.count
        }
      }
      try put(header)
      for (_, tensor) in tensors { try put(tensor.bytes) }
      try sink.finish(with: [])
    } catch {
      sink.discard()
      throw error
    }
  }

  private static func padded(_ count: Int) -> Int {
    GGUFHeaderReader.aligned(count, to: alignment)
  }

  private static func header(
    _ tensors: [(name: String, tensor: Tensor)], _ metadata: GGUFMetadata, path: String
  ) throws(ContainerError) -> [UInt8] {
    var bytes = Array("GGUF".utf8)
    append(UInt32(3), to: &bytes)
    append(UInt64(tensors.count), to: &bytes)
    append(UInt64(metadata.entries.count), to: &bytes)
    for (key, value) in metadata.entries {
      append(key, to: &bytes)
      append(value, to: &bytes)
    }
    var offset = 0
    for (name, tensor) in tensors {
      guard (1...4).contains(tensor.shape.rank) else {
        throw ContainerError(
          file: path, tensor: name, .gguf(.dimensionCount(UInt32(tensor.shape.rank))))
      }
      guard let code = GGUFTensorType.code(of: tensor.type) else {
        throw ContainerError(file: path, tensor: name, .gguf(.quantized(tensor.type.rawValue)))
      }
      append(name, to: &bytes)
      append(UInt32(tensor.shape.rank), to: &bytes)
      for dimension in tensor.shape.dimensions.reversed() { append(UInt64(dimension), to: &bytes) }
      append(code, to: &bytes)
      append(UInt64(offset), to: &bytes)
      offset += padded(tensor.bytes.count)
    }
    bytes += [UInt8](repeating: 0, count: padded(bytes.count) - bytes.count)
    return bytes
  }

  private static func append(_ number: some FixedWidthInteger, to bytes: inout [UInt8]) {
    for shift in stride(from: 0, to: number.bitWidth, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: number >> shift))
    }
  }

  private static func append(_ text: String, to bytes: inout [UInt8]) {
    append(UInt64(text.utf8.count), to: &bytes)
    bytes += text.utf8
  }

  private static func append(_ value: GGUFValue, to bytes: inout [UInt8]) {
    switch value {
    case .unsigned(let number):
      if let short = UInt32(exactly: number) {
        append(UInt32(4), to: &bytes)
        append(short, to: &bytes)
      } else {
        append(UInt32(10), to: &bytes)
        append(number, to: &bytes)
      }
    case .signed(let number):
      append(UInt32(11), to: &bytes)
      append(number, to: &bytes)
    case .float(let number):
      append(UInt32(6), to: &bytes)
      append(Float(number).bitPattern, to: &bytes)
    case .bool(let flag):
      append(UInt32(7), to: &bytes)
      bytes.append(flag ? 1 : 0)
    case .text(let text):
      append(UInt32(8), to: &bytes)
      append(text, to: &bytes)
    case .list: preconditionFailure("lists are not written")
    }
  }
}
