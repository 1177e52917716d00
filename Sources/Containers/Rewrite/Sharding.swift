/// How the tensors of a checkpoint are spread over files.
package enum Sharding: Sendable, Equatable {
  /// As in the layout that is followed.
  case asBefore
  /// All in one.
  case joined
  /// Files of at most this many bytes of tensor data; a larger tensor has one of its own.
  case sized(Int)

  /// The name of the one file of a model that is not sharded.
  static let singleName = CheckpointFolder.singleName

  /// Spreads the steps of `shards`, keeping their order.
  func spread(_ shards: [RewritePlan.Shard]) -> [RewritePlan.Shard] {
    switch self {
    case .asBefore:
      return shards
    case .joined:
      return [RewritePlan.Shard(fileName: Self.singleName, steps: shards.flatMap(\.steps))]
    case .sized(let limit):
      return Self.named(Self.groups(of: shards.flatMap(\.steps), limit: limit))
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

  /// The shards as the Hugging Face libraries name them, `model-00001-of-00003.safetensors`.
  private static func named(_ groups: [[RewritePlan.Step]]) -> [RewritePlan.Shard] {
    guard groups.count > 1 else {
      return groups.map { RewritePlan.Shard(fileName: singleName, steps: $0) }
    }
    return groups.enumerated().map { index, steps in
      let name = "model-\(padded(index + 1))-of-\(padded(groups.count)).safetensors"
      return RewritePlan.Shard(fileName: name, steps: steps)
    }
  }

  private static func padded(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
  }
}
