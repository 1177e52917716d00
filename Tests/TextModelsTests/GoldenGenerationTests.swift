import Kernels
import Tensors
import TestSupport
import Testing
import TextModels
import Training

@Suite struct GoldenGenerationTests {
  @Test(arguments: GoldenModel.decoders)
  func `greedy tokens with a cache are those of whole passes`(golden: GoldenModel) throws {
    try expectGreedy(golden, as: Float.self)
    try expectGreedy(golden, as: Double.self)
  }

  private func expectGreedy<Scalar: DenseScalar>(
    _ golden: GoldenModel, as: Scalar.Type
  ) throws {
    let stored = try LooseJSON(
      parsing: Fixtures.bytes("text/models/\(golden.name)/expected/generate.json"))
    let model: TextModel<Scalar> = try golden.model()
    for row in try #require(stored["rows"]?.items) {
      let prompt = try #require(row["prompt"]?.items).compactMap(\.number).map { Int32($0) }
      let expected = try #require(row["greedy"]?.items).compactMap(\.number).map { Int32($0) }
      var text = Continuation(model.network, Workers(count: 2))
      var generation = Generation<Scalar>()
      generation.limit = expected.count
      var found: [Int32] = []
      _ = generation.run(after: prompt, on: &text) { token in
        found.append(token)
        return token != 2
      }
      #expect(found == expected, "\(Scalar.self)")
    }
  }

  /// The cache forgets what windows no longer see, and angles that depend on the length are made anew.
  @Test(arguments: GoldenModel.decoders)
  func `logits of a continuation are those of the whole sequence`(golden: GoldenModel) throws {
    let model: TextModel<Double> = try golden.model()
    let sequence = (0..<40).map { Int32(3 + $0 * 7 % 90) }
    var text = Continuation(model.network, .one)
    for part in [0..<11, 11..<12, 12..<17, 17..<33, 33..<40] {
      let logits = text.read(Array(sequence[part]))
      let batch = TokenBatch<Double>(
        [Array(sequence[..<part.upperBound])], wanted: [part.upperBound - 1])
      var memory = model.network.makeMemory()
      let whole = model.network.outputs(batch, &memory, .inference(.one))
      let complaint = Tolerance(absolute: 1e-9).complaint(
        logits, Array(whole.elements[..<whole.count]))
      #expect(complaint == nil, "\(part): \(complaint ?? "")")
    }
  }

  @Test(arguments: ["mistral-window", "gemma2", "gemma3", "llama-rope-llama3"])
  func `a cache keeps what windows see and no more`(name: String) throws {
    let model: TextModel<Double> = try GoldenModel(name: name).model()
    let sequence = (0..<230).map { Int32(3 + $0 * 7 % 90) }
    var text = Continuation(model.network, .one)
    for part in [0..<90, 90..<200] + (200..<230).map({ $0..<$0 + 1 }) {
      let logits = text.read(Array(sequence[part]))
      guard part.upperBound % 9 == 0 || part.count > 1 else { continue }
      let batch = TokenBatch<Double>(
        [Array(sequence[..<part.upperBound])], wanted: [part.upperBound - 1])
      var memory = model.network.makeMemory()
      let whole = model.network.outputs(batch, &memory, .inference(.one))
      let complaint = Tolerance(absolute: 1e-9).complaint(
        logits, Array(whole.elements[..<whole.count]))
      #expect(complaint == nil, "\(part): \(complaint ?? "")")
    }
    // Two layers of 2 key heads, keys and values.
    let all = 2 * 230 * 2 * 2 * (name == "llama-rope-llama3" ? 8 : 16) * 8
    #expect(name == "llama-rope-llama3" ? text.cacheByteCount == all : text.cacheByteCount < all)
  }

  @Test func `settings make of logits the stored probabilities`() throws {
    let stored = try LooseJSON(parsing: Fixtures.bytes("text/sampling.json"))
    for row in try #require(stored["rows"]?.items) {
      let settings = try #require(row["settings"])
      var sampler = Sampler()
      sampler.temperature = settings["temperature"]?.number ?? 0
      sampler.topK = settings["top_k"]?.number.map { Int($0) }
      sampler.topP = settings["top_p"]?.number
      sampler.minP = settings["min_p"]?.number
      sampler.repetitionPenalty = settings["repetition_penalty"]?.number ?? 1
      let logits = try #require(row["logits"]?.items).compactMap(\.number)
      let seen = try #require(row["seen"]?.items).compactMap(\.number).map { Int32($0) }
      let expected = try #require(row["probabilities"]?.items).compactMap(\.number)
      let complaint = Tolerance(absolute: 1e-9).complaint(
        sampler.probabilities(of: logits, after: seen), expected)
      #expect(complaint == nil, "\(settings): \(complaint ?? "")")
    }
  }

  @Test func `tokens are drawn as often as their probabilities say`() {
    var sampler = Sampler()
    sampler.temperature = 0.8
    let logits: [Float] = [1, 0, 2, -1, 0.5]
    let expected = sampler.probabilities(of: logits.map { Double($0) }, after: [] as [Int32])
    var generator = Generator(seed: 7)
    var counts = [Double](repeating: 0, count: 5)
    for _ in 0..<20_000 {
      guard let token = sampler.choice(of: logits, after: [] as [Int32], by: &generator) else {
        continue
      }
      counts[Int(token)] += 1 / 20_000
    }
    for (found, wanted) in zip(counts, expected) { #expect(abs(found - wanted) < 0.015) }
    #expect(sampler.choice(of: [1, .nan], after: [] as [Int32], by: &generator) == nil)
  }

  @Test(arguments: ["qwen3", "mistral-window"])
  func `losses of ragged and packed rows are the stored ones`(name: String) throws {
    let stored = try LooseJSON(parsing: Fixtures.bytes("text/batches-\(name).json"))
    let model: TextModel<Double> = try GoldenModel(name: name).model()
    var memory = model.network.makeMemory()
    func tokens(_ row: LooseJSON?, _ key: String) -> [Int32] {
      (row?[key]?.items ?? []).compactMap(\.number).map { Int32($0) }
    }
    let rows = try #require(stored["rows"]?.items)
    let all = TokenBatch<Double>(
      rows.map { tokens($0, "ids") }, labels: rows.map { tokens($0, "labels") })
    let losses = model.network.tokenLosses(all, &memory, Workers(count: 2))
    let expected = rows.flatMap { ($0["nll"]?.items ?? []).compactMap(\.number) }
    #expect(!expected.isEmpty)
    #expect(Tolerance(absolute: 1e-5).complaint(losses, expected) == nil)
    let step = try #require(stored["step_loss"]?.number)
    #expect(abs(losses.reduce(0, +) / Double(losses.count) - step) < 1e-5)

    let packed = try #require(stored["packed"])
    var (parts, labels, first) = ([[Int32]](), [[Int32]](), 0)
    for length in tokens(packed, "lengths").map({ Int($0) }) {
      parts.append(Array(tokens(packed, "ids")[first..<first + length]))
      labels.append(Array(tokens(packed, "labels")[first..<first + length]))
      first += length
    }
    let some = model.network.tokenLosses(
      TokenBatch<Double>(parts, labels: labels), &memory, .one)
    #expect(
      Tolerance(absolute: 1e-5).complaint(
        some, (packed["nll"]?.items ?? []).compactMap(\.number)) == nil)
  }
}
