import Adapters
import Containers
import Kernels
import Reports
import Spectra
import Tensors

/// Joins the files that `explore` names to portraits of their matrices.
struct ExploreSession {
  let selection: TensorSelection
  let depth: SpectrumDepth
  let threads: ThreadsOption
  let isQuiet: Bool

  /// The tutorial's matrix.
  func tutorial() throws -> ExplorePage {
    let matrix = TutorialMatrix.matrix
    return ExplorePage(
      subject: "A matrix to learn on: \(TutorialMatrix.directions) strong directions and a little "
        + "noise. lora explore ADAPTER, BASE TUNED or FILE shows your own.",
      symbol: "W",
      portraits: [
        try depth.portrait(
          of: matrix, named: "tutorial",
          PortraitBudget.limits(count: 1, rank: nil, isDense: true),
          workers: Workers(count: threads.count))
      ])
  }

  /// The deltas of an adapter, or a checkpoint's own weights.
  func page(of path: String) throws -> ExplorePage {
    guard path == "-" || !AdapterFile.exists(at: path) else { return try adapter(path) }
    let checkpoint = try Checkpoint.open(path)
    let names = checkpoint.entries.filter(CheckpointSpectra.isMatrix).map(\.name)
    try selection.requireMatch(among: names, in: path)
    let wanted = names.filter(selection.contains)
    let (computation, progress) = computation(over: checkpoint)
    let portraits = try computation.portraits(
      of: checkpoint, PortraitBudget.limits(count: wanted.count, rank: nil, isDense: true),
      where: selection.contains)
    progress.finish()
    return ExplorePage(
      subject: "The weights of `\(shown(path))`.", symbol: "W", portraits: portraits)
  }

  private func adapter(_ path: String) throws -> ExplorePage {
    let adapter = try AdapterFile.open(path)
    try selection.requireMatch(among: adapter.updates.map(\.module), in: path)
    let spectra = try adapter.spectra(of: selection.contains, threads: threads.count)
    let limits = PortraitBudget.limits(
      count: spectra.count, rank: spectra.map(\.spectrum.values.count).max(), isDense: false)
    return ExplorePage(
      subject: "The update ΔW = s·B·A of each module that the adapter `\(shown(path))` adapts.",
      symbol: "ΔW",
      portraits: try adapter.portraits(spectra, of: selection.contains, limits))
  }

  /// What was added to a base.
  ///
  /// - Throws: `AdapterError.mismatch` when nothing differs.
  func page(of base: String, tuned: String) throws -> ExplorePage {
    let (checkpoint, other) = (try Checkpoint.open(base), try Checkpoint.open(tuned))
    let pair = CheckpointPair(checkpoint, other, threads: threads.count)
    let names = checkpoint.entries.filter(CheckpointSpectra.isMatrix).map(\.name)
    try selection.requireMatch(among: names, in: base)
    let wanted = names.filter(selection.contains)
    let (computation, progress) = computation(over: checkpoint)
    let (changed, unchanged) = try computation.portraits(
      of: pair, PortraitBudget.limits(count: wanted.count, rank: nil, isDense: true),
      where: selection.contains)
    progress.finish()
    guard !changed.isEmpty else {
      throw AdapterError.mismatch(
        file: tuned,
        problem:
          "no matrix differs from \(escaped(base)), so there is nothing to explore: are these "
          + "the two files that were meant?")
    }
    return ExplorePage(
      subject: "The difference ΔW between `\(shown(tuned))` and `\(shown(base))`.", symbol: "ΔW",
      portraits: changed, unchangedCount: unchanged)
  }

  private func shown(_ path: String) -> String {
    path == "-" ? "standard input" : escaped(path, inQuotes: false)
  }

  private func computation(over checkpoint: Checkpoint) -> (CheckpointSpectra, ProgressLine) {
    let matrices = checkpoint.entries.filter {
      CheckpointSpectra.isMatrix($0) && selection.contains($0.name)
    }
    let progress = ProgressLine(
      "decomposing", total: matrices.reduce(0) { $0 + $1.byteCount }, format: .binaryBytes,
      quiet: isQuiet)
    var computation = CheckpointSpectra(depth: depth, threads: threads.count)
    computation.onProgress = { progress.advance(by: $0) }
    return (computation, progress)
  }
}

extension ExplorerPage {
  /// Writes the page to a file, or to stdout for `-`.
  func write(to path: String, options: OutputOptions) throws(ContainerError) {
    if path == "-" {
      try StandardStreams.write(html)
      return
    }
    let file = try OutputFile(path: path, options: options)
    let text = html
    try text.withBytes { (bytes) throws(ContainerError) in try file.write(bytes, at: 0) }
    try file.publish()
  }
}
