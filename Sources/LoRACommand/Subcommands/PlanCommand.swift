import ArgumentParser

/// The command `lora plan`.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Say what adapters of a model cost, before anything is trained.",
    discussion: """
      The model is a checkpoint, of which only headers are read, a config.json, a preset, or sizes. \
      Shown are the trained parameters by targets and rank, rank · Σ (in + out) over the adapted \
      layers; the memory of a training step; and the storage of many variants. As in PEFT, 'all \
      linear' is every linear layer but the output layer over the vocabulary; experts count one by \
      one, as their files hold them.

      Memory, with P parameters of w bytes in the base, R trained ones in the adapter, and T = batch \
      size · sequence length: weights are w·P, and 4·R for the adapter, which is trained in f32; \
      QLoRA takes the linear weights in 4 bits, n/2 bytes for n elements, one for each 64 of them, \
      and four for each 256 of these (double quantization). Gradients are w·P for full training, \
      else 4·R. The optimizer takes 8 bytes for each trained parameter (AdamW; momentum 4, sgd 0), \
      and full training on 16-bit weights 4 more for their f32 copies. QLoRA needs a buffer for its \
      largest weight in w bytes.

      Activations are w·T times what each layer keeps: the input of each normalization; the input \
      of query, key and value, and of gate and up, where one of these is trained; query, key, value \
      and the attention's output; gate, its activation and up (of a network without gate, up); the \
      input of down where it is trained; and rank numbers for each adapted layer. The attention is \
      taken to be fused, so that no matrix of scores is kept. Logits and their gradient add 8·T · \
      vocabulary. With --checkpointing a layer keeps only its input, and the larger of one layer's \
      activations and the logits is added. A framework's copies come on top (transformers with PEFT \
      keeps 1.2 to 1.7 times these activations), and what its allocator and drivers take.

      --budget and --memory ask which ranks fit. At the same count of parameters a low rank on many \
      matrices beats a high rank on few (Hu et al. 2021, section 7.1), so the answer is the widest \
      set of targets of which any rank fits, unquantized if possible.

      With a file of texts the model's folder is opened, and what lora train would do on them is shown: \
      what it finds, every setting, the bytes of a step by what they hold, with blocks kept and with \
      --recompute, and the time, by a step that is tried. --json of it: texts, tokens, the settings as \
      text, memory, expected_seconds, tokens_per_second, step_memory [part, bytes, recomputed_bytes].

      --json gives model [name, type, dtype, parameters, bytes, linear_layers, left_out, config], \
      targets [targets, modules, rank, parameters, share, adapter_bytes], memory [rank, targets, \
      batch_size, sequence_length, checkpointing, optimizer, methods [method, weights, gradients, \
      optimizer, activations, buffer, total]], storage [variants, full_bytes, base_bytes, \
      adapter_bytes, lora_bytes, reduction] and, when a limit is given, fits [method, targets, fits, \
      largest_rank, parameters, bytes] (method and bytes with --memory) and answer [method, targets, \
      rank], whose rank is null when nothing fits.
      """)

  @Argument(
    help: ArgumentHelp(
      "A checkpoint (a file, a folder, '-' for stdin) or a config.json.", valueName: "model"),
    completion: .file())
  var model: String?

  @Argument(
    help: ArgumentHelp(
      "Texts: shown is what a run of lora train on them takes, in bytes and hours.",
      valueName: "data"),
    completion: .file())
  var data: String?

  @OptionGroup(title: "Model") var sizes: ModelSizeOptions

  @Option(
    help: ArgumentHelp("Ranks of the table, with commas between.", valueName: "ranks"))
  var ranks = RanksArgument([4, 8, 16, 32, 64])

  @Option(help: ArgumentHelp("The rank whose memory and storage are shown.", valueName: "rank"))
  var rank = 16

  @Option(
    help: ArgumentHelp(
      """
      Modules to adapt: names or their last dotted parts, with commas between, * and ? standing \
      for any characters and for one; 're:' and a regular expression; or 'all-linear'. (default: \
      the usual sets in the table, all-linear for memory and storage)
      """, valueName: "names"))
  var targetModules: String?

  @Option(
    help: ArgumentHelp("Type of the adapter's files: f32, f16, bf16 or f64.", valueName: "type"))
  var adapterDtype: FloatTypeArgument = FloatTypeArgument(type: .f32)

  @OptionGroup(title: "Training") var training: TrainingSetupOptions

  @Option(help: ArgumentHelp("Variants whose storage is compared.", valueName: "count"))
  var variants = 10

  @Option(
    help: ArgumentHelp("Trained parameters there may be, as 20M.", valueName: "count"))
  var budget: CountArgument?

  @Option(
    help: ArgumentHelp("Memory there is for training, as 24GiB.", valueName: "size"))
  var memory: ByteSizeArgument?

  @OptionGroup(title: "Texts") var texts: TextDataOptions
  @OptionGroup(title: "Texts") var template: TemplateOptions
  @OptionGroup(title: "Texts") var textRun: TextRunOptions

  @Option(
    help: ArgumentHelp("Passes over the texts. (default: 3)", valueName: "count"))
  var epochs: Int?

  @OptionGroup var report: ReportOptions

  func validate() throws {
    try checkTexts()
    try require((1...65536).contains(rank), "--rank is \(rank), expected 1 to 65536")
    try require((1...1_000_000).contains(variants), "--variants must be 1 to 1000000")
    try require(
      budget == nil || memory == nil, "--budget and --memory exclude each other; ask one by one")
    try require(
      memory?.byteCount ?? 1 << 20 >= 1 << 20,
      "--memory \(memory?.byteCount ?? 0) is that many bytes; say the unit, as in 24GiB")
    if sizes.listPresets { return }
    let count = sizes.sourceCount(path: model)
    try require(count > 0, "name a checkpoint, a config.json, a --preset, or sizes")
    try require(sizes.sizes?.widths.count ?? 2 > 1, "--sizes needs an input and an output width")
    try require(count == 1, "name one model: a path, a --preset, or --sizes")
    try require(
      model == nil && sizes.sizes == nil || sizes.changes.isEmpty,
      "sizes change a --preset, or make a model; leave them out with a path or --sizes")
  }

  func run() throws {
    if let data, let model { return try planRun(of: model, on: data) }
    if sizes.listPresets { return try report.show(PresetList.report()) }
    let planned = try PlannedModel(path: model, sizes: sizes)
    var session = PlanningSession(planned)
    session.targetWords = targetModules
    session.ranks = ranks.ranks
    session.rank = rank
    session.adapterType = adapterDtype.type
    session.setup = try training.setup(for: planned.outline)
    session.variants = variants
    session.limit = budget.map { .parameters($0.count) } ?? memory.map { .memory($0.byteCount) }
    try report.show(session.report())
  }

  private func checkTexts() throws {
    guard data != nil else {
      let groups: [any ParsableArguments] = [texts, template, textRun]
      let given =
        groups.lazy.compactMap { DeclaredSettings.given($0).first?.0 }.first
        ?? epochs.map { _ in "epochs" }
      return try require(given == nil, "--\(given ?? "") is for a plan with texts")
    }
    try require(model != nil, "a plan with texts needs the model's folder")
    try require(
      DeclaredSettings.given(sizes).isEmpty && budget == nil && memory == nil
        && training.sequenceLength == nil && training.dtype == nil && !training.checkpointing,
      "a plan with texts takes sizes from the model, and --max-tokens, --micro-tokens and --recompute"
    )
  }

  private func planRun(of model: String, on data: String) throws {
    try require(
      TextScoringSession.isTextModel(model),
      "texts go with a model of text, a folder with config.json")
    var plan = TextPlan(model: model, data: texts, template: template, steps: textRun)
    (plan.rank, plan.targets) = (rank, ModuleWords.targets(targetModules))
    (plan.batchSize, plan.epochs) = (training.batchSize, epochs)
    (plan.optimizer, plan.isQuiet) = (training.optimizer, report.quiet)
    try report.show(try plan.report(on: data))
  }
}
