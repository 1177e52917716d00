import ArgumentParser

/// The command `lora verify`.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Prove that a checkpoint is what it says.",
    discussion: """
      With --base the merge is computed again and every bit compared; the adapters are those of the \
      file's own record, unless --adapter names them. Without --base the file's tensors are held \
      against the fingerprint in its record, or against --fingerprint. Exit status 1 means that \
      they differ; each tensor that does is named. A fingerprint guards against accidents, not \
      against someone who can also change the record.
      """)

  @Argument(help: ArgumentHelp("The checkpoint to check.", valueName: "file"), completion: .file())
  var file: String

  @Option(
    help: ArgumentHelp("Compute the merge again from this base.", valueName: "path"),
    completion: .file())
  var base: String?

  @Option(
    name: .customLong("adapter"), parsing: .singleValue,
    help: ArgumentHelp(
      "An adapter that was merged; give one --adapter for each, in order.",
      valueName: "path[@weight]"))
  var adapters: [WeightedAdapterArgument] = []

  @Option(help: ArgumentHelp("The fingerprint that the file must have.", valueName: "hex"))
  var fingerprint: String?

  @OptionGroup var threads: ThreadsOption
  @OptionGroup var report: ReportOptions

  func validate() throws {
    if base == nil, !adapters.isEmpty {
      throw ValidationError("--adapter needs --base")
    }
    if base != nil, fingerprint != nil {
      throw ValidationError("--base and --fingerprint exclude each other")
    }
  }

  func run() throws {
    let session = VerificationSession(file: file, threads: threads, report: report)
    if let base {
      try session.compare(withBase: base, adapters: adapters)
    } else {
      try session.checkFingerprint(fingerprint)
    }
  }
}
