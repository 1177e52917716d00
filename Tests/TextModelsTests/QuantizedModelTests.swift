import AdapterSamples
import Adapters
import Containers
import Kernels
import Merging
import Models
import Tensors
import TestSupport
import Testing
import TextModels
import Training

@Suite struct QuantizedModelTests {
  private static let cases: [(model: String, scheme: QuantizationScheme)] = [
    "llama-rope-yarn", "qwen3", "gemma2", "gpt-neox", "qwen3-moe", "bert-multilabel", "modernbert",
  ].flatMap { model in
    [
      (model, QuantizationScheme(.nf4, blockSize: 64, isDouble: true)),
      (model, QuantizationScheme(.fp4, blockSize: 64, isDouble: false)),
      (model, QuantizationScheme(.int8)),
    ]
  }

  @Test(arguments: cases)
  func `weights in codes compute what they stand for`(
    model: String, scheme: QuantizationScheme
  ) throws {
    let golden = GoldenModel(name: model)
    try ScratchFolder.with { folder in
      let base = try Checkpoint.open(golden.path + "/base")
      let (codes, full) = (folder.path("codes"), folder.path("full"))
      let summary = try Quantize(base, by: scheme, to: .forTests(codes, like: base)).run()
      #expect(summary.tensors.count >= 4)
      let quantized = try Checkpoint.open(codes)
      _ = try Dequantize(quantized, to: .forTests(full, like: quantized)).run()
      let batch = try golden.batch(1, as: Double.self).wanting(nil)
      func outputs(_ path: String, adapted: Bool) throws -> [Double] {
        var model = try TextModel<Double>(path)
        #expect(model.unusedTensors.isEmpty)
        if adapted {
          try model.attach([WeightedAdapter(try AdapterFile.open(golden.path + "/init"))])
        }
        var memory = model.network.makeMemory()
        let y = model.network.outputs(batch, &memory, .inference(.one))
        return Array(y.elements[..<y.count])
      }
      for adapted in [false, true] {
        let (found, expected) = (
          try outputs(codes, adapted: adapted), try outputs(full, adapted: adapted)
        )
        let complaint = Tolerance(absolute: 1e-9).complaint(found, expected)
        #expect(complaint == nil, "\(adapted): \(complaint ?? "")")
        #expect(try outputs(golden.path + "/base", adapted: adapted) != expected)
      }
    }
  }
}
