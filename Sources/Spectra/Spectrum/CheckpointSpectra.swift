import Adapters
import Containers
import Kernels
import Tensors

/// Computes the spectra of whole matrices in checkpoints, one matrix in memory at a time.
package struct CheckpointSpectra: Sendable {
  package let depth: SpectrumDepth
  package let threads: Int
  /// Called with the bytes done since the last call.
  package var onProgress: @Sendable (_ bytes: Int) -> Void = { _ in }

  package init(depth: SpectrumDepth, threads: Int) {
    (self.depth, self.threads) = (depth, threads)
  }

  /// Whether a tensor can be seen as a matrix: numbers in two dimensions or more, none of them zero.
  package static func isMatrix(_ entry: TensorEntry) -> Bool {
    entry.type.floatFormat != nil && entry.shape.rank >= 2 && entry.shape.elementCount > 0
  }

  /// What is computed of one matrix, called `name`.
  private typealias Computation<Result> = (
    _ matrix: DenseMatrix, _ name: String
  ) throws(NoDecomposition) -> Result

  /// The spectra of the checkpoint's own weights.
  ///
  /// - Parameters:
  ///   - checkpoint: Read once from front to back.
  ///   - isIncluded: Which of its matrices are wanted, by their names.
  /// - Returns: One spectrum for each wanted matrix, in the order of the file.
  /// - Throws: `AdapterError.tensor` for values that are not finite; `ContainerError`.
  package func spectra(
    of checkpoint: Checkpoint, where isIncluded: (String) -> Bool
  ) throws -> [NamedSpectrum] {
    try results(of: checkpoint, where: isIncluded, spectrum)
  }

  /// The spectra of the differences between two checkpoints.
  ///
  /// - Parameters:
  ///   - pair: Of the same tensors.
  ///   - isIncluded: Which of their matrices are wanted, by their names.
  /// - Returns: One spectrum for each wanted matrix that differs, in the order of the base, and how
  ///   many of the wanted ones do not.
  /// - Throws: `ErrorList` for tensors that do not go together; `AdapterError.tensor` for values that
  ///   are not finite; `ContainerError`.
  package func spectra(
    of pair: CheckpointPair, where isIncluded: (String) -> Bool
  ) throws -> (changed: [NamedSpectrum], unchangedCount: Int) {
    try results(of: pair, where: isIncluded, spectrum)
  }

  /// The portraits of the checkpoint's own weights, as `spectra(of:where:)`.
  package func portraits(
    of checkpoint: Checkpoint, _ limits: MatrixPortrait.Limits, where isIncluded: (String) -> Bool
  ) throws -> [MatrixPortrait] {
    try results(of: checkpoint, where: isIncluded, portrait(limits))
  }

  /// The portraits of the differences between two checkpoints, as `spectra(of:where:)`.
  package func portraits(
    of pair: CheckpointPair, _ limits: MatrixPortrait.Limits, where isIncluded: (String) -> Bool
  ) throws -> (changed: [MatrixPortrait], unchangedCount: Int) {
    try results(of: pair, where: isIncluded, portrait(limits))
  }

  private func spectrum(
    of matrix: DenseMatrix, named name: String
  ) throws(NoDecomposition) -> NamedSpectrum {
    NamedSpectrum(
      name: name, spectrum: try depth.spectrum(of: matrix, workers: Workers(count: threads)))
  }

  private func portrait(_ limits: MatrixPortrait.Limits) -> Computation<MatrixPortrait> {
    { (matrix, name) throws(NoDecomposition) in
      try depth.portrait(
        of: matrix, named: name, limits, workers: Workers(count: threads))
    }
  }

  // MARK: One matrix after the other

  private func results<Result>(
    of checkpoint: Checkpoint, where isIncluded: (String) -> Bool,
    _ compute: Computation<Result>
  ) throws -> [Result] {
    var results: [Result] = []
    for location in checkpoint.tensorsByOffset
    where Self.isMatrix(location.entry) && isIncluded(location.entry.name) {
      try Interruption.check()
      let entry = location.entry
      let tensor = try checkpoint.shards[location.shard].file.tensor(entry)
      let (rows, columns) = ModuleUpdate.matrix(entry.shape)
      results.append(
        try result(
          of: DenseMatrix(rows: rows, columns: columns, values: tensor.floats ?? []),
          named: entry.name, in: checkpoint.path, compute))
      onProgress(entry.byteCount)
    }
    return results
  }

  private func results<Result>(
    of pair: CheckpointPair, where isIncluded: (String) -> Bool, _ compute: Computation<Result>
  ) throws -> (changed: [Result], unchangedCount: Int) {
    try pair.requireSameTensors()
    var (results, unchanged): ([Result], Int) = ([], 0)
    for member in pair.members where Self.isMatrix(member.base.entry) && isIncluded(member.name) {
      let difference = try pair.difference(of: member)
      if difference.isChanged {
        results.append(
          try result(of: difference.matrix, named: member.name, in: pair.other.path, compute))
      } else {
        unchanged += 1
      }
      onProgress(member.base.entry.byteCount)
    }
    try pair.finish()
    return (results, unchanged)
  }

  private func result<Result>(
    of matrix: DenseMatrix, named name: String, in file: String, _ compute: Computation<Result>
  ) throws -> Result {
    do throws(NoDecomposition) {
      return try compute(matrix, name)
    } catch {
      let index = matrix.values.withBytes { FloatScan.firstNonFinite(in: $0, format: .f32) }
      throw AdapterError.tensor(
        file: file, name: name,
        problem: index.map { "element \($0) is \(matrix.values[$0]); the checkpoint is damaged" }
          ?? "LAPACK finds no singular values")
    }
  }
}
