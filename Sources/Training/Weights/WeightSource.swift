import Kernels

/// A weight [rows, columns] that lies elsewhere, as in a file, and is read in panels of rows.
package protocol WeightSource: Sendable {
  var rowCount: Int { get }

  /// Some rows, as they are stored.
  func rows(_ range: Range<Int>) throws -> StoredMatrix
}
