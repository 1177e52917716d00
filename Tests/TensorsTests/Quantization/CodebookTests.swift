import Kernels
import TestSupport
import Tensors
import Testing

@Suite struct CodebookTests {
  /// As published with QLoRA, <https://arxiv.org/abs/2305.14314>, appendix E, and in bitsandbytes.
  @Test func `the levels of NF4 are the published ones`() {
    let published = [
      -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453,
      -0.28444138169288635, -0.18477343022823334, -0.09105003625154495, 0.0,
      0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
      0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0,
    ]
    #expect(Codebook.normalFloat.levels == published.map { Float($0) })
    #expect(Codebook.normalFloat.order == Array(0...15))
  }

  @Test func `the levels of FP4 are bitsandbytes' in its order of codes`() {
    let magnitudes = [0, 0.0625, 8, 12, 4, 6, 2, 3].map { Float($0) / 12 }
    #expect(Codebook.fourBitFloat.levels == magnitudes + magnitudes.map { -$0 })
    #expect(
      Codebook.fourBitFloat.order == [11, 10, 13, 12, 15, 14, 9, 0, 8, 1, 6, 7, 4, 5, 2, 3])
  }

  @Test(arguments: [Codebook.normalFloat, .fourBitFloat])
  func `middles lie between neighbours`(book: Codebook) {
    for (index, middle) in book.middles.enumerated() {
      let low = book.levels[Int(book.order[index])]
      let high = book.levels[Int(book.order[index + 1])]
      #expect(low <= middle && middle <= high && middle == (low + high) / 2)
    }
  }

  /// Values of scipy 1.17's `norm.ppf`.
  @Test(arguments: [
    (0.5, 0.0), (0.75, 0.6744897501960817), (0.925, 1.4395314709384563),
    (0.9677083, 1.8481309597573734), (0.999, 3.090232306167813), (1e-12, -7.034483825301131),
    (1e-300, -37.0470962993612), (0.02, -2.053748910631823),
  ])
  func `quantiles of the normal distribution`(probability: Double, expected: Double) {
    #expect(abs(normalQuantile(probability) - expected) <= 1e-14 * max(1, expected.magnitude))
  }

  @Test func `the dynamic map is bitsandbytes'`() throws {
    let stored = try StoredTensors("quant/zeros/expected/quantized.safetensors").tensors
    #expect(DynamicMap.values.map(Double.init) == stored["nested_quant_map"]?.values)
  }

  @Test func `a number of the dynamic map has its own code`() {
    for (code, value) in DynamicMap.values.enumerated() where value.magnitude > 1e-3 {
      #expect(DynamicMap.code(of: value) == UInt8(code))
    }
    #expect(DynamicMap.code(of: 2) == 255 && DynamicMap.code(of: -2) == 0)
  }

  @Test(arguments: [1, 255, 256, 257, 1000])
  func `nested scales come back within the map's step`(count: Int) {
    var generator = Generator(seed: 3)
    let scales = (0..<count).map { _ in Float(0.05 + 0.01 * generator.normal()) }
    let nested = NestedScales(scales)
    #expect(nested.codes.count == count && nested.absmax.count == (count + 255) / 256)
    for (index, scale) in nested.restored.enumerated() {
      #expect(abs(scale - scales[index]) <= 0.0071 * nested.absmax[index / 256] + 1e-7)
    }
  }
}
