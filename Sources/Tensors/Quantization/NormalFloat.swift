import Kernels

/// The 4-bit codebooks of bitsandbytes.
extension Codebook {
  /// NormalFloat-4: quantiles of the normal distribution, so that each level stands for about as many
  /// normally distributed weights as the next.
  ///
  /// Seven negative levels and 0 are quantiles of evenly spaced probabilities from 1 - p to ½, eight
  /// positive ones of such from ½ on to p, p = 0.9677083; all are divided by the largest.
  /// Source: T. Dettmers et al., QLoRA, <https://arxiv.org/abs/2305.14314>, appendix E.
  package static let normalFloat: Codebook = {
    let offset: Float = 0.9677083
    func quantiles(_ count: Int) -> [Float] {
      linearSpace(from: offset, to: 0.5, count: count).dropLast()
        .map { Float(normalQuantile(Double($0))) }
    }
    let (below, above) = (quantiles(8), quantiles(9))
    let largest = above[0]
    return Codebook(
      levels: below.map { -$0 / largest } + [0] + above.reversed().map { $0 / largest })
  }()

  /// FP4: a sign, two bits of exponent and one of fraction, in bitsandbytes' order of codes.
  ///
  /// Source: `get_4bit_type` in bitsandbytes/functional.py.
  package static let fourBitFloat: Codebook = {
    let magnitudes: [Float] = [0, 0.0625, 8, 12, 4, 6, 2, 3].map { $0 / 12 }
    return Codebook(levels: magnitudes + magnitudes.map { 0 - $0 })
  }()
}
