import Adapters
import Containers
import Tensors

/// DoRA's last step: every output of `V = W + ΔW` is given the length that was trained for it.
///
///     W'[o, i] = (m[o] / ‖V[o, ·]‖) · V[o, i]
///
/// LyCORIS can also train the lengths of the inputs, `V[·, i, ·]` of a convolution. A user's weight w
/// goes that part of the way, `W + w·(W' − W)`: as in ComfyUI and LyCORIS' functions, while LyCORIS'
/// modules keep all of ΔW and scale a part of the way.
///
/// Sources: <https://arxiv.org/abs/2402.09353>, eq. 5;
/// <https://github.com/Comfy-Org/ComfyUI/blob/master/comfy/weight_adapter/base.py>
struct MagnitudeStage: Sendable {
  /// What a length is of, in the weight seen as a matrix.
  enum Axis: Sendable, Equatable {
    case rows
    /// So many columns side by side: the kernel of an input, else 1.
    case columns(width: Int)
  }

  /// As many elements as there are lengths.
  let magnitude: Tensor
  let axis: Axis
  /// The user's.
  var weight = 1.0
}

extension MagnitudeStage {
  /// Lays lengths on a weight.
  ///
  /// - Parameters:
  ///   - vector: The lengths, of outputs or inputs.
  ///   - weight: `[out, in, …]`, or `[in, out]` when `isTurned`.
  ///   - isTurned: Whether it lies so.
  ///   - name: The adapter's tensor.
  ///   - file: The adapter's path.
  /// - Throws: `AdapterError.tensor` when there are more or fewer than the weight has.
  init(
    _ vector: ChannelVector, on weight: TensorEntry, isTurned: Bool, name: String, file: String
  ) throws(AdapterError) {
    let shape = weight.shape
    let kernel = shape.dimensions.dropFirst(2).reduce(1, *)
    let axis: Axis = (vector.axis == .outputs) != isTurned ? .rows : .columns(width: kernel)
    let count = axis.count(
      rows: shape[0], columns: shape.dimensions.dropFirst().reduce(1, *))
    let found = vector.values.shape
    guard found.elementCount == count, found.dimensions.filter({ $0 != 1 }).count <= 1 else {
      throw .tensor(
        file: file, name: name,
        problem: "expected \(count) magnitudes for the base's \"\(escaped(weight.name))\" "
          + "\(shape), found \(found)")
    }
    self.init(magnitude: vector.values, axis: axis)
  }
}
