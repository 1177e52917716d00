import Kernels
import Tensors

/// What every tensor of an adapter must be: numbers that can be computed with, all of them finite.
enum AdapterTensor {
  /// What is wrong with `tensor`, or nil.
  static func problem(_ tensor: Tensor) -> String? {
    guard let format = tensor.type.floatFormat else {
      return "expected F64, F32, F16 or BF16, found \(tensor.type.rawValue)"
    }
    guard let index = tensor.bytes.withBytes({ FloatScan.firstNonFinite(in: $0, format: format) })
    else {
      return nil
    }
    let value = FloatCoding.doubles(of: tensor.bytes, as: format)[index]
    return "element \(index) is \(value); the adapter is damaged or its training diverged"
  }
}
