import ArgumentParser
import Containers

/// The command `lora explore`.
struct ExploreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explore",
    abstract: "Make a page with a rank slider: heat maps, energy, and what a rank costs.",
    discussion: """
      The page shows a matrix, its best approximation of the chosen rank and the error as heat maps \
      that follow the slider, the energy kept by each rank, singular values, parameters and \
      compression. Of an adapter these are the deltas s·B·A, of two checkpoints the differences of \
      their matrices, of one its weights. Without files: a 256 × 256 matrix of 8 strong directions \
      and noise, to learn on.

      The page is one file below 2 MB, opens without a network, and takes keyboard and touch. Its \
      numbers are those of 'lora spectrum', of the whole matrices; large matrices are drawn by block \
      means. Where a file has more matrices than fit, the strongest are drawn and the page says so; \
      choose with --tensor.
      """)

  @Argument(
    help: ArgumentHelp("An adapter or a checkpoint; '-' is stdin.", valueName: "file"),
    completion: .file())
  var file: String?

  @Argument(
    help: ArgumentHelp("The checkpoint tuned from it.", valueName: "tuned"), completion: .file())
  var tuned: String?

  @OptionGroup var selection: TensorSelection

  @Option(help: ArgumentHelp("Leading singular values of a large matrix.", valueName: "count"))
  var top = 64

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The page to write, or '-' for stdout.", valueName: "path"),
    completion: .file())
  var output: String

  @Flag(help: "Replace the page if it exists.")
  var force = false

  @OptionGroup var threads: ThreadsOption

  @Flag(help: "Show no progress.")
  var quiet = false

  func validate() throws {
    try require((1...65536).contains(top), "--top is \(top), expected 1 to 65536")
    try require(!output.isEmpty, "--output is empty")
    try require(file != "-" || tuned != "-", "'-' can be read only once")
    try require(
      file != nil || selection.patterns.isEmpty, "--tensor needs a file to choose from")
  }

  func run() throws {
    try LinearAlgebra.open()
    let session = ExploreSession(
      selection: selection, depth: .leading(top), threads: threads, isQuiet: quiet)
    let page =
      switch (file, tuned) {
      case (let file?, let tuned?): try session.page(of: file, tuned: tuned)
      case (let file?, nil): try session.page(of: file)
      default: try session.tutorial()
      }
    try page.page.write(to: output, options: OutputOptions(force: force, synchronizes: true))
  }
}
