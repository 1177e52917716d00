import Kernels
import Tables
import Tensors
import TestSupport
import Testing
import TextModels
import Training

@Suite struct SlopeTests {
  /// All of a network's own numbers are trained, and one direction is drawn for all of them together.
  @Test(arguments: GoldenModel.all)
  func `gradients are the loss's slope along any direction`(golden: GoldenModel) throws {
    let model: TextModel<Double> = try golden.model()
    var network = model.network
    network.setTrained(true)
    let batch = try golden.batch(1, as: Double.self)
    let loss: Loss =
      if case .values = batch.targets { .meanSquaredError } else { .softmaxCrossEntropy }
    var generator = Generator(seed: 5)
    let directions = network.trained.map { parameter in
      parameter.value.map { _ in generator.uniform(within: 1) }
    }
    #expect(directions.count == network.state.count)

    var memory = network.makeMemory()
    let pass = Pass.scoring(Workers(count: 2))
    var gradient = Matrix<Double>(rows: 0, columns: 0)
    var step = StepLoss(loss, of: batch.targets)
    step.add(
      network.outputs(batch, &memory, pass), batch.targets, gradient: &gradient, pass.workers)
    network.backward(&gradient, batch, &memory, pass)
    network.finishGradients()
    var slope = 0.0
    for (parameter, direction) in zip(network.trained, directions) {
      for (d, along) in zip(parameter.gradient, direction) { slope += d * along }
    }

    let values = network.trained.map(\.value)
    func lossAt(_ distance: Double) -> Double {
      var moved = network
      moved.setTrained(
        values: zip(values, directions).map { pair in
          zip(pair.0, pair.1).map { $0 + distance * $1 }
        })
      var memory = moved.makeMemory()
      return loss.sum(moved.outputs(batch, &memory, pass), batch.targets)
        / loss.divisor(of: batch.targets)
    }
    let h = 1e-6
    let found = (lossAt(h) - lossAt(-h)) / (2 * h)
    #expect(abs(found - slope) <= 1e-6 * max(1, abs(slope)), "\(found), gradients say \(slope)")
  }

  /// Branches with dropout beside every layer, and all of a network's own numbers; the loss is learned
  /// from in micro-batches of blocks that are computed again.
  @Test(arguments: GoldenModel.all)
  func `what a step teaches is the slope of its loss`(golden: GoldenModel) throws {
    let network = try EverythingTrained().network(golden, as: Double.self)
    let batch = TokenBatch<Double>(try golden.rows(1) + golden.rows(2))
    let loss = try golden.loss
    var pass = Pass.training(Workers(count: 2), seed: 3, step: 1)
    pass.recomputes = true
    var (learned, memory) = (network, network.makeMemory())
    var (gradient, part) = (Matrix<Double>(rows: 0, columns: 0), batch)
    var step = StepLoss(loss, of: batch.targets)
    for rows in batch.portions(of: 50) {
      part.take(rows, of: batch)
      learned.learn(from: part, &memory, &gradient, pass.over(rows, of: batch.rows), &step)
    }
    learned.finishGradients()
    var generator = Generator(seed: 5)
    let values = network.trained.map(\.value)
    let directions = values.map { $0.map { _ in generator.uniform(within: 1) } }
    var slope = 0.0
    for (parameter, direction) in zip(learned.trained, directions) {
      for (d, along) in zip(parameter.gradient, direction) { slope += d * along }
    }
    func lossAt(_ distance: Double) -> Double {
      var moved = network
      moved.setTrained(
        values: zip(values, directions).map { pair in
          zip(pair.0, pair.1).map { $0 + distance * $1 }
        })
      var memory = moved.makeMemory()
      return loss.sum(moved.outputs(batch, &memory, pass), batch.targets)
        / loss.divisor(of: batch.targets)
    }
    #expect(abs(lossAt(0) - step.mean) <= 1e-12 * max(1, step.mean))
    let found = (lossAt(1e-6) - lossAt(-1e-6)) / 2e-6
    #expect(abs(found - slope) <= 1e-6 * max(1, abs(slope)), "\(found), gradients say \(slope)")
  }
}
