import Kernels
import Tensors
import Testing
import Training

/// A network that no source file knows, trained by the same trainer, course and state as tables are.
@Suite struct ToyNetworkTests {
  enum Kind: CaseIterable { case whole, branches, dropout, dora }

  private func network<Scalar: DenseScalar>(
    _ kind: Kind, as: Scalar.Type, seed: UInt64 = 1
  ) -> ToyNetwork<Scalar> {
    var generator = Generator(seed: seed)
    var network = ToyNetwork<Scalar>(tokens: 7, width: 5, generator: &generator)
    guard kind != .whole else { return network }
    network.setTrained(false)
    for linear in network.linears {
      func drawn(_ count: Int) -> [Scalar] {
        (0..<count).map { _ in Scalar(generator.normal() / 2) }
      }
      var branch = LowRankBranch(
        module: linear.module, down: drawn(10), up: drawn(10), rank: 2, scaling: 1.5)
      if kind == .dora { branch = branch.with(Magnitude(on: linear)) }
      if kind == .dropout { branch.dropout = 0.4 }
      network.attach(branch, to: linear.module)
    }
    return network
  }

  private var batch: TokenBatch<Double> {
    TokenBatch(tokens: [0, 3, 6, 3, 1, 0], next: [3, 6, 3, 1, 0, 5])
  }

  @Test(arguments: [Kind.whole, .branches, .dropout])
  func `gradients are slopes, also of a weight used twice and of a block run again`(kind: Kind) {
    var network = network(kind, as: Double.self)
    let pass = Pass.training(.one, seed: 4, step: 2)
    network.learn(.softmaxCrossEntropy, from: batch, pass)
    let trained = network.trained
    #expect(trained.count == (kind == .whole ? 7 : 4))
    for (index, parameter) in trained.enumerated() {
      #expect(parameter.gradient.contains { $0 != 0 })
      for element in parameter.value.indices {
        let losses = [1e-6, -1e-6].map { shift in
          var (moved, values) = (network, trained.map(\.value))
          values[index][element] += shift
          moved.setTrained(values: values)
          return moved.loss(.softmaxCrossEntropy, of: batch, pass)
        }
        let slope = (losses[0] - losses[1]) / 2e-6
        #expect(
          abs(slope - parameter.gradient[element]) <= 1e-8,
          "\(parameter.name)[\(element)]: \(parameter.gradient[element]), slope \(slope)")
      }
    }
  }

  @Test(arguments: Kind.allCases)
  func `what is attached by name is folded by name`(kind: Kind) {
    var network = network(kind, as: Double.self)
    let before = network.loss(.softmaxCrossEntropy, of: batch)
    network.fold()
    #expect(network.trained.isEmpty)
    #expect(abs(network.loss(.softmaxCrossEntropy, of: batch) - before) < 1e-13)
  }

  private let text = {
    var generator = Generator(seed: 8)
    return (0..<231).map { index in (index * index + generator.next(below: 2)) % 7 }
  }()

  private func course(
    _ kind: Kind, _ plan: RunPlan<ToyNetwork<Float>>, rowsAtOnce: Int? = nil, threads: Int = 1
  ) -> Course<ToyNetwork<Float>, TokenSource<Float>> {
    var recipe = TrainingRecipe<Float>(
      .softmaxCrossEntropy, Adam(weightDecay: 0.01, decoupled: true),
      Schedule(.cosine, rate: 0.02, warmup: 3, steps: 40))
    (recipe.clipNorm, recipe.seed, recipe.rowsAtOnce) = (1, 5, rowsAtOnce)
    recipe.workers = Workers(count: threads)
    let trainer = Trainer(
      network(kind, as: Float.self), on: TokenSource(text, size: 90), by: recipe)
    return Course(trainer, plan)
  }

  @Test(arguments: Kind.allCases)
  func `it learns, and a stopped run goes on in the same bits`(kind: Kind) throws {
    var plan = RunPlan<ToyNetwork<Float>>()
    plan.keepsHistory = true
    var whole = course(kind, plan)
    #expect(try whole.run() == .finished)
    let losses = whole.history.events.map(\.loss)
    let (first, last) = (losses.prefix(6).reduce(0, +), losses.suffix(6).reduce(0, +))
    #expect(last < 0.95 * first)
    var portions = course(kind, plan, rowsAtOnce: 37, threads: 3)
    #expect(try portions.run() == .finished)
    #expect(portions.state == whole.state)
    var states: [RunState<Float>] = []
    plan.saving = RunPlan.Saving(every: 17) { states.append($0) }
    var saved = course(kind, plan)
    _ = try saved.run()
    #expect(states.map(\.training.step) == [17, 34])
    for state in states {
      var resumed = course(kind, plan)
      resumed.resume(state)
      #expect(try resumed.run() == .finished)
      #expect(resumed.state == whole.state)
    }
  }
}
