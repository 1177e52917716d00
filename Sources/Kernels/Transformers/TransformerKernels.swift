import CKernels

/// The C kernels of transformers for one scalar type, described in `Transformers/*.h`.
@safe package struct TransformerKernels<Scalar>: Sendable {
  typealias Instructions = lora_instruction_set
  typealias Input = UnsafePointer<Scalar>
  typealias Output = UnsafeMutablePointer<Scalar>
  typealias Place = UnsafePointer<LoraHeadPlace>
  typealias Kind = LoraActivation
  typealias Labels = UnsafePointer<Int32>
  typealias Part = UnsafePointer<LoraVocabularyPart>
  typealias Attended = UnsafePointer<LoraAttention>
  typealias AttendedRows = UnsafePointer<LoraAttentionRows>
  typealias AttendedPart = UnsafePointer<LoraAttentionPart>
  typealias Gradients = UnsafePointer<LoraAttentionGradients>

  let normForward:
    @Sendable (
      Instructions, UnsafePointer<LoraNorm>, Input, Place, Output, Place, Output?, Output, Int
    ) -> Void
  let normBackward:
    @Sendable (
      Instructions, UnsafePointer<LoraNorm>, Input, Place, Input, Place, Input?, Input, Output,
      Bool, Int
    ) -> Void
  let rotate: @Sendable (Instructions, UnsafePointer<LoraRotation>, Output, Place, Int) -> Void
  let gateForward: @Sendable (Instructions, Kind, Input, Input, Int, Output, Int, Int) -> Void
  let gateBackward: @Sendable (Instructions, Kind, Input, Output, Output, Int, Int, Int) -> Void
  let addLogits:
    @Sendable (Instructions, Part, Output, Labels, UnsafeMutablePointer<LoraLogSum>, Int) -> Void
  let logitGradient:
    @Sendable (Instructions, Part, Output, Labels, UnsafePointer<LoraLogSum>, Double, Int) -> Void
  let tokenLosses:
    @Sendable (
      Instructions, Labels, UnsafePointer<LoraLogSum>, UnsafeMutablePointer<Double>, Int
    ) -> Void
  let largestPlace: @Sendable (Instructions, Input, Int) -> Int
  let attentionSpace: @Sendable (Instructions, Attended, Int) -> Int
  let attend: @Sendable (Instructions, Attended, AttendedRows, AttendedPart, Output) -> Void
  let beginBackward:
    @Sendable (Instructions, Attended, AttendedRows, Gradients, AttendedPart, Output) -> Void
  let attendBackward:
    @Sendable (Instructions, Attended, AttendedRows, Gradients, AttendedPart, Int, Output) -> Void
  let endBackward:
    @Sendable (Instructions, Attended, AttendedRows, Gradients, AttendedPart, Output) -> Void
}

extension TransformerKernels where Scalar == Float {
  static let all = unsafe TransformerKernels(
    normForward: { unsafe lora_norm_forward_f32($0, $1, $2, $3, $4, $5, $6, $7, $8) },
    normBackward: {
      unsafe lora_norm_backward_f32($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    },
    rotate: { unsafe lora_rotate_f32($0, $1, $2, $3, $4) },
    gateForward: { unsafe lora_gate_forward_f32($0, $1, $2, $3, $4, $5, $6, $7) },
    gateBackward: { unsafe lora_gate_backward_f32($0, $1, $2, $3, $4, $5, $6, $7) },
    addLogits: { unsafe lora_add_logits_f32($0, $1, $2, $3, $4, $5) },
    logitGradient: { unsafe lora_logit_gradient_f32($0, $1, $2, $3, $4, $5, $6) },
    tokenLosses: { unsafe lora_token_losses_f32($0, $1, $2, $3, $4) },
    largestPlace: { unsafe lora_largest_place_f32($0, $1, $2) },
    attentionSpace: { unsafe lora_attention_space_f32($0, $1, $2) },
    attend: { unsafe lora_attend_f32($0, $1, $2, $3, $4) },
    beginBackward: {
      unsafe lora_begin_attention_backward_f32($0, $1, $2, $3, $4, $5)
    },
    attendBackward: { unsafe lora_attend_backward_f32($0, $1, $2, $3, $4, $5, $6) },
    endBackward: { unsafe lora_end_attention_backward_f32($0, $1, $2, $3, $4, $5) })
}

extension TransformerKernels where Scalar == Double {
  static let all = unsafe TransformerKernels(
    normForward: { unsafe lora_norm_forward_f64($0, $1, $2, $3, $4, $5, $6, $7, $8) },
    normBackward: {
      unsafe lora_norm_backward_f64($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    },
    rotate: { unsafe lora_rotate_f64($0, $1, $2, $3, $4) },
    gateForward: { unsafe lora_gate_forward_f64($0, $1, $2, $3, $4, $5, $6, $7) },
    gateBackward: { unsafe lora_gate_backward_f64($0, $1, $2, $3, $4, $5, $6, $7) },
    addLogits: { unsafe lora_add_logits_f64($0, $1, $2, $3, $4, $5) },
    logitGradient: { unsafe lora_logit_gradient_f64($0, $1, $2, $3, $4, $5, $6) },
    tokenLosses: { unsafe lora_token_losses_f64($0, $1, $2, $3, $4) },
    largestPlace: { unsafe lora_largest_place_f64($0, $1, $2) },
    attentionSpace: { unsafe lora_attention_space_f64($0, $1, $2) },
    attend: { unsafe lora_attend_f64($0, $1, $2, $3, $4) },
    beginBackward: {
      unsafe lora_begin_attention_backward_f64($0, $1, $2, $3, $4, $5)
    },
    attendBackward: { unsafe lora_attend_backward_f64($0, $1, $2, $3, $4, $5, $6) },
    endBackward: { unsafe lora_end_attention_backward_f64($0, $1, $2, $3, $4, $5) })
}
