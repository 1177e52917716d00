import Adapters
import Containers
import Kernels
import Models
import Reports
import Training

/// What a run of `train` on texts would take, with what holds where nobody says.
struct TextPlan {
  let model: String
  let data: TextDataOptions
  let template: TemplateOptions
  let steps: TextRunOptions
  var rank: Int?
  /// The modules to adapt; nil for the usual.
  var targets: [String]?
  var batchSize: Int?
  var epochs: Int?
  var optimizer = PlannedOptimizer.adamw
  var isQuiet = false

  init(
    model: String, data: TextDataOptions, template: TemplateOptions, steps: TextRunOptions
  ) {
    (self.model, self.data, self.template, self.steps) = (model, data, template, steps)
  }

  /// - Throws: What opening the model and reading the texts throw.
  func report(on path: String) throws -> Report {
    let workers = Workers(count: Parallel.coreCount)
    let base = try TextBase(
      model, below: NetworkAdapters([WeightedAdapter]()), startingFrom: nil, anyBase: true,
      workers: workers)
    let task = try TextTask(base.model.network.design, file: model)
    var wanted = AdapterChoice()
    (wanted.rank, wanted.targets) = (rank, targets)
    let session = TextTrainSession(
      base: base, task: task, data: data, template: template, steps: steps, held: .usual,
      run: run(task, workers),
      output: ResultOutput(path: "-", options: OutputOptions(), gzip: nil),
      report: ReportOptions(), seed: 0)
    return try session.plan(wanted, on: path)
  }

  private func run(_ task: TextTask, _ workers: Workers) -> TrainingRun {
    var setup = task.defaults.setup
    if let batchSize { setup.batchSize = batchSize }
    if let epochs { setup.length = .epochs(epochs) }
    switch optimizer {
    case .adamw: setup.optimizer.kind = .adamw
    case .momentum: (setup.optimizer.kind, setup.optimizer.momentum) = (.sgd, 0.9)
    case .sgd: setup.optimizer.kind = .sgd
    }
    return TrainingRun(
      setup: setup, validatesEvery: nil, patience: nil, files: RunFiles(options: OutputOptions()),
      workers: workers, isQuiet: isQuiet, settings: [])
  }
}
