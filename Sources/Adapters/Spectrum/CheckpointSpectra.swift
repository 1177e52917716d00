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
    var result: [NamedSpectrum] = []
    for location in checkpoint.tensorsByOffset
    where Self.isMatrix(location.entry) && isIncluded(location.entry.name) {
      try Interruption.check()
      let entry = location.entry
      let tensor = try checkpoint.shards[location.shard].file.tensor(entry)
      let (rows, columns) = ModuleUpdate.matrix(entry.shape)
      result.append(
        try spectrum(
          of: DenseMatrix(rows: rows, columns: columns, values: tensor.floats ?? []),
          named: entry.name, in: checkpoint.path))
      onProgress(entry.byteCount)
    }
    return result
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
    try pair.requireSameTensors()
    var (result, unchanged): ([NamedSpectrum], Int) = ([], 0)
    for member in pair.members where Self.isMatrix(member.base.entry) && isIncluded(member.name) {
      let difference = try pair.difference(of: member)
      if difference.isChanged {
        result.append(try spectrum(of: difference.matrix, named: member.name, in: pair.other.path))
      } else {
        unchanged += 1
      }
      onProgress(member.base.entry.byteCount)
    }
    try pair.finish()
    return (result, unchanged)
  }

  private func spectrum(
    of matrix: DenseMatrix, named name: String, in file: String
  ) throws -> NamedSpectrum {
    do throws(NoDecomposition) {
      let spectrum = try depth.spectrum(of: matrix, workers: Workers(count: threads))
      return NamedSpectrum(name: name, spectrum: spectrum)
    } catch {
      let index = matrix.values.withBytes { FloatScan.firstNonFinite(in: $0, format: .f32) }
      throw AdapterError.tensor(
        file: file, name: name,
        problem: index.map { "element \($0) is \(matrix.values[$0]); the checkpoint is damaged" }
          ?? "LAPACK finds no singular values")
    }
  }
}
