import Containers
import JSON
import Kernels
import Models
import Tables
import Tensors
import TestSupport
import Testing
import TextModels
import Training

/// A tiny model of transformers' with an adapter of PEFT's, stored under `fixtures/text/models`.
struct GoldenModel: Sendable, CustomTestStringConvertible {
  let name: String

  var testDescription: String { name }
  var path: String { Fixtures.path("text/models/" + name) }

  static let all: [GoldenModel] = ((try? Fixtures.names(in: "text/models")) ?? []).map {
    GoldenModel(name: $0)
  }

  static let decoders = all.filter { (try? $0.isDecoder) ?? false }

  func settings() throws -> LooseJSON {
    try LooseJSON(parsing: Fixtures.bytes("text/models/\(name)/case.json"))
  }

  var isDecoder: Bool { get throws { try settings()["kind"]?.text == "train-lm" } }

  func tolerance(_ key: String) throws -> Double {
    try #require(settings()["tolerance"]?[key]?.number)
  }

  /// The model by `config.json`, or by the other form of it.
  func model<Scalar: DenseScalar>(
    _ configuration: String = "config.json", as: Scalar.Type = Scalar.self
  ) throws -> TextModel<Scalar> {
    let file = path + "/base/" + configuration
    let document = try JSONValue(contentsOf: file, sizeLimit: 1_000_000)
    return try TextModel(
      Checkpoint.open(path + "/base"),
      configuration: ModelConfiguration(document, file: file))
  }

  /// The rows of step `step`, from 1: with their padding for decoders, as the stored lengths count it,
  /// and without for classifiers.
  func batch<Scalar: DenseScalar>(_ step: Int, as: Scalar.Type) throws -> TokenBatch<Scalar> {
    let name = try #require(settings()["tokens"]?.text?.split(separator: "/").last)
    let tensors = try StoredTokens(Fixtures.path("text/tokens/\(name)"))
    return try isDecoder
      ? tensors.decoderBatch(step) : tensors.classifierBatch(step, settings()["loss"]?.text ?? "")
  }
}

/// Batches of tokens, [steps, rows, length].
struct StoredTokens {
  private let tensors: [String: (shape: [Int], values: [Double])]

  init(_ path: String) throws {
    var tensors: [String: (shape: [Int], values: [Double])] = [:]
    for (entry, tensor) in try TensorFile.open(path).tensors() {
      let values = tensor.type == .i64 ? Self.integers(tensor.bytes) : tensor.doubles ?? []
      tensors[entry.name] = (entry.shape.dimensions, values)
    }
    self.tensors = tensors
  }

  private static func integers(_ bytes: [UInt8]) -> [Double] {
    stride(from: 0, to: bytes.count, by: 8).map { place in
      var value: Int64 = 0
      for byte in 0..<8 { value |= Int64(bytes[place + byte]) << (8 * byte) }
      return Double(value)
    }
  }

  /// The rows of a step.
  func rows(_ name: String, _ step: Int) -> [[Double]]? {
    guard let (shape, values) = tensors[name] else { return nil }
    let (count, length) = (shape[1], shape.count > 2 ? shape[2] : 1)
    let first = (step - 1) * count * length
    return (0..<count).map { Array(values[first + $0 * length..<first + ($0 + 1) * length]) }
  }

  /// The rows of a matrix.
  func matrix(_ name: String) -> [[Double]]? {
    guard let (shape, values) = tensors[name] else { return nil }
    return (0..<shape[0]).map { Array(values[$0 * shape[1]..<($0 + 1) * shape[1]]) }
  }

  private func tokens(_ name: String, _ step: Int) -> [[Int32]]? {
    rows(name, step)?.map { $0.map { Int32($0) } }
  }

  func decoderBatch<Scalar: DenseScalar>(_ step: Int) throws -> TokenBatch<Scalar> {
    TokenBatch(
      try #require(tokens("input_ids", step)), labels: try #require(tokens("labels", step)))
  }

  func classifierBatch<Scalar: DenseScalar>(
    _ step: Int, _ loss: String
  ) throws -> TokenBatch<Scalar> {
    let mask = try #require(tokens("attention_mask", step))
    func masked(_ rows: [[Int32]]) -> [[Int32]] {
      zip(rows, mask).map { row, mask in zip(row, mask).filter { $0.1 == 1 }.map(\.0) }
    }
    let labels = try #require(rows("labels", step))
    let targets: Targets<Scalar> =
      loss == "cross_entropy"
      ? .labels(labels.map { Int32($0[0]) })
      : .values(
        Matrix(columns: labels[0].count, elements: labels.joined().map { Scalar($0) }))
    return TokenBatch(
      masked(try #require(tokens("input_ids", step))),
      segments: tokens("token_type_ids", step).map(masked), targets: targets)
  }
}
