import Containers
import Reports
import Spectra
import Tensors

/// Joins the files that `extract` names to the decomposition.
struct ExtractionSession {
  let ranks: RankOptions
  let selection: TensorSelection
  let savesOthers: Bool
  let seed: SeedOption
  let output: AdapterOutputOptions
  let threads: ThreadsOption
  let report: ReportOptions

  func run(base: String, tuned: String) throws {
    let started = ContinuousClock.now
    try output.checkFree()
    try LinearAlgebra.open()
    let checkpoints = (try Checkpoint.open(base), try Checkpoint.open(tuned))
    try selection.requireMatch(
      among: checkpoints.0.entries.filter(CheckpointSpectra.isMatrix).map(\.name), in: base)
    var extract = Extract(
      base: checkpoints.0, tuned: checkpoints.1, ranks: ranks.choice(byteCount: 4),
      threads: threads.count)
    let patterns = selection
    extract.isIncluded = { patterns.contains($0) }
    extract.savesOthers = savesOthers
    extract.seed = seed.seed
    let progress = ProgressLine(
      "extracting", total: extract.byteCount, format: .binaryBytes, quiet: report.quiet)
    extract.onProgress = { progress.advance(by: $0) }
    let extraction = try extract.run()
    progress.finish()
    try extraction.write(
      to: output.output, options: output.containerOptions, threads: threads.count)
    let result = ExtractionReport(extraction, output: output.output, since: started)
    for warning in result.warnings { Warnings.say(warning) }
    try report.show(result.report, besideOutputOnStdout: output.isStandardOutput)
  }
}
