import ArgumentParser

/// The command `lora extract`.
struct ExtractCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "extract",
    abstract: "Make an adapter from a checkpoint and its base.",
    discussion: """
      The difference of each matrix is replaced by the best pair of factors of its rank: by a \
      random sketch, refined until its error is proven to be at most 1.0001 times the least \
      possible one, else by LAPACK. The report gives both errors. Embeddings, norms and whatever \
      else changed and is no matrix is stored whole (modules_to_save, bias), so that base and \
      adapter together are the tuned checkpoint, up to the errors reported; what is left out is \
      named. The result is PEFT's, with the base's fingerprint. The last bits of what LAPACK computes, \
      and so of the factors, are the machine's.

      --rank must be one that every changed matrix has; --max-rank takes what each has. Memory is \
      that of a few tensors and the adapter.

      --json gives output, matrices, parameters, error (of all matrices together, relative), \
      unchanged, stored_whole, left_out_count, base_fingerprint, seconds, tensors [tensor, shape, \
      rank, norm, error, least_error, method (sketch, lapack), seconds], whole and left_out [left_out, \
      reason].
      """)

  @Argument(
    help: ArgumentHelp("The checkpoint before training.", valueName: "base"), completion: .file())
  var base: String

  @Argument(
    help: ArgumentHelp("The checkpoint after it.", valueName: "tuned"), completion: .file())
  var tuned: String

  @OptionGroup var ranks: RankOptions
  @OptionGroup var selection: TensorSelection

  @Flag(help: "Leave out what is no matrix, in place of storing it whole.")
  var onlyMatrices = false

  @OptionGroup var seed: SeedOption
  @OptionGroup var output: AdapterOutputOptions
  @OptionGroup var threads: ThreadsOption
  @OptionGroup var report: ReportOptions

  func validate() throws {
    try require(base != "-" || tuned != "-", "'-' can be read only once")
    try ranks.requireChoice()
  }

  func run() throws {
    try ExtractionSession(
      ranks: ranks, selection: selection, savesOthers: !onlyMatrices, seed: seed, output: output,
      threads: threads, report: report
    ).run(base: base, tuned: tuned)
  }
}
