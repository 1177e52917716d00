import Containers
import Merging
import Models
import Tensors

/// Joins the files that `quantize` and `dequantize` name to the work in `Adapters`.
struct QuantizationSession {
  let output: OutputOptionsGroup
  /// Bytes of a shard; nil keeps the shards as they are.
  let shardSize: Int?
  let threads: ThreadsOption
  let report: ReportOptions

  func quantize(
    _ path: String, by scheme: QuantizationScheme, targets: [String]?, skipping skipped: [String]
  ) throws {
    let started = ContinuousClock.now
    let source = try Checkpoint.open(path)
    let progress = progressLine("quantizing", source)
    var quantize = Quantize(source, by: scheme, to: try editOutput(like: source, progress))
    quantize.targets = try targets.map { try tensors(named: $0, in: source) }
    quantize.skipped = try tensors(named: skipped, in: source)
    let summary = try quantize.run()
    progress.finish()
    for note in summary.notes { Warnings.say(note) }
    try report.show(
      QuantizationReport.quantized(summary, output: output.output, since: started),
      besideOutputOnStdout: output.isStandardOutput)
  }

  func dequantize(_ path: String, as type: DType?) throws {
    let started = ContinuousClock.now
    let source = try Checkpoint.open(path)
    let progress = progressLine("dequantizing", source)
    let target = try editOutput(like: source, progress)
    let summary = try Dequantize(source, to: target, as: type).run()
    progress.finish()
    try report.show(
      QuantizationReport.dequantized(summary, output: output.output, since: started),
      besideOutputOnStdout: output.isStandardOutput)
  }

  private func tensors(
    named words: [String], in source: Checkpoint
  ) throws -> Set<ExactString> {
    let names = source.entries.filter { $0.type.floatFormat != nil }.map(\.name)
    let modules = names.map { QuantizationTargets.module(of: $0) }
    let chosen = Set(
      try ModuleChoice(file: source.path, modules: modules).named(words).map(ExactString.init))
    return Set(
      names.map(ExactString.init).filter {
        chosen.contains(ExactString(QuantizationTargets.module(of: $0.text)))
      })
  }

  private func editOutput(like source: Checkpoint, _ progress: ProgressLine) throws -> EditOutput {
    try output.checkpointOutput(
      like: source, shardSize: shardSize, threads: threads, progress: progress)
  }

  private func progressLine(_ label: String, _ source: Checkpoint) -> ProgressLine {
    ProgressLine(label, total: source.dataSize, format: .binaryBytes, quiet: report.quiet)
  }
}
