import CKernels

/// A type that a network can be computed in: `Float`, and `Double` where gradients are checked.
package protocol DenseScalar: BinaryFloatingPoint, BitwiseCopyable, Sendable {
  /// The C kernels for this type.
  static var kernels: DenseKernels<Self> { get }

  /// The format that it is.
  static var format: FloatFormat { get }
}

/// The C kernels of one scalar type; each is described in `Dense.h`.
@safe package struct DenseKernels<Scalar>: Sendable {
  typealias Input = UnsafePointer<Scalar>
  typealias Output = UnsafeMutablePointer<Scalar>

  let fillRows: @Sendable (Output, Input, Int, Int) -> Void
  let columnSums: @Sendable (Input, Output, Int, Int) -> Void
  let addScaledColumns: @Sendable (Output, Input, Input, Int, Int) -> Void
  let columnDots: @Sendable (Input, Input, Output, Int, Int) -> Void
  let activationForward: @Sendable (LoraActivation, Input, Output, Int) -> Void
  let activationBackward: @Sendable (LoraActivation, Input, Input, Output, Int) -> Void
  let softmax: @Sendable (Input, Output, Int, Int) -> Void
  let crossEntropy:
    @Sendable (Input, UnsafePointer<Int32>, UnsafePointer<Double>?, Output?, Int, Int) -> Double
  let meanSquaredError: @Sendable (Input, Input, Output?, Int) -> Double
  let sumOfSquares: @Sendable (Input, Int) -> Double
  let takeRecords:
    @Sendable (
      UnsafePointer<UInt8>, Int, UnsafePointer<LoraRecordLayout>, UnsafePointer<LoraRecordOutput>
    ) -> LoraRecordProgress
  let sgdStep: @Sendable (Output, Input, Output?, Int, UnsafePointer<LoraSGDStep>) -> Void
  let adamStep: @Sendable (Output, Input, Output, Output, Int, UnsafePointer<LoraAdamStep>) -> Void
}

extension Float: DenseScalar {
  package static let format = FloatFormat.f32

  package static let kernels = unsafe DenseKernels<Float>(
    fillRows: { unsafe lora_fill_rows_f32($0, $1, $2, $3) },
    columnSums: { unsafe lora_column_sums_f32($0, $1, $2, $3) },
    addScaledColumns: { unsafe lora_add_scaled_columns_f32($0, $1, $2, $3, $4) },
    columnDots: { unsafe lora_column_dots_f32($0, $1, $2, $3, $4) },
    activationForward: { unsafe lora_activation_forward_f32($0, $1, $2, $3) },
    activationBackward: { unsafe lora_activation_backward_f32($0, $1, $2, $3, $4) },
    softmax: { unsafe lora_softmax_f32($0, $1, $2, $3) },
    crossEntropy: { unsafe lora_softmax_cross_entropy_f32($0, $1, $2, $3, $4, $5) },
    meanSquaredError: { unsafe lora_mean_squared_error_f32($0, $1, $2, $3) },
    sumOfSquares: { unsafe lora_sum_of_squares_f32($0, $1) },
    takeRecords: { unsafe lora_take_records_f32($0, $1, $2, $3) },
    sgdStep: { unsafe lora_sgd_step_f32($0, $1, $2, $3, $4) },
    adamStep: { unsafe lora_adam_step_f32($0, $1, $2, $3, $4, $5) })
}

extension Double: DenseScalar {
  package static let format = FloatFormat.f64

  package static let kernels = unsafe DenseKernels<Double>(
    fillRows: { unsafe lora_fill_rows_f64($0, $1, $2, $3) },
    columnSums: { unsafe lora_column_sums_f64($0, $1, $2, $3) },
    addScaledColumns: { unsafe lora_add_scaled_columns_f64($0, $1, $2, $3, $4) },
    columnDots: { unsafe lora_column_dots_f64($0, $1, $2, $3, $4) },
    activationForward: { unsafe lora_activation_forward_f64($0, $1, $2, $3) },
    activationBackward: { unsafe lora_activation_backward_f64($0, $1, $2, $3, $4) },
    softmax: { unsafe lora_softmax_f64($0, $1, $2, $3) },
    crossEntropy: { unsafe lora_softmax_cross_entropy_f64($0, $1, $2, $3, $4, $5) },
    meanSquaredError: { unsafe lora_mean_squared_error_f64($0, $1, $2, $3) },
    sumOfSquares: { unsafe lora_sum_of_squares_f64($0, $1) },
    takeRecords: { unsafe lora_take_records_f64($0, $1, $2, $3) },
    sgdStep: { unsafe lora_sgd_step_f64($0, $1, $2, $3, $4) },
    adamStep: { unsafe lora_adam_step_f64($0, $1, $2, $3, $4, $5) })
}
