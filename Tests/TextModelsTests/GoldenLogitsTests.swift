import Kernels
import Tensors
import TestSupport
import Testing
import TextModels
import Training

@Suite struct GoldenLogitsTests {
  @Test(arguments: GoldenModel.all)
  func `logits of the base are the stored ones`(golden: GoldenModel) throws {
    let tolerance = try golden.tolerance("logits_abs")
    try expectLogits(golden, "config.json", as: Float.self, within: tolerance)
    try expectLogits(golden, "config.json", as: Double.self, within: 1e-9)
  }

  @Test(arguments: GoldenModel.all.filter { $0.hasHubForm })
  func `the hub's older config.json is the same model`(golden: GoldenModel) throws {
    try expectLogits(golden, "config.hub.json", as: Double.self, within: 1e-9)
  }

  private func expectLogits<Scalar: DenseScalar>(
    _ golden: GoldenModel, _ configuration: String, as: Scalar.Type, within tolerance: Double
  ) throws {
    let model: TextModel<Scalar> = try golden.model(configuration)
    #expect(model.unusedTensors.isEmpty)
    let complaint = try golden.complaint(about: model.network, "base", within: tolerance)
    #expect(complaint == nil, "\(Scalar.self): \(complaint ?? "")")
  }
}

extension GoldenModel {
  var hasHubForm: Bool {
    (try? Fixtures.names(in: "text/models/\(name)/base").contains("config.hub.json")) ?? false
  }

  /// What is wrong with the logits of the first batch.
  func complaint<Scalar: DenseScalar>(
    about network: Transformer<Scalar>, _ which: String, within tolerance: Double
  ) throws -> String? {
    let stored = try StoredTensors("text/models/\(name)/expected/logits.f64.safetensors").tensors
    let expected = try #require(stored[which])
    var batch = try batch(1, as: Scalar.self)
    let positions = try settings()["logit_positions"]?.items?.compactMap(\.number).map { Int($0) }
    if let positions {
      batch = batch.wanting(
        batch.lengths.indices.flatMap { row in positions.map { row * batch.lengths[0] + $0 } })
    }
    var memory = network.makeMemory()
    let found = network.outputs(batch, &memory, .inference(.one))
    #expect(found.count == expected.values.count)
    return Tolerance(absolute: tolerance).complaint(
      found.elements[..<found.count].map { Double($0) }, expected.values)
  }
}
