import Kernels
import TestSupport
import Testing
import Training

@Suite struct GoldenTraceTests {
  @Test(arguments: GoldenRun.all)
  func `losses follow the stored trace in every step`(run: GoldenRun) throws {
    let tolerance = try run.tolerance()
    let trace = try LooseJSON(parsing: Fixtures.bytes(run.path + "/expected/trace.json"))
    let steps = try #require(trace["step"]?.items).compactMap(\.number).map { Int($0) }
    let expected = try #require(trace["loss_f64"]?.items).compactMap(\.number)
    let rates = try #require(trace["lr"]?.items).compactMap(\.number)
    var trainer = try run.trainer(as: Float.self)
    var events: [TrainingEvent] = []
    try trainer.run { events.append($0) }
    for (index, step) in steps.enumerated() {
      let event = events[step - 1]
      let gap = abs(event.loss - expected[index]) / max(expected[index], 0.1)
      #expect(gap <= tolerance.ofLoss(inStep: step), "step \(step): \(event.loss)")
      #expect(abs(event.rate - rates[index]) <= 1e-15, "step \(step): rate \(event.rate)")
    }
  }

  /// In f64 a run of hundreds of steps is still one that rounding does not lead elsewhere.
  @Test(arguments: GoldenRun.all)
  func `in f64 trained values end where the stored ones do`(run: GoldenRun) throws {
    try expectEnd(of: run, as: Double.self, within: 1e-9)
  }

  @Test(arguments: GoldenRun.all)
  func `in f32 trained values end near the stored ones`(run: GoldenRun) throws {
    try expectEnd(of: run, as: Float.self, within: run.tolerance().values)
  }

  private func expectEnd<Scalar: DenseScalar>(
    of run: GoldenRun, as: Scalar.Type, within tolerance: Double
  ) throws {
    let expected = try StoredTensors(run.path + "/expected/final.f64.safetensors").tensors
    var trainer = try run.trainer(as: Scalar.self)
    try trainer.run { _ in }
    let trained = trainer.network.trained
    #expect(trained.count == expected.count)
    for parameter in trained {
      let stored = try #require(expected[adapterName(parameter.name)])
      #expect(stored.shape == parameter.shape.dimensions)
      let found = parameter.value.map { Double($0) }
      let complaint = Tolerance(absolute: tolerance).complaint(found, stored.values)
      #expect(complaint == nil, "\(parameter.name): \(complaint ?? "")")
    }
  }

  @Test(arguments: GoldenRun.all)
  func `first gradients are the stored ones`(run: GoldenRun) throws {
    let expected = try StoredTensors(run.path + "/expected/gradients.step1.f64.safetensors").tensors
    try expectGradients(run, as: Float.self, expected, within: 1e-5)
    try expectGradients(run, as: Double.self, expected, within: 1e-12)
  }

  private func expectGradients<Scalar: DenseScalar>(
    _ run: GoldenRun, as: Scalar.Type,
    _ expected: [String: (shape: [Int], values: [Double])], within tolerance: Double
  ) throws {
    var trainer = try run.trainer(as: Scalar.self)
    _ = try trainer.advance()
    for parameter in trainer.network.trained {
      let stored = try #require(expected[adapterName(parameter.name)]).values
      let error = zip(parameter.gradient, stored).reduce(0.0) { sum, pair in
        sum + (Double(pair.0) - pair.1) * (Double(pair.0) - pair.1)
      }
      let norm = stored.reduce(0.0) { $0 + $1 * $1 }
      #expect(error.squareRoot() <= tolerance * norm.squareRoot(), "\(parameter.name)")
    }
  }

  @Test(arguments: GoldenRun.all)
  func `in f64 the first losses have the stored digits`(run: GoldenRun) throws {
    let trace = try LooseJSON(parsing: Fixtures.bytes(run.path + "/expected/trace.json"))
    let steps = try #require(trace["step"]?.items).compactMap(\.number)
    let losses = try #require(trace["loss_f64"]?.items).compactMap(\.number)
    var trainer = try run.trainer(as: Double.self)
    var events: [TrainingEvent] = []
    for _ in 0..<50 { events.append(try trainer.advance()) }
    for (step, loss) in zip(steps, losses) where step <= 50 {
      #expect(abs(events[Int(step) - 1].loss - loss) <= 1e-9 * loss)
    }
  }
}
