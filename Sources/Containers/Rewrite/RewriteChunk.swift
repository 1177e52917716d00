import Tensors

/// The unit of a rewrite: a piece of one step, a whole number of fingerprint chunks of both its ends.
struct RewriteChunk: Sendable {
  /// Counted over all steps of the plan.
  let step: Int
  /// Bytes of the origin's tensor.
  let source: Range<Int>
  /// Bytes of the result's tensor; empty when nothing is written.
  let result: Range<Int>
  /// Elements of the result's tensor.
  let elements: Range<Int>

  /// The pieces of a step, in order.
  ///
  /// Where the type stays, a piece is one fingerprint chunk; where it changes, the smaller side is.
  static func chunks(of step: RewritePlan.Step, number: Int) -> [RewriteChunk] {
    let size = Fingerprint.chunkSize
    if case .made = step.origin { return made(step, number: number) }
    let (sourceSize, typeBits) = step.origin.size
    let (elementCount, (sourceBits, resultBits)) =
      step.coding
      ?? (sourceSize * 8 / typeBits, (typeBits, step.result?.type.bitCount ?? typeBits))
    let smaller = min(sourceBits, resultBits)
    let sourceUnit = size * sourceBits / smaller
    let resultUnit = size * resultBits / smaller
    let resultSize = step.result?.byteCount ?? 0
    let count = (sourceSize + sourceUnit - 1) / sourceUnit
    let elements = size * 8 / smaller
    return (0..<count).map { index in
      RewriteChunk(
        step: number,
        source: (index * sourceUnit)..<min((index + 1) * sourceUnit, sourceSize),
        result: min(index * resultUnit, resultSize)..<min((index + 1) * resultUnit, resultSize),
        elements: (index * elements)..<min((index + 1) * elements, elementCount))
    }
  }

  /// The pieces of what is made without an origin's bytes.
  private static func made(_ step: RewritePlan.Step, number: Int) -> [RewriteChunk] {
    let (resultSize, unit) = (step.result?.byteCount ?? 0, Fingerprint.chunkSize)
    let bits = step.result?.type.bitCount ?? 8
    return stride(from: 0, to: resultSize, by: unit).map { start in
      let result = start..<min(start + unit, resultSize)
      return RewriteChunk(
        step: number, source: 0..<0, result: result,
        elements: result.lowerBound * 8 / bits..<result.upperBound * 8 / bits)
    }
  }
}

extension RewritePlan.Step.Origin {
  /// Bytes of the tensor, and bits of one of its elements.
  fileprivate var size: (bytes: Int, bits: Int) {
    switch self {
    case .source(let location): (location.entry.byteCount, location.entry.type.bitCount)
    case .memory(let tensor): (tensor.bytes.count, tensor.type.bitCount)
    case .stored(let stored): (stored.entry.byteCount, stored.entry.type.bitCount)
    case .companion(let tensor):
      (tensor.shape.byteCount(of: tensor.type) ?? 0, tensor.type.bitCount)
    case .made: (0, 8)
    }
  }
}
