/// How the tensors of a checkpoint are spread over files.
package enum Sharding: Sendable, Equatable {
  /// As in the layout that is followed.
  case asBefore
  /// All in one.
  case joined
  /// Files of at most this many bytes of tensor data; a larger tensor has one of its own.
  case sized(Int)

  /// Spreads the steps of `shards`, keeping their order; new files are called as `names` says.
  func spread(_ shards: [RewritePlan.Shard], _ names: WeightNames) -> [RewritePlan.Shard] {
    switch self {
    case .asBefore:
      return shards
    case .joined:
      return [RewritePlan.Shard(fileName: names.single, steps: shards.flatMap(\.steps))]
    case .sized(let limit):
      return Self.named(Self.groups(of: shards.flatMap(\.steps), limit: limit), names)
    }
  }

  private static func groups(
    of steps: [RewritePlan.Step], limit: Int
  ) -> [[RewritePlan.Step]] {
    var groups: [[RewritePlan.Step]] = [[]]
    var size = 0
    for step in steps {
      let bytes = step.result?.byteCount ?? 0
      if size > 0, size + bytes > limit {
        groups.append([])
        size = 0
      }
      groups[groups.count - 1].append(step)
      size += bytes
    }
    return groups
  }

  private static func named(
    _ groups: [[RewritePlan.Step]], _ names: WeightNames
  ) -> [RewritePlan.Shard] {
    guard groups.count > 1 else {
      return groups.map { RewritePlan.Shard(fileName: names.single, steps: $0) }
    }
    return groups.enumerated().map { index, steps in
      RewritePlan.Shard(fileName: names.shard(index + 1, of: groups.count), steps: steps)
    }
  }
}
