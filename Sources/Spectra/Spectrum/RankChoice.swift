/// How the ranks of several matrices are chosen.
package enum RankChoice: Sendable, Equatable {
  /// Matrix by matrix.
  case each(RankTarget)
  /// At most this many parameters in all pairs together, and no rank above `most`.
  case budget(parameters: Int, most: Int)
  /// Module by module, as kohya's tool does.
  case kohya(KohyaRank)
}
