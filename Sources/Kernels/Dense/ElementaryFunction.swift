import CKernels

/// A function of one number whose bits are the same on every machine; see `Functions.h`.
package enum ElementaryFunction: String, Sendable, CaseIterable {
  case exp
  case log
  case tanh
  /// 1 / (1 + exp(-x))
  case sigmoid
  /// Φ(x), the normal distribution function
  case normalCDF
  /// Of radians.
  case sin
  /// Of radians.
  case cos

  var kernel: lora_function {
    switch self {
    case .exp: LORA_EXP
    case .log: LORA_LOG
    case .tanh: LORA_TANH
    case .sigmoid: LORA_SIGMOID
    case .normalCDF: LORA_NORMAL_CDF
    case .sin: LORA_SIN
    case .cos: LORA_COS
    }
  }

  /// The function's values at the numbers `x`.
  package func callAsFunction<Scalar: DenseScalar>(
    _ x: [Scalar], using instructions: InstructionSet = .best
  ) -> [Scalar] {
    var y = x
    unsafe x.withUnsafeBufferPointer { x in
      unsafe y.withUnsafeMutableBufferPointer { y in
        guard let x = x.baseAddress, let start = y.baseAddress else { return }
        unsafe Scalar.kernels.evaluate(instructions.code, kernel, x, start, y.count)
      }
    }
    return y
  }
}
