import Kernels
import Tensors

/// The library that decomposes matrices, for the commands that need one.
enum LinearAlgebra {
  /// Loads LAPACK, and warns when it will be slow: before a command reads or writes anything.
  ///
  /// - Returns: What it is, as `LAPACK (libopenblas.so.0, Haswell)`.
  @discardableResult
  static func open() throws(EnvironmentError) -> String {
    let lapack: LAPACK
    do throws(LAPACK.Missing) {
      lapack = try LAPACK.open()
    } catch {
      throw .noLAPACK(attempts: error.attempts)
    }
    if let problem = slowness(of: lapack) { Warnings.say(problem) }
    return "LAPACK (\([lapack.name, lapack.coreName].compactMap(\.self).joined(separator: ", ")))"
  }

  /// Nil when the library is as fast as it can be, or one that the user chose.
  private static func slowness(of lapack: LAPACK) -> String? {
    guard !lapack.isChosenByUser else { return nil }
    guard let coreName = lapack.coreName else {
      #if canImport(Darwin)
        return nil
      #else
        return "\(escaped(lapack.name, inQuotes: false)) is not OpenBLAS, so that decomposing may "
          + "take longer than it need"
      #endif
    }
    guard LAPACK.isOutdated(coreName: coreName, for: .best) else { return nil }
    return "OpenBLAS here has kernels for \(escaped(coreName, inQuotes: false)) and none for "
      + "\(InstructionSet.best.rawValue), so that decomposing takes longer than it need; install "
      + "one that is built for any processor"
  }
}
