import Adapters
import Containers
import Merging
import Reports
import Tensors

/// Joins the files that `convert` names to the work in `Adapters`.
struct ConversionSession {
  let output: OutputOptionsGroup
  let threads: ThreadsOption
  let report: ReportOptions

  func convert(
    adapter path: String, to dialect: AdapterDialect, base: String?, part: ModelPart?,
    isUniform: Bool
  ) throws {
    let opened = try AdapterFile.open(path)
    let adapter = try part.map(opened.selecting) ?? opened
    var conversion = try AdapterConversion(adapter, base: try base.map { try Checkpoint.open($0) })
    conversion.isUniform = isUniform
    let converted = try conversion.converted(to: dialect)
    try converted.write(
      to: output.output, options: output.containerOptions, threads: threads.count)
    Warnings.say(adapter)
    try report.show(
      ConversionReport(converted, from: adapter, to: dialect, output: output.output).report,
      besideOutputOnStdout: output.isStandardOutput)
  }

  func convert(checkpoint path: String, type: DType?, shardSize: Int?) throws {
    let started = ContinuousClock.now
    let source = try Checkpoint.open(path)
    let progress = ProgressLine(
      "converting", total: source.dataSize, format: .binaryBytes, quiet: report.quiet)
    let target = try output.checkpointOutput(
      like: source, shardSize: shardSize, threads: threads, progress: progress)
    let summary = try Convert(source, to: target, type: type).run()
    progress.finish()
    for note in summary.notes { Warnings.say(note) }
    try report.show(
      ConversionReport.checkpoint(summary, output: output.output, since: started),
      besideOutputOnStdout: output.isStandardOutput)
  }
}
