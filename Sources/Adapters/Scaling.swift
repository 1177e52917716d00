/// The factor in front of B·A.
///
/// LoRA: alpha / rank (<https://arxiv.org/abs/2106.09685>, §4.1); rank-stabilized LoRA:
/// alpha / √rank (<https://arxiv.org/abs/2312.03732>). `AlphaSearch` inverts the first.
package func scaling(alpha: Double, rank: Int, isRankStabilized: Bool) -> Double {
  alpha / (isRankStabilized ? Double(rank).squareRoot() : Double(rank))
}
