import Adapters
import ArgumentParser
import Kernels

/// The command `lora train`.
struct TrainCommand: TrainingCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train an adapter for a network, on a table or on texts.",
    discussion: """
      y = x Wᵀ + b + s·(x Aᵀ) Bᵀ, where W and b stay as they are, A begins uniform in ±1/√in and B at \
      0. The adapter is what PEFT reads: a folder, or one file for a name in .safetensors. It \
      records the base's fingerprint, so that it is not merged into another.

      The same seed gives the same bits on any machine, with any number of threads; only what LAPACK \
      begins (--init pissa, olora, orthogonal, loftq) is the machine's. Weights stay in memory in the \
      type that they are stored in; f64 ones are rounded to f32, in which training computes.

      A folder with a config.json of transformers is a model of text. Its examples are JSON lines, CSV \
      or plain text, and their columns say what they are: messages; conversations; prompt and \
      completion; instruction, input and output; text; text and label, for a classifier; or input_ids, \
      labels (-100 is not learned), attention_mask and token_type_ids. Columns of other names are named \
      by --fields. Of a conversation or a prompt the answers are learned, through the token that ends \
      them; they are found by their place in the text that the model's chat template writes, and \
      --loss all learns all of it. Text without a prompt is learned whole. A step's loss is the mean over \
      all tokens that it learns.

      All linear layers are adapted but the head, experts and their routers; a classifier's head is \
      trained whole and stored with the adapter, as PEFT does. 5 % of more than 200 rows are held out, \
      and the best of the looks at them is kept. The folder has the model's tokenizer and chat template \
      beside the adapter.

      --json of text: output, rows, validation_rows, form, tokens, tokens_learned, longest_row, \
      rows_cut, rows_left_out [line], rows_without_system, trained_parameters, base_parameters, the \
      settings, steps, stopped, best_step, read_seconds, seconds, tokens_per_second, optimizer_bytes, \
      peak_memory_bytes, metrics [network, loss and perplexity, accuracy and macro_f1, or rmse], sample \
      [prompt, before, after].
      """)

  @Argument(
    help: ArgumentHelp(
      "Network: a file, a folder, or '-' for stdin.", valueName: "base"), completion: .file())
  var base: String

  @Argument(
    help: ArgumentHelp(
      """
      Table as CSV, or for a model of text examples as JSON lines, CSV or plain text: a file, also \
      inside gzip, or '-' for stdin.
      """, valueName: "data"),
    completion: .file())
  var table: String

  @OptionGroup(title: "Adapter") var adaptation: AdaptationOptions
  @OptionGroup(title: "Table") var data: DataOptions
  @OptionGroup(title: "Table") var columns: PreparationOptions
  @OptionGroup(title: "Table") var rules: TableRuleOptions
  @OptionGroup(title: "Text") var texts: TextDataOptions
  @OptionGroup(title: "Text") var template: TemplateOptions
  @OptionGroup(title: "Text") var textRun: TextRunOptions
  @OptionGroup(title: "Optimization") var optimization: OptimizationOptions
  @OptionGroup(title: "Validation") var validation: ValidationOptions
  @OptionGroup(title: "State") var states: StateOptions

  @OptionGroup var network: NetworkOptions

  @OptionGroup var seed: SeedOption
  @OptionGroup var output: OutputOptionsGroup
  @OptionGroup var threads: ThreadsOption
  @OptionGroup var report: ReportOptions

  func validate() throws {
    try require(base != "-" || table != "-", "'-' can be read only once")
    try require(
      output.gzip != true || adaptation.full || AdapterFile.isSingleFile(output.output),
      "--gzip is for single files: end the adapter's name in .safetensors.gz")
  }

  func run() throws {
    if TextScoringSession.isTextModel(base) { return try trainOnText() }
    try refuse([texts, template, textRun], for: "models of text, a folder with config.json")
    let below = try NetworkAdapters(adaptation.adapter)
    var run = trainingRun(.table)
    run.settings = DeclaredSettings.without([texts, template, textRun], in: run.settings)
    let session = TrainSession(
      preparation: preparation(standardizes: false), classWeights: optimization.classWeights,
      run: run, output: output.place, report: report, seed: seed.seed, below: below,
      anyBase: adaptation.anyBase)
    let network = try BaseNetwork<Float>(
      base, network.settings(under: below, startingFrom: adaptation.initAdapter))
    if adaptation.full {
      try session.trainFully(of: consume network, on: table)
    } else {
      try session.trainAdapter(adaptation.choice, of: network, on: table)
    }
  }

  private func trainOnText() throws {
    try refuse([data, columns, rules, network], for: "tables")
    let unknown = [
      ("--full", adaptation.full), ("--compare-full", adaptation.compareFull),
      ("--class-weights", optimization.classWeights != nil),
    ]
    if let (option, _) = unknown.first(where: \.1) {
      throw ValidationError("\(option) is for tables; a model of text is trained without it")
    }
    let workers = Workers(count: threads.count)
    let model = try TextBase(
      base, below: try NetworkAdapters(adaptation.adapter),
      startingFrom: adaptation.initAdapter, anyBase: adaptation.anyBase, workers: workers)
    let task = try TextTask(model.model.network.design, file: base)
    var run = trainingRun(task.defaults)
    run.settings = DeclaredSettings.without([data, columns, rules, network], in: run.settings)
    try TextTrainSession(
      base: model, task: task, data: texts, template: template, steps: textRun,
      held: validation.held, run: run, output: output.place, report: report, seed: seed.seed
    ).train(adaptation.choice, on: table)
  }

  /// Refuses options of `groups`, which are for something else than what is trained.
  private func refuse(_ groups: [any ParsableArguments], for what: String) throws {
    for group in groups {
      guard let option = DeclaredSettings.given(group).first?.0 else { continue }
      throw ValidationError("--\(option) is for \(what)")
    }
  }
}
