import Kernels

/// A command that trains a network on a table.
protocol TrainingCommand: RepeatableCommand {
  var data: DataOptions { get }
  var columns: PreparationOptions { get }
  var rules: TableRuleOptions { get }
  var optimization: OptimizationOptions { get }
  var validation: ValidationOptions { get }
  var states: StateOptions { get }
  var output: OutputOptionsGroup { get }
  var threads: ThreadsOption { get }
  var report: ReportOptions { get }
}

extension TrainingCommand {
  /// How its tables are prepared; `standardizes` is what holds where nobody says.
  func preparation(standardizes usual: Bool) -> TrainingTables.Preparation {
    TrainingTables.Preparation(
      wishes: data.wishes(rules.rules(quiet: report.quiet)),
      columns: columns.choice(standardizes: usual), standardizes: columns.standardize,
      held: validation.held, workers: Workers(count: threads.count))
  }

  /// The run that its options ask for.
  var trainingRun: TrainingRun {
    TrainingRun(
      setup: optimization.setup, validatesEvery: validation.validateEvery,
      patience: validation.limit,
      files: RunFiles(
        log: optimization.log, chart: optimization.chart, states: states.states,
        resumes: states.resume, options: output.containerOptions),
      workers: Workers(count: threads.count), isQuiet: report.quiet,
      settings: repeatedSettings)
  }
}
