import Foundation
import Tensors
import TestSupport
import Training

/// The tensors of a safetensors file, read as plainly as the format allows.
struct StoredTensors {
  let tensors: [String: (shape: [Int], values: [Double])]

  /// Reads `name` under `fixtures/`; F32 and F64 only.
  init(_ name: String) throws {
    let bytes = try Fixtures.bytes(name)
    let length = Int(bytes[..<8].reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) })
    let header = try LooseJSON(parsing: Array(bytes[8..<8 + length]))
    guard case .object(let entries) = header else { throw CocoaError(.fileReadCorruptFile) }
    let data = bytes[(8 + length)...]
    tensors = try entries.filter { $0.key != "__metadata__" }.mapValues { entry in
      guard let begin = entry["data_offsets"]?[0]?.number,
        let end = entry["data_offsets"]?[1]?.number,
        let shape = entry["shape"]?.items?.compactMap(\.number).map(Int.init)
      else { throw CocoaError(.fileReadCorruptFile) }
      let part = data[data.startIndex + Int(begin)..<data.startIndex + Int(end)]
      return (shape, Self.values(Array(part), isDouble: entry["dtype"]?.text == "F64"))
    }
  }

  private static func values(_ bytes: [UInt8], isDouble: Bool) -> [Double] {
    let width = isDouble ? 8 : 4
    return stride(from: 0, to: bytes.count, by: width).map { start in
      let bits = bytes[start..<start + width].reversed().reduce(0 as UInt64) {
        $0 << 8 | UInt64($1)
      }
      return isDouble ? Double(bitPattern: bits) : Double(Float(bitPattern: UInt32(bits)))
    }
  }

  /// All of them as a network's state.
  func named<Scalar>(as: Scalar.Type = Scalar.self) -> [NamedValues<Scalar>] {
    tensors.map { name, tensor in
      NamedValues(name: name, shape: Shape(tensor.shape), values: tensor.values.map { Scalar($0) })
    }
  }
}
