import ArgumentParser
import Containers
import Reports

/// The command `lora spectrum`.
struct SpectrumCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "spectrum",
    abstract: "Say how low-rank an update is: singular values, energy by rank.",
    discussion: """
      Of an adapter: the deltas s·B·A of its modules, through the factors. Of two checkpoints: the \
      difference of their matrices. Of one checkpoint: its own weights. Energy is the squared \
      Frobenius norm; the table says what a rank for every matrix keeps, and what it costs in \
      parameters. Stable rank is energy / largest singular value squared; effective rank is exp of \
      the entropy of the singular values.

      An adapter's singular values are all computed. Of whole matrices every one is, where the \
      smaller side is at most 1024; of larger ones up to --top leading ones, as many as a random \
      sketch proves to a hundred-thousandth, which ends where a flat tail begins (what they keep of \
      the energy is known nevertheless). --all computes every one by LAPACK, in some ten seconds for \
      4096 x 4096, as is done where the sketch proves none. The last bits of what LAPACK computes are \
      the machine's.

      --json gives kind (adapter, difference, weights), paths, matrices, unchanged, norm, rank_90, \
      rank_95, rank_99, ranks [rank, energy, parameters, share] and tensors [tensor, shape, norm, \
      complete, stable_rank, effective_rank, rank_90, rank_95, rank_99, remark, singular_values, \
      cumulative_energy]. A rank is null when more singular values are needed to tell.
      """)

  @Argument(
    help: ArgumentHelp("An adapter or a checkpoint; '-' is stdin.", valueName: "file"),
    completion: .file())
  var file: String

  @Argument(
    help: ArgumentHelp("The checkpoint tuned from it.", valueName: "tuned"), completion: .file())
  var tuned: String?

  @OptionGroup var selection: TensorSelection

  @Option(help: ArgumentHelp("Most singular values of a large matrix.", valueName: "count"))
  var top = 64

  @Flag(help: "Compute every singular value, also of large matrices.")
  var all = false

  @Flag(help: "List every tensor.")
  var tensors = false

  @Flag(help: "Print a CSV record for each singular value in place of the report.")
  var csv = false

  @Option(
    help: ArgumentHelp("Draw energy and singular values by rank as SVG.", valueName: "path"),
    completion: .file())
  var chart: String?

  @Flag(help: "Replace the chart if it exists.")
  var force = false

  @OptionGroup var threads: ThreadsOption
  @OptionGroup var report: ReportOptions

  func validate() throws {
    try require((1...65536).contains(top), "--top is \(top), expected 1 to 65536")
    try require(!csv || !report.json, "--csv and --json exclude each other")
    try require(chart?.isEmpty != true, "--chart is empty")
    try require(file != "-" || tuned != "-", "'-' can be read only once")
  }

  func run() throws {
    try LinearAlgebra.open()
    let session = SpectrumSession(
      selection: selection, depth: all ? .all : .leading(top), threads: threads, report: report)
    let spectra =
      try tuned.map { try session.spectra(of: file, tuned: $0) }
      ?? session.spectra(of: file)
    if let chart {
      try SpectrumChart(spectra: spectra.spectra).chart.write(
        to: chart, options: OutputOptions(force: force, synchronizes: true))
    }
    if csv {
      try StandardStreams.write(spectra.csv)
    } else {
      try report.show(spectra.report(listsAll: tensors))
    }
  }
}
