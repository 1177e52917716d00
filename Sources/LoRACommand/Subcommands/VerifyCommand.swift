import ArgumentParser

/// The command `lora verify`.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Prove that a checkpoint is what it says.",
    discussion: """
      Whose merge it is decides what is asked:

      'lora verify FILE --base BASE' computes what lora recorded in FILE again and compares every \
      bit. 'lora verify FILE' holds its tensors against the fingerprint in its record, or against \
      --fingerprint, which guards against accidents, not against someone who can also change the \
      record.

      'lora verify FILE --base BASE --adapter A --adapter B@0.5' asks of any tool's merge whether \
      base and these adapters, all together, account for every weight. Each module is exact (lora's \
      own bits), within rounding (another order of summation, or a delta, product or factors \
      rounded to half precision first, as PEFT, torch, kohya and mergekit do; which one is named), \
      not applied, applied at another weight, twice, partly or transposed, or changed otherwise. \
      With --among in place of --adapter: which of these is in it, and at what weight?

      Exit status 0: it is so. 1: it is not. 2: it cannot be told, as when the update is below the \
      rounding of the weights, or the weights were rounded to codes after the merge. Nothing counts \
      as held that rounding does not explain in every element.

      --json gives file, base, answer (holds, does not hold, cannot be told), verdict, adapters \
      [adapter, weight, found], counts [verdict, modules], modules [module, verdict, detail, \
      factors, errors, residual, misfits, first_misfit, elements, cause], others [tensor, verdict, \
      detail, differing], others_equal, notes and seconds. A comparison with the record gives file, \
      equal, tensors, different [tensor, differing, first] and seconds.
      """)

  @Argument(help: ArgumentHelp("The checkpoint to check.", valueName: "file"), completion: .file())
  var file: String

  @Option(
    help: ArgumentHelp("What the adapters were merged into.", valueName: "path"),
    completion: .file())
  var base: String?

  @Option(
    name: .customLong("adapter"), parsing: .singleValue,
    help: ArgumentHelp(
      "An adapter that is to be in it; give one --adapter for each, in order.",
      valueName: "path[@weight]"))
  var adapters: [WeightedAdapterArgument] = []

  @Option(
    name: .customLong("among"), parsing: .singleValue,
    help: ArgumentHelp(
      "An adapter that may be in it; give one --among for each.", valueName: "path[@weight]"))
  var candidates: [WeightedAdapterArgument] = []

  @Option(
    name: .customLong("initial-adapter"), parsing: .singleValue,
    help: ArgumentHelp(
      "For a PiSSA, OLoRA, CorDA or LoRA-GA adapter: the adapter it started from.",
      valueName: "path"),
    completion: .file())
  var initialAdapters: [String] = []

  @Option(help: ArgumentHelp("The fingerprint that the file must have.", valueName: "hex"))
  var fingerprint: String?

  @Flag(help: "List every module, also those that hold the adapters.")
  var modules = false

  @OptionGroup var threads: ThreadsOption
  @OptionGroup var report: ReportOptions

  func validate() throws {
    try require(base != nil || adapters.isEmpty, "--adapter needs --base")
    try require(base != nil || candidates.isEmpty, "--among needs --base")
    try require(
      adapters.isEmpty || candidates.isEmpty,
      "--adapter says what is in it, and --among asks; give one of them")
    try require(
      initialAdapters.isEmpty || !adapters.isEmpty, "--initial-adapter goes with --adapter")
    try require(
      base == nil || fingerprint == nil, "--base and --fingerprint exclude each other")
  }

  func run() throws {
    let session = VerificationSession(file: file, threads: threads, report: report)
    guard let base else { return try session.checkFingerprint(fingerprint) }
    let audit = AuditSession(
      file: file, base: base, listsAll: modules, threads: threads, report: report)
    if !candidates.isEmpty {
      try audit.search(among: candidates)
    } else if !adapters.isEmpty {
      try audit.audit(adapters, initial: initialAdapters)
    } else {
      try session.compareWithRecord(base: base)
    }
  }
}
