import Adapters
import Kernels
import Tensors
import TestSupport
import Testing
import TextModels
import Training

@Suite struct GoldenAdapterTests {
  @Test(arguments: GoldenModel.all)
  func `an adapter beside the network gives the stored logits`(golden: GoldenModel) throws {
    let tolerance = try golden.tolerance("logits_abs")
    try expectLogits(golden, as: Float.self, within: tolerance)
    try expectLogits(golden, as: Double.self, within: 1e-9)
  }

  private func expectLogits<Scalar: DenseScalar>(
    _ golden: GoldenModel, as: Scalar.Type, within tolerance: Double
  ) throws {
    var model: TextModel<Scalar> = try golden.model()
    try model.attach([WeightedAdapter(try AdapterFile.open(golden.path + "/init"))])
    let complaint = try golden.complaint(
      about: model.network, "with_adapter", within: tolerance)
    #expect(complaint == nil, "\(Scalar.self): \(complaint ?? "")")
  }

  @Test func `an adapter added with half its weight twice is the adapter`() throws {
    let golden = GoldenModel(name: "qwen3")
    var model: TextModel<Double> = try golden.model()
    let adapter = try AdapterFile.open(golden.path + "/init")
    try model.attach([
      WeightedAdapter(adapter, weight: 1.5), WeightedAdapter(adapter, weight: -0.5),
    ])
    let complaint = try golden.complaint(about: model.network, "with_adapter", within: 1e-9)
    #expect(complaint == nil, "\(complaint ?? "")")
  }
}
