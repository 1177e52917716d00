import Containers
import Foundation
import Tensors
import TestSupport
import Testing

/// A tiny classifier or regressor of the fixtures, and the rows that transformers read with it.
struct ClassifierSample: Sendable, CustomTestStringConvertible {
  let name: String

  var testDescription: String { name }
  var model: String { Fixtures.path("text/models/\(name)/base") }
  var adapter: String { Fixtures.path("text/models/\(name)/init") }

  static let all = [
    "roberta", "distilbert", "bert-regression", "bert-multilabel", "modernbert", "llama-classify",
  ].map { ClassifierSample(name: $0) }

  /// The first batch as lines of JSON, with its padding, and with labels where wanted.
  func rows(labelled: Bool = true) throws -> String {
    let tensors = try TensorFile.open(Fixtures.path("text/tokens/\(name).safetensors")).tensors()
    var columns: [String: [String]] = [:]
    for (entry, tensor) in tensors where labelled || entry.name != "labels" {
      let shape = entry.shape.dimensions
      let width = shape.count > 2 ? shape[2] : 1
      columns[entry.name] = (0..<shape[1]).map { row in
        let numbers = tensor.numbers[row * width..<(row + 1) * width].joined(separator: ",")
        return shape.count > 2 ? "[\(numbers)]" : numbers
      }
    }
    let count = columns["input_ids"]?.count ?? 0
    return (0..<count).map { row in
      let members = columns.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value[row])" }
      return "{\(members.joined(separator: ", "))}\n"
    }.joined()
  }

  /// What transformers says of these rows: `base` or `with_adapter`.
  func logits(_ which: String) throws -> [[Double]] {
    let stored = try StoredTensors("text/models/\(name)/expected/logits.f64.safetensors")
    let (shape, values) = try #require(stored.tensors[which])
    return (0..<shape[0]).map { Array(values[$0 * shape[1]..<($0 + 1) * shape[1]]) }
  }

  func setting(_ key: String) throws -> LooseJSON {
    try #require(LooseJSON(parsing: Fixtures.bytes("text/models/\(name)/case.json"))[key])
  }
}

extension Tensor {
  /// The numbers as JSON: those of integers without a point, all others with one.
  fileprivate var numbers: [String] {
    guard type == .i64 else { return (doubles ?? []).map { $0.description } }
    return stride(from: 0, to: bytes.count, by: 8).map { place in
      var value: Int64 = 0
      for byte in 0..<8 { value |= Int64(bytes[place + byte]) << (8 * byte) }
      return "\(value)"
    }
  }
}
