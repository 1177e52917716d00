import JSON
import OrderedCollections
import Tensors

/// Writes the header of a safetensors file.
enum HeaderWriter {
  /// Data starts on a multiple of this, so that tensors can be mapped.
  static let alignment = 4096
  /// Spaces at the end of the text at least, so that metadata can grow in place.
  static let slack = 2048

  /// Entries laid out one after another in the order given.
  ///
  /// - Throws: `HeaderFailure` as the scanner would for such a header.
  static func entries(
    of tensors: [(name: String, type: DType, shape: Shape)]
  ) throws(HeaderFailure) -> [TensorEntry] {
    var entries: [TensorEntry] = []
    entries.reserveCapacity(tensors.count)
    var offset = 0
    for tensor in tensors {
      guard let size = tensor.shape.byteCount(of: tensor.type), size <= Int.max - offset else {
        throw HeaderFailure(tensor: tensor.name, .sizeOverflow)
      }
      entries.append(
        TensorEntry(
          name: tensor.name, type: tensor.type, shape: tensor.shape,
          range: offset..<(offset + size)))
      offset += size
    }
    return entries
  }

  /// The first bytes of the file: the length, the text and its padding.
  ///
  /// - Parameters:
  ///   - entries: written in the order given.
  ///   - metadata: left out when empty.
  ///   - size: bytes to fill, as an earlier header left room for; nil for a new one.
  /// - Returns: the bytes, and how many of them are not padding: more than `size` when the text
  ///   does not fit.
  /// - Throws: `HeaderProblem.lengthTooLarge`.
  static func bytes(
    of entries: [TensorEntry], metadata: OrderedDictionary<String, String>, size: Int? = nil
  ) throws(HeaderFailure) -> (bytes: [UInt8], needed: Int) {
    let text = Array(text(of: entries, metadata: metadata).utf8)
    let needed = 8 + text.count
    let size = size ?? (needed + slack + alignment - 1) / alignment * alignment
    guard size - 8 <= SafetensorsHeader.maximumLength else {
      throw HeaderFailure(.lengthTooLarge(UInt64(size - 8)))
    }
    var bytes = Containers.bytes(of: UInt64(size - 8)) + text
    if bytes.count < size {
      bytes += [UInt8](repeating: UInt8(ascii: " "), count: size - bytes.count)
    }
    return (bytes, needed)
  }

  private static func text(
    of entries: [TensorEntry], metadata: OrderedDictionary<String, String>
  ) -> String {
    var members: [String] = []
    if !metadata.isEmpty {
      let texts = metadata.map { quoted($0.key) + ":" + quoted($0.value) }
      members.append("\"__metadata__\":{" + texts.joined(separator: ",") + "}")
    }
    for entry in entries {
      let shape = entry.shape.dimensions.map(String.init).joined(separator: ",")
      members.append(
        "\(quoted(entry.name)):{\"dtype\":\"\(entry.type.rawValue)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(entry.range.lowerBound),\(entry.range.upperBound)]}")
    }
    return "{" + members.joined(separator: ",") + "}"
  }
}
