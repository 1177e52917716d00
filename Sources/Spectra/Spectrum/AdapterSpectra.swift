import Adapters
import Kernels
import Synchronization
import Tensors

/// The spectrum of one matrix of a file.
package struct NamedSpectrum: Sendable {
  /// The tensor, or the adapter's module; of a stacked expert with its index, as `experts[3]`.
  package let name: String
  package let spectrum: Spectrum
  /// What about the matrix is not in its singular values, or nil.
  package let remark: Remark?

  /// What a reader of a spectrum has to know.
  package enum Remark: String, Sendable {
    /// A DoRA module: these are the values of s·B·A. The rows of W + s·B·A are then scaled to the
    /// magnitudes, and the whole change is not of low rank.
    case direction
  }

  package init(name: String, spectrum: Spectrum, remark: Remark? = nil) {
    (self.name, self.spectrum, self.remark) = (name, spectrum, remark)
  }
}

extension Adapter {
  /// The spectrum of each module's delta, through its factors, in the order of the file.
  ///
  /// - Parameters:
  ///   - isIncluded: Which modules are wanted, by their names.
  ///   - threads: Modules are shared out among them.
  /// - Returns: One spectrum for each module, or for each expert of one.
  /// - Throws: `AdapterError` for factors that do not fit together, and for what is no pair of them.
  package func spectra(
    of isIncluded: (String) -> Bool = { _ in true }, threads: Int
  ) throws -> [NamedSpectrum] {
    try requirePairs(for: "decompose")
    let wanted = updates.filter { isIncluded($0.module) }
    let matrices = wanted.flatMap { update in (0..<update.matrixCount).map { (update, $0) } }
    let found = Mutex([NamedSpectrum?](repeating: nil, count: matrices.count))
    try Parallel.forEach(count: matrices.count, threads: threads) { index in
      let (update, expert) = matrices[index]
      let spectrum = try self.spectrum(of: update, expert)
      found.withLock { $0[index] = spectrum }
    }
    return found.withLock { $0.compactMap(\.self) }
  }

  private func spectrum(of update: ModuleUpdate, _ expert: Int) throws -> NamedSpectrum {
    let delta = try update.delta(expert, of: file)
    do throws(NoDecomposition) {
      return NamedSpectrum(
        name: update.matrixCount > 1 ? "\(update.module)[\(expert)]" : update.module,
        spectrum: Spectrum(
          rows: delta.rows, columns: delta.columns, values: try delta.singularValues()),
        remark: update.magnitude == nil ? nil : .direction)
    } catch {
      throw AdapterError.tensor(
        file: file, name: update.name, problem: "its delta has no singular values in f64")
    }
  }
}
