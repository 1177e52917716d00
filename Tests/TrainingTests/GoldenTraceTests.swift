import Kernels
import TestSupport
import Testing
import Training

@Suite struct GoldenTraceTests {
  @Test(arguments: GoldenRun.all)
  func `losses follow the stored trace in every step`(run: GoldenRun) throws {
    let tolerance = try run.settings()["tolerance"]
    let trace = try LooseJSON(parsing: Fixtures.bytes(run.path + "/expected/trace.json"))
    let steps = try #require(trace["step"]?.items).compactMap(\.number).map { Int($0) }
    let expected = try #require(trace["loss_f64"]?.items).compactMap(\.number)
    let rates = try #require(trace["lr"]?.items).compactMap(\.number)
    let early = try #require(tolerance?["loss_rel_first_50_steps"]?.number)
    let late = try #require(tolerance?["loss_rel_later"]?.number)
    var trainer = try run.trainer(as: Float.self)
    var events: [TrainingEvent] = []
    try trainer.run { events.append($0) }
    for (index, step) in steps.enumerated() {
      let event = events[step - 1]
      let gap = abs(event.loss - expected[index]) / max(expected[index], 0.1)
      #expect(gap <= (step <= 50 ? early : late), "step \(step): \(event.loss)")
      #expect(abs(event.rate - rates[index]) <= 1e-15, "step \(step): rate \(event.rate)")
    }
  }

  @Test(arguments: GoldenRun.all)
  func `trained values end where the stored ones do`(run: GoldenRun) throws {
    let tolerance = try #require(run.settings()["tolerance"]?["final_abs"]?.number)
    let expected = try StoredTensors(run.path + "/expected/final.f64.safetensors").tensors
    var trainer = try run.trainer(as: Float.self)
    try trainer.run { _ in }
    let trained = trainer.network.trained
    #expect(trained.count == expected.count)
    for parameter in trained {
      let stored = try #require(expected[adapterName(parameter.name)])
      #expect(stored.shape == parameter.shape.dimensions)
      let complaint = Tolerance(absolute: tolerance)
        .complaint(parameter.value.map { Double($0) }, stored.values)
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
