import CKernels

/// The function between two linear layers.
package enum Activation: String, Sendable, CaseIterable {
  /// max(z, 0)
  case relu
  /// z·Φ(z), as `torch.nn.GELU()`
  case gelu
  /// z·(1 + tanh(√(2/π)·(z + 0.044715 z³))) / 2, as `torch.nn.GELU(approximate="tanh")`
  case geluTanh = "gelu_tanh"
  /// z·σ(z)
  case silu
  case tanh

  var kernel: LoraActivation {
    switch self {
    case .relu: LORA_ACTIVATION_RELU
    case .gelu: LORA_ACTIVATION_GELU
    case .geluTanh: LORA_ACTIVATION_GELU_TANH
    case .silu: LORA_ACTIVATION_SILU
    case .tanh: LORA_ACTIVATION_TANH
    }
  }
}

/// y = f(z): `y` is overwritten in its first `count` elements.
@specialized(where Scalar == Float)
package func activate<Scalar: DenseScalar>(
  _ activation: Activation, _ z: [Scalar], into y: inout [Scalar], count: Int,
  workers: Workers, using instructions: InstructionSet = .best
) {
  precondition(count <= z.count && count <= y.count, "a matrix holds fewer than \(count) elements")
  unsafe z.withUnsafeBufferPointer { z in
    unsafe y.withUnsafeMutableBufferPointer { y in
      guard let z = z.baseAddress, let y = y.baseAddress else { return }
      inBlocks(of: count, workers) { start, length in
        unsafe Scalar.kernels.activationForward(
          instructions.code, activation.kernel, z + start, y + start, length)
      }
    }
  }
}

/// Differentiates `activate`: `d` holds dy on entry and dz = dy·f'(z) on return.
@specialized(where Scalar == Float)
package func activateBackward<Scalar: DenseScalar>(
  _ activation: Activation, z: [Scalar], y: [Scalar], _ d: inout [Scalar],
  count: Int, workers: Workers, using instructions: InstructionSet = .best
) {
  precondition(
    count <= z.count && count <= y.count && count <= d.count,
    "a matrix holds fewer than \(count) elements")
  unsafe z.withUnsafeBufferPointer { z in
    unsafe y.withUnsafeBufferPointer { y in
      unsafe d.withUnsafeMutableBufferPointer { d in
        guard let z = z.baseAddress, let y = y.baseAddress, let d = d.baseAddress else { return }
        inBlocks(of: count, workers) { start, length in
          unsafe Scalar.kernels.activationBackward(
            instructions.code, activation.kernel, z + start, y + start, d + start, length)
        }
      }
    }
  }
}
