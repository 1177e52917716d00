import Adapters
import AdapterSamples
import Containers
import Kernels
import Spectra
import Tensors
import Testing
import TestSupport

@Suite struct CombineTests {
  /// A combination that PEFT made.
  private struct Golden: Decodable {
    struct Options: Decodable {
      let svd_rank: Int?
      let density: Double?
      let majority_sign_method: String?
    }
    let adapters: [String]
    let weights: [Double]
    let combination_type: String
    let options: Options
    let follow: String
    let expected: [String: String]
  }

  static let cases =
    ((try? Fixtures.names(in: "combine")) ?? []).filter { $0 != "base" && $0 != "adapters" }

  @Test func `the fixtures are there`() {
    #expect(Self.cases.count == 13)
  }

  @Test(arguments: cases)
  func `a combination fits PEFT's, or what PEFT meant`(_ name: String) throws {
    let golden: Golden = try Fixtures.json("combine/\(name)/case.json")
    let folder = Fixtures.path("combine/\(name)")
    var settings = Combine.Settings()
    settings.method = try #require(CombinationMethod(rawValue: golden.combination_type))
    settings.rank = golden.options.svd_rank
    settings.density = golden.options.density ?? 0.5
    settings.election =
      golden.options.majority_sign_method.flatMap(SignElection.init) ?? .total
    if let masks = golden.expected["masks"] {
      let names = golden.adapters.map { Folder.name(of: $0) }
      settings.masks = try DropMask.source(
        from: TensorFile.open("\(folder)/\(masks)"), names: names)
    }
    let adapters = try zip(golden.adapters, golden.weights).map { path, weight in
      WeightedAdapter(try AdapterFile.open("\(folder)/\(path)"), weight: weight)
    }
    let combination = try Combine(adapters, settings, threads: 2).run()
    let file = try #require(golden.expected[golden.follow])
    let expected = try StoredTensors(path: "\(folder)/\(file)").tensors
    #expect(combination.adapter.updates.count == expected.count)
    for update in combination.adapter.updates {
      let wanted = try #require(
        expected[update.module] ?? expected[update.module + ".weight"], "\(update.module)")
      let complaint = Tolerance(absolute: 2e-5, relative: 1e-4)
        .complaint(try Self.delta(update), wanted.values)
      #expect(complaint == nil, "\(update.module)")
    }
  }

  /// The delta in f64, row by row.
  private static func delta(_ update: ModuleUpdate, _ index: Int = 0) throws -> [Double] {
    let product = try update.delta(index, of: "")
    var result = [Double](repeating: 0, count: product.rows * product.columns)
    matmulTN(
      product.left, product.right, into: &result,
      Product(m: product.rows, n: product.columns, k: product.rank))
    return result
  }

  private func adapter(_ name: String, _ weight: Double = 1) throws -> WeightedAdapter {
    WeightedAdapter(
      try AdapterFile.open(Fixtures.path("combine/adapters/\(name)")), weight: weight)
  }

  @Test func `the exact sum has the ranks it needs and no others`() throws {
    let two = [try adapter("style", 0.7), try adapter("task", -0.3)]
    let sum = try Combine(two, Combine.Settings(), threads: 1).run()
    #expect(sum.modules.map(\.rank) == [8, 8, 8])
    #expect(sum.error < 1e-7)
    // The same adapter twice spans no more than once.
    let twice = [try adapter("style", 0.5), try adapter("style", 0.25)]
    let again = try Combine(twice, Combine.Settings(), threads: 1).run()
    #expect(again.modules.map(\.rank) == [4, 4, 4])
    #expect(again.error < 1e-7)
  }

  @Test func `weights that cancel leave nothing`() throws {
    let none = [try adapter("style", 1), try adapter("style", -1)]
    let combination = try Combine(none, Combine.Settings(), threads: 1).run()
    for update in combination.adapter.updates {
      #expect(try Self.delta(update).allSatisfy { abs($0) < 1e-12 })
    }
  }

  @Test func `an exact sum cut to a rank has the error that its spectrum says`() throws {
    var settings = Combine.Settings()
    settings.rank = 3
    let adapters = [try adapter("style", 1), try adapter("third", 1)]
    let cut = try Combine(adapters, settings, threads: 1).run()
    let whole = try Combine(adapters, Combine.Settings(), threads: 1).run()
    for (module, update) in zip(cut.modules, whole.adapter.updates) {
      let product = try update.delta(of: "")
      let spectrum = Spectrum(
        rows: product.rows, columns: product.columns, values: try product.singularValues())
      #expect(abs(module.error - spectrum.error(rank: 3)) < 1e-6)
    }
  }

  @Test(arguments: [CombinationMethod.dareLinear, .dareTies, .dareLinearSVD, .dareTiesSVD])
  func `chance begins at the seed`(_ method: CombinationMethod) throws {
    var settings = Combine.Settings()
    settings.method = method
    let adapters = [try adapter("style"), try adapter("task")]
    func factors(seed: UInt64) throws -> [Tensor] {
      settings.seed = seed
      return try Combine(adapters, settings, threads: 1).run().adapter.updates.map(\.pair.up)
    }
    #expect(try factors(seed: 4) == factors(seed: 4))
    #expect(try factors(seed: 4) != factors(seed: 5))
  }

  @Test func `what is dropped is a share of all, and the rest makes up for it`() throws {
    var settings = Combine.Settings()
    settings.method = .dareLinear
    settings.density = 0.3
    let sample = SampleAdapter([("0", 3000, 2000)], scale: 1)
    try ScratchFolder.with { scratch in
      try sample.write(to: scratch.path("one"))
      let one = try AdapterFile.open(scratch.path("one"))
      let dropped = try Combine([WeightedAdapter(one)], settings, threads: 1).run()
      let (before, after) = (one.updates[0].pair, dropped.adapter.updates[0].pair)
      let root = before.scaling.squareRoot()
      let (old, new) = (try #require(before.down.doubles), try #require(after.down.doubles))
      let kept = new.indices.filter { new[$0] != 0 }
      // 6000 draws: four standard deviations are 0.024.
      #expect(abs(Double(kept.count) / Double(new.count) - 0.3) < 0.024)
      #expect(kept.allSatisfy { abs(new[$0] - root * old[$0] / 0.3) < 1e-5 * abs(new[$0]) })
    }
  }

  @Test func `elements are trimmed by magnitude, the first of equal ones kept`() throws {
    var settings = Combine.Settings()
    settings.method = .magnitudePrune
    settings.density = 0.4
    try ScratchFolder.with { scratch in
      var sample = SampleAdapter([("0", 5, 5)])
      sample.settings = [
        ("peft_type", "LORA"), ("r", 1), ("lora_alpha", 1), ("target_modules", ["0"]),
      ]
      sample.tensors = [
        (
          "base_model.model.0.lora_A.weight",
          Tensor([2, -1, 3, -2, 0.5] as [Float], shape: [1, 5])
        ),
        ("base_model.model.0.lora_B.weight", Tensor([1, 1, 1, 1, 1] as [Float], shape: [5, 1])),
      ]
      try sample.write(to: scratch.path("one"))
      let one = WeightedAdapter(try AdapterFile.open(scratch.path("one")))
      let pair = try Combine([one], settings, threads: 1).run().adapter.updates[0].pair
      #expect(pair.down.doubles == [2, 0, 3, 0, 0])
      #expect(pair.up.doubles == [1, 1, 0, 0, 0])
    }
  }

  @Test func `all that does not go together is said at once`() throws {
    let dora = WeightedAdapter(
      try AdapterFile.open(Fixtures.path("merge/llama-dora/adapter")), weight: 1)
    do {
      _ = try Combine([dora], Combine.Settings(), threads: 1).run()
      Issue.record("a DoRA adapter was combined")
    } catch let error as ErrorList {
      #expect(error.errors.count == dora.adapter.updates.count)
      #expect(error.lines[0].contains("is a DoRA module"))
    }
    let saved = WeightedAdapter(
      try AdapterFile.open(Fixtures.path("merge/llama-modules-to-save/adapter")), weight: 0.5)
    #expect(throws: ErrorList.self) {
      try Combine([saved], Combine.Settings(), threads: 1).run()
    }
  }
}
