import Kernels
import Tensors

/// A factor B multiplied by a scale, in the narrowest type that loses nothing, else in F32.
///
/// Each element is multiplied in f64 and rounded once to the result's type. That is just what a merge
/// does with scale and factor, so that a merge of the folded factor has the bits of the merge of the
/// two (weights in F64 keep more of the scale, and may differ in the last place).
package struct FoldedFactor {
  package let tensor: Tensor
  /// How many elements are not exactly B times the scale.
  package let roundedCount: Int

  /// - Parameters:
  ///   - up: B, or any other tensor of numbers.
  ///   - scale: Finite.
  ///   - narrowsF64: Turns F64 into F32, for readers that have no F64.
  package init(_ up: Tensor, scale: Double, narrowsF64: Bool = false) {
    let isNarrowed = narrowsF64 && up.type == .f64
    guard scale != 1 || isNarrowed, let format = up.type.floatFormat, let values = up.doubles
    else {
      tensor = up
      roundedCount = 0
      return
    }
    let products = values.map { $0 * scale }
    let own = Tensor(products, shape: up.shape).converted(to: isNarrowed ? .f32 : format)
    let ownCount = Self.roundedCount(values, scale, own)
    guard ownCount > 0, format == .f16 || format == .bf16 else {
      tensor = own
      roundedCount = ownCount
      return
    }
    tensor = Tensor(products, shape: up.shape).converted(to: .f32)
    roundedCount = Self.roundedCount(values, scale, tensor)
  }

  /// Elements of `tensor` that are not exactly `values` times `scale`.
  private static func roundedCount(_ values: [Double], _ scale: Double, _ tensor: Tensor) -> Int {
    guard let stored = tensor.doubles else { return 0 }
    return zip(values, stored).count { value, stored in
      // The error of a product is exact in a fused multiply-add.
      (-stored).addingProduct(value, scale) != 0
    }
  }
}

extension Double {
  /// Whether multiplying by this number changes exponents alone.
  var isPowerOfTwo: Bool { isFinite && self != 0 && magnitude.significand == 1 }
}
