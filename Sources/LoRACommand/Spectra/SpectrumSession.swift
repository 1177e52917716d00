import Adapters
import Containers
import Reports
import Spectra
import Tensors

/// Joins the files that `spectrum` names to the decompositions.
struct SpectrumSession {
  let selection: TensorSelection
  let depth: SpectrumDepth
  let threads: ThreadsOption
  let report: ReportOptions

  /// The spectra of an adapter, or of a checkpoint's own weights.
  func spectra(of path: String) throws -> SpectrumReport {
    guard try !isAdapter(path) else { return try adapterSpectra(path) }
    let checkpoint = try Checkpoint.open(path)
    try selection.requireMatch(
      among: checkpoint.entries.filter(CheckpointSpectra.isMatrix).map(\.name), in: path)
    let (computation, progress) = computation(over: [checkpoint])
    let spectra = try computation.spectra(of: checkpoint, where: selection.contains)
    progress.finish()
    return SpectrumReport(kind: .weights, paths: [path], spectra: spectra)
  }

  private func isAdapter(_ path: String) throws -> Bool {
    guard path != "-" else { return false }
    return AdapterFile.exists(at: path)
  }

  private func adapterSpectra(_ path: String) throws -> SpectrumReport {
    let adapter = try AdapterFile.open(path)
    try selection.requireMatch(among: adapter.updates.map(\.module), in: path)
    return SpectrumReport(
      kind: .adapter, paths: [path],
      spectra: try adapter.spectra(of: selection.contains, threads: threads.count))
  }

  /// The spectra of what was added to a base.
  ///
  /// - Throws: `AdapterError.mismatch` when nothing differs.
  func spectra(of base: String, tuned: String) throws -> SpectrumReport {
    let checkpoints = (try Checkpoint.open(base), try Checkpoint.open(tuned))
    let pair = CheckpointPair(checkpoints.0, checkpoints.1, threads: threads.count)
    try selection.requireMatch(
      among: checkpoints.0.entries.filter(CheckpointSpectra.isMatrix).map(\.name), in: base)
    let (computation, progress) = computation(over: [checkpoints.0])
    let (changed, unchanged) = try computation.spectra(of: pair, where: selection.contains)
    progress.finish()
    guard !changed.isEmpty else {
      throw AdapterError.mismatch(
        file: tuned,
        problem: "no matrix differs from \(escaped(base)); a spectrum of zeros says nothing: "
          + "are these the two files that were meant?")
    }
    return SpectrumReport(
      kind: .difference, paths: [base, tuned], spectra: changed, unchangedCount: unchanged)
  }

  private func computation(
    over checkpoints: [Checkpoint]
  ) -> (CheckpointSpectra, ProgressLine) {
    let matrices = checkpoints.flatMap(\.entries)
      .filter { CheckpointSpectra.isMatrix($0) && selection.contains($0.name) }
    let progress = ProgressLine(
      "decomposing", total: matrices.reduce(0) { $0 + $1.byteCount }, format: .binaryBytes,
      quiet: report.quiet)
    var computation = CheckpointSpectra(depth: depth, threads: threads.count)
    computation.onProgress = { progress.advance(by: $0) }
    return (computation, progress)
  }
}
