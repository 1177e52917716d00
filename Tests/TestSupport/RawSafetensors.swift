/// A safetensors file written by hand, so that a test does not trust the writer it tests.
package enum RawSafetensors {
  /// The bytes of a file with this header text and data section.
  package static func bytes(header: String, data: [UInt8] = []) -> [UInt8] {
    let text = Array(header.utf8)
    let length = (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) }
    return length + text + data
  }

  /// A file of tensors whose bytes are all zero, in this order.
  package static func zeros(
    _ tensors: [(name: String, type: String, shape: [Int], byteCount: Int)]
  ) -> [UInt8] {
    var offset = 0
    let entries = tensors.map { tensor in
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      let range = "\(offset),\(offset + tensor.byteCount)"
      offset += tensor.byteCount
      return "\"\(tensor.name)\":{\"dtype\":\"\(tensor.type)\",\"shape\":[\(shape)],"
        + "\"data_offsets\":[\(range)]}"
    }
    return bytes(
      header: "{" + entries.joined(separator: ",") + "}",
      data: [UInt8](repeating: 0, count: offset))
  }
}
