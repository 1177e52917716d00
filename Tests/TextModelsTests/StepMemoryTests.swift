import Kernels
import Models
import Tables
import Tensors
import TestSupport
import Testing
import TextModels
import Training

/// What a step holds, counted array by array, against what is said of it beforehand.
@Suite struct StepMemoryTests {
  /// Bytes of all arrays of numbers that `value` holds.
  private func bytes(in value: Any) -> Int {
    if let numbers = value as? [Float] { return 4 * numbers.count }
    if value is [Int] || value is [Int32] || value is [UInt8] { return 0 }
    return Mirror(reflecting: value).children.reduce(0) { $0 + bytes(in: $1.value) }
  }

  private func sizes(_ network: Transformer<Float>, _ rows: [TokenRow]) -> StepSizes {
    var sizes = StepSizes()
    for linear in network.linears { sizes.ranks[linear.module] = linear.branch?.rank }
    sizes.tokens = rows.reduce(0) { $0 + $1.tokens.count }
    sizes.labels = rows.reduce(0) { $0 + $1.counted }
    sizes.stepTokens = sizes.tokens
    return sizes
  }

  private func network(
    _ golden: GoldenModel, hasMagnitudes: Bool
  ) throws -> Transformer<Float> {
    var everything = EverythingTrained()
    (everything.hasMagnitudes, everything.dropout) = (hasMagnitudes, 0)
    var network = try everything.network(golden, as: Float.self)
    network.setTrained(false)
    return network
  }

  /// 28 architectures × kept or computed again × magnitudes.
  @Test(arguments: GoldenModel.all)
  func `a step's matrices are as large as foretold`(golden: GoldenModel) throws {
    for (recomputes, hasMagnitudes) in [(false, false), (true, false), (false, true)] {
      var network = try network(golden, hasMagnitudes: hasMagnitudes)
      let rows = try golden.rows(1) + golden.rows(2)
      let batch = TokenBatch<Float>(rows)
      var pass = Pass.training(.one, seed: 0, step: 0)
      pass.recomputes = recomputes
      var (memory, gradient) = (network.makeMemory(), Matrix<Float>(rows: 0, columns: 0))
      for _ in 0..<2 {
        var loss = StepLoss(try golden.loss, of: batch.targets)
        network.learn(from: batch, &memory, &gradient, pass, &loss)
      }
      var sizes = sizes(network, rows)
      (sizes.recomputes, sizes.hasMagnitudes) = (recomputes, hasMagnitudes)
      let plan = StepMemory(network.design, sizes)
      // Tables of angles grow with the longest row, not with the tokens.
      let tables = bytes(in: try #require(Mirror(reflecting: memory).descendant("plan")))
      let held = bytes(in: memory) + bytes(in: gradient) - tables
      let foretold = plan.activations + plan.scratch + plan.logits
      #expect(
        abs(Double(held) / Double(foretold) - 1) <= 0.1,
        "recomputes \(recomputes), magnitudes \(hasMagnitudes): \(held) held, \(foretold)")
      if !hasMagnitudes {
        let numbers = network.trained.reduce(0) { $0 + $1.value.count }
        #expect(plan.trained == 8 * numbers && plan.optimizer == 8 * numbers)
      }
    }
  }
}
