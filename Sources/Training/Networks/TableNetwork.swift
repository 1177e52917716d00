import Kernels
import Tensors

/// A network that reads the rows of a table.
package protocol TableNetwork<Scalar>: AdaptableNetwork where Batch == TableBatch<Scalar> {
  /// Numbers of a row from layer to layer: the features first, the outputs last.
  var widths: [Int] { get }
  /// The function between two layers; nil where there is one layer only.
  var activation: Activation? { get }
}

extension TableNetwork {
  package var inputs: Int { widths[0] }
  package var outputs: Int { widths[widths.count - 1] }
}
