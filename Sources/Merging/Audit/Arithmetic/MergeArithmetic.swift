import Kernels
import Tensors

/// One way in which a tool may have computed `W + Σ s·B·A`: what it rounds, to what, and when.
///
/// Between two roundings the order of a sum is open; that is what the bounds of an `ElementBatch` are
/// for. Sources:
/// - PEFT, `get_delta_weight` and `merge` in
///   <https://github.com/huggingface/peft/blob/main/src/peft/tuners/lora/layer.py>: B·A, times the
///   scaling, rounded to the adapter's type; the sum rounded to the weight's; one adapter after the
///   other.
/// - kohya, `merge_to_sd_model` in
///   <https://github.com/kohya-ss/sd-scripts/blob/main/networks/merge_lora.py>: `ratio` and scale are
///   multiplied one after the other, everything in the precision asked for.
/// - mergekit, `task_arithmetic` in
///   <https://github.com/arcee-ai/mergekit/blob/main/mergekit/merge_methods/generalized_task_arithmetic.py>:
///   the merged model less its base, times a weight, added.
struct MergeArithmetic: Sendable, Equatable {
  enum Order: Sendable, Equatable {
    /// The deltas of all adapters are added up first.
    case together
    /// Each adapter is added, and the weight rounded, before the next.
    case oneAfterAnother
    /// The rounded merged weight less the base, times the user's weight, added to the base.
    case taskArithmetic
  }

  /// What the weights are held in while something is added to them.
  let held: FloatFormat
  /// What the factors are rounded to before; nil where they are taken as they are stored.
  var factors: FloatFormat?
  /// What B·A is rounded to before it is scaled; nil for f32.
  var product: FloatFormat?
  /// What s·B·A is rounded to before it is added; nil for f32.
  var delta: FloatFormat?
  /// Whether weight and scaling are multiplied one after the other.
  var splitsScale = false
  var order = Order.together

  /// All that is looked for, the plainest first.
  ///
  /// - Parameters:
  ///   - base: What the base's weight is stored in.
  ///   - result: What the merged weight is stored in.
  ///   - additions: How many times an adapter is added.
  ///   - isWeighted: Whether one of them has a weight other than 1.
  /// - Returns: At least one.
  static func all(
    base: FloatFormat, result: FloatFormat, additions: Int, isWeighted: Bool
  ) -> [MergeArithmetic] {
    let wide: FloatFormat = base == .f64 || result == .f64 ? .f64 : .f32
    var found = [MergeArithmetic(held: wide)]
    if wide == .f64 { found.append(MergeArithmetic(held: .f32)) }
    let narrow: [FloatFormat] = result == .bf16 || result == .f16 ? [result] : [.bf16, .f16]
    for format in narrow { found += steps(in: format, isWeighted: isWeighted) }
    if additions > 1 {
      found += found.map { arithmetic in
        var other = arithmetic
        other.order = .oneAfterAnother
        return other
      }
    }
    for format in [wide] + narrow {
      found.append(MergeArithmetic(held: format, order: .taskArithmetic))
    }
    return found
  }

  /// The ways of a tool that holds everything, or all but the factors, in `format`.
  private static func steps(in format: FloatFormat, isWeighted: Bool) -> [MergeArithmetic] {
    var found: [MergeArithmetic] = []
    for factors in [nil, format] {
      found.append(MergeArithmetic(held: format, factors: factors))
      found.append(MergeArithmetic(held: format, factors: factors, delta: format))
      found.append(
        MergeArithmetic(held: format, factors: factors, product: format, delta: format))
      if isWeighted {
        found.append(
          MergeArithmetic(
            held: format, factors: factors, product: format, delta: format, splitsScale: true))
      }
    }
    return found
  }

  /// What it is, in words.
  var words: String {
    let type = held.word
    var words: String
    if order == .taskArithmetic {
      words = "the merged weight less the base in \(type), added again (mergekit's task arithmetic)"
    } else if product != nil {
      words = "B·A, scaling and sum rounded to \(type) in turn (torch, kohya in half precision)"
    } else if delta != nil {
      words = "the delta rounded to \(type) before it is added (PEFT)"
    } else if held == .bf16 || held == .f16 {
      words = "base and sum in \(type), the delta in f32"
    } else {
      words = "\(type) in another order of summation"
    }
    if factors != nil { words += ", the factors rounded to \(type) before" }
    if order == .oneAfterAnother { words += ", one adapter after the other" }
    return words
  }
}

extension FloatFormat {
  /// As in `DType`, in small letters.
  var word: String { DType(self).rawValue.lowercased() }
}
