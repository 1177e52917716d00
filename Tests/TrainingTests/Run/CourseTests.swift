import Kernels
import Tables
import Tensors
import Testing
import Training

/// What is done between the steps of a run.
@Suite struct CourseTests {
  private typealias Net = MultilayerPerceptron<Float>

  private func course(_ plan: RunPlan<Net>, steps: Int = 20) -> Course<Net, Batches<Float>> {
    var generator = Generator(seed: 3)
    let network = Net(sizes: [2, 8, 3], activation: .tanh, generator: &generator)
    let rows = Spirals().rows
    let data = Dataset<Float>(
      columns: ["x1", "x2"], target: "label",
      features: Matrix(columns: 2, elements: rows.flatMap { [Float($0.x1), Float($0.x2)] }),
      targets: .labels(rows.map { Int32($0.label) }))
    let recipe = TrainingRecipe<Float>(
      .softmaxCrossEntropy, SGD(momentum: 0.9), Schedule(rate: 0.1, steps: steps))
    return Course(
      Trainer(
        network, on: Batches(data, size: 32, shuffles: true, generator: generator.fork()),
        by: recipe), plan)
  }

  /// An evaluation that says this loss.
  private func evaluation(_ loss: Double) -> Evaluation {
    Evaluation(rows: 1, loss: loss, quality: .classes(ClassScores(classes: 2)))
  }

  @Test func `every step and validation is told in its order`() throws {
    var told: [String] = []
    var plan = RunPlan<Net>()
    plan.validation = RunPlan.Validation(every: 8) { _ in evaluation(1) }
    plan.onStep = { told.append("step \($0.step)") }
    plan.onValidation = { told.append("validation \($0.step)") }
    plan.saving = RunPlan.Saving(every: 6) { told.append("state \($0.training.step)") }
    var course = course(plan, steps: 9)
    #expect(try course.run() == .finished)
    #expect(
      told == [
        "validation 0", "step 1", "step 2", "step 3", "step 4", "step 5", "step 6", "state 6",
        "step 7", "step 8",
        "validation 8", "step 9", "validation 9",
      ])
    #expect(course.history == TrainingHistory())
  }

  @Test func `the best network is the one that is kept, and patience ends a run`() throws {
    let losses = [0.95, 0.9, 0.5, 0.7, 0.5, 0.6, 0.4, 0.3]
    var (looks, seen) = (0, [[[Float]]]())
    var plan = RunPlan<Net>()
    plan.patience = 3
    plan.validation = RunPlan.Validation(every: 2) { network in
      defer { looks += 1 }
      seen.append(network.trained.map(\.value))
      return evaluation(losses[looks])
    }
    var course = course(plan)
    #expect(try course.run() == .finished)
    #expect(looks == 6 && course.trainer.step == 10 && course.endedEarly)
    #expect(course.best.step == 4 && course.best.loss == 0.5 && course.best.worse == 3)
    #expect(course.result.trained.map(\.value) == seen[2])
    #expect(course.trainer.network.trained.map(\.value) == seen[5])
  }

  @Test func `a run that only does harm ends as it began`() throws {
    var (looks, seen) = (0.0, [[[Float]]]())
    var plan = RunPlan<Net>()
    plan.validation = RunPlan.Validation(every: 5) { network in
      defer { looks += 1 }
      seen.append(network.trained.map(\.value))
      return evaluation(1 + looks)
    }
    var course = course(plan)
    _ = try course.run()
    #expect(looks == 5 && course.best.isKnown && course.best.step == 0 && !course.endedEarly)
    #expect(course.result.trained.map(\.value) == seen[0])
    #expect(course.trainer.network.trained.map(\.value) != seen[0])
  }

  @Test func `a run taken up at its beginning does not look twice`() throws {
    var looks = 0
    var plan = RunPlan<Net>()
    plan.validation = RunPlan.Validation(every: 100) { _ in
      looks += 1
      return evaluation(1)
    }
    plan.isToStop = { looks == 1 }
    var stopped = course(plan)
    #expect(try stopped.run() == .stopped && stopped.trainer.step == 0)
    plan.isToStop = { false }
    var resumed = course(plan)
    resumed.resume(stopped.state)
    #expect(try resumed.run() == .finished)
    #expect(looks == 2)
  }

  @Test func `a run that is asked to stop takes no further step, and goes on in the same bits`()
    throws
  {
    var asked = 0
    var plan = RunPlan<Net>()
    plan.isToStop = {
      asked += 1
      return asked > 7
    }
    var stopped = course(plan)
    #expect(try stopped.run() == .stopped)
    #expect(stopped.trainer.step == 7)
    plan.isToStop = { false }
    var whole = course(plan)
    _ = try whole.run()
    var resumed = course(plan)
    resumed.resume(stopped.state)
    #expect(try resumed.run() == .finished)
    #expect(resumed.state == whole.state)
  }

  @Test func `what a listener throws ends the run`() throws {
    struct Full: Error {}
    var plan = RunPlan<Net>()
    plan.onStep = { if $0.step == 3 { throw Full() } }
    var course = course(plan)
    #expect(throws: Full.self) { try course.run() }
    #expect(course.trainer.step == 3)
  }

  @Test(arguments: [
    (TrainingSetup.Length.steps(10), 0, 1, 100, 100, 1, 10),
    (.epochs(3), 32, 1, 32, 32, 4, 12), (.epochs(3), 32, 2, 32, 64, 2, 6),
    (.epochs(1), 500, 4, 100, 100, 1, 1), (.usual, 30, 1, 30, 30, 4, 800),
    (.usual, 0, 1, 100, 100, 1, 200),
  ])
  func `a hundred rows become steps as the setup says`(
    length: TrainingSetup.Length, batch: Int, accumulation: Int, batchSize: Int, stepSize: Int,
    stepsPerEpoch: Int, steps: Int
  ) {
    var setup = TrainingSetup()
    (setup.length, setup.batchSize, setup.accumulation) = (length, batch, accumulation)
    setup.warmup = .share(0.25)
    let pace = RunPace(setup, rows: 100)
    #expect(pace.batchSize == batchSize && pace.stepSize == stepSize)
    #expect(pace.stepsPerEpoch == stepsPerEpoch && pace.steps == steps)
    #expect(pace.warmup == (steps + 3) / 4)
  }

  @Test(arguments: [
    (1, 200), (100, 200), (225, 200), (240, 194), (10_000, 30), (1_000_000, 3),
    (4_000_000, 2),
  ])
  func `a larger table is passed over fewer times`(rows: Int, passes: Int) {
    #expect(RunPace.usualEpochs(rows: rows) == passes)
  }
}
