import CKernels

/// A type that a network can be computed in: `Float`, and `Double` where gradients are checked.
package protocol DenseScalar: BinaryFloatingPoint, BitwiseCopyable, Sendable {
  /// The C kernels for this type.
  static var kernels: DenseKernels<Self> { get }

  /// The C kernels of transformers for this type.
  static var transformerKernels: TransformerKernels<Self> { get }

  /// The format that it is.
  static var format: FloatFormat { get }
}

/// The C kernels of one scalar type, described in `Functions.h`, `Dense.h`, `Losses.h`,
/// `OptimizerSteps.h`, `BlockSum.h` and `TableRows.h`.
@safe package struct DenseKernels<Scalar>: Sendable {
  typealias Instructions = lora_instruction_set
  typealias Input = UnsafePointer<Scalar>
  typealias Output = UnsafeMutablePointer<Scalar>
  typealias Sum = UnsafeMutablePointer<LoraBlockSum>
  typealias Kind = LoraActivation

  let evaluate: @Sendable (Instructions, lora_function, Input, Output, Int) -> Void
  let fillRows: @Sendable (Output, Input, Int, Int) -> Void
  let addScaledColumns: @Sendable (Instructions, Output, Input, Input, Int, Int) -> Void
  let activationForward: @Sendable (Instructions, Kind, Input, Output, Int) -> Void
  let activationBackward:
    @Sendable (Instructions, LoraActivation, Input, Input, Output, Int) -> Void
  let dropout: @Sendable (Instructions, UnsafePointer<LoraDropout>, Input, Output, Int, Int) -> Void
  let softmax: @Sendable (Instructions, Input, Output, Int, Int) -> Void
  let crossEntropy:
    @Sendable (
      Instructions, Input, UnsafePointer<LoraClasses>, Output?, UnsafeMutablePointer<Double>, Int,
      Int
    ) -> Void
  let squaredError:
    @Sendable (Instructions, Input, Input, Double, Output?, UnsafeMutablePointer<Double>, Int, Int)
      -> Void
  let sumOfSquares: @Sendable (Instructions, Input, Int) -> Double
  let addRows: @Sendable (Instructions, Sum, Input, Int) -> Void
  let addProducts: @Sendable (Instructions, Sum, Input, Input, Int) -> Void
  let blockSumTotal: @Sendable (Instructions, UnsafePointer<LoraBlockSum>, Output) -> Void
  let takeRecords:
    @Sendable (
      UnsafePointer<UInt8>, Int, UnsafePointer<LoraRecordLayout>, UnsafePointer<LoraRecordOutput>
    ) -> LoraRecordProgress
  let sgdStep:
    @Sendable (Instructions, Output, Input, Output?, Int, UnsafePointer<LoraSGDStep>) -> Void
  let adamStep:
    @Sendable (Instructions, Output, Input, Output, Output, Int, UnsafePointer<LoraAdamStep>)
      -> Void
}

extension Float: DenseScalar {
  package static let format = FloatFormat.f32

  package static let transformerKernels = TransformerKernels<Float>.all

  package static let kernels = unsafe DenseKernels<Float>(
    evaluate: { unsafe lora_evaluate_f32($0, $1, $2, $3, $4) },
    fillRows: { unsafe lora_fill_rows_f32($0, $1, $2, $3) },
    addScaledColumns: { unsafe lora_add_scaled_columns_f32($0, $1, $2, $3, $4, $5) },
    activationForward: { unsafe lora_activation_forward_f32($0, $1, $2, $3, $4) },
    activationBackward: { unsafe lora_activation_backward_f32($0, $1, $2, $3, $4, $5) },
    dropout: { unsafe lora_dropout_f32($0, $1, $2, $3, $4, $5) },
    softmax: { unsafe lora_softmax_f32($0, $1, $2, $3, $4) },
    crossEntropy: { unsafe lora_softmax_cross_entropy_f32($0, $1, $2, $3, $4, $5, $6) },
    squaredError: { unsafe lora_squared_error_f32($0, $1, $2, $3, $4, $5, $6, $7) },
    sumOfSquares: { unsafe lora_sum_of_squares_f32($0, $1, $2) },
    addRows: { unsafe lora_add_rows_f32($0, $1, $2, $3) },
    addProducts: { unsafe lora_add_products_f32($0, $1, $2, $3, $4) },
    blockSumTotal: { unsafe lora_block_sum_total_f32($0, $1, $2) },
    takeRecords: { unsafe lora_take_records_f32($0, $1, $2, $3) },
    sgdStep: { unsafe lora_sgd_step_f32($0, $1, $2, $3, $4, $5) },
    adamStep: { unsafe lora_adam_step_f32($0, $1, $2, $3, $4, $5, $6) })
}

extension Double: DenseScalar {
  package static let format = FloatFormat.f64

  package static let transformerKernels = TransformerKernels<Double>.all

  package static let kernels = unsafe DenseKernels<Double>(
    evaluate: { unsafe lora_evaluate_f64($0, $1, $2, $3, $4) },
    fillRows: { unsafe lora_fill_rows_f64($0, $1, $2, $3) },
    addScaledColumns: { unsafe lora_add_scaled_columns_f64($0, $1, $2, $3, $4, $5) },
    activationForward: { unsafe lora_activation_forward_f64($0, $1, $2, $3, $4) },
    activationBackward: { unsafe lora_activation_backward_f64($0, $1, $2, $3, $4, $5) },
    dropout: { unsafe lora_dropout_f64($0, $1, $2, $3, $4, $5) },
    softmax: { unsafe lora_softmax_f64($0, $1, $2, $3, $4) },
    crossEntropy: { unsafe lora_softmax_cross_entropy_f64($0, $1, $2, $3, $4, $5, $6) },
    squaredError: { unsafe lora_squared_error_f64($0, $1, $2, $3, $4, $5, $6, $7) },
    sumOfSquares: { unsafe lora_sum_of_squares_f64($0, $1, $2) },
    addRows: { unsafe lora_add_rows_f64($0, $1, $2, $3) },
    addProducts: { unsafe lora_add_products_f64($0, $1, $2, $3, $4) },
    blockSumTotal: { unsafe lora_block_sum_total_f64($0, $1, $2) },
    takeRecords: { unsafe lora_take_records_f64($0, $1, $2, $3) },
    sgdStep: { unsafe lora_sgd_step_f64($0, $1, $2, $3, $4, $5) },
    adamStep: { unsafe lora_adam_step_f64($0, $1, $2, $3, $4, $5, $6) })
}
