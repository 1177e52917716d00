import Containers
import Tensors

/// The experts of a module that the base's file holds one by one, and memory in stacks.
///
/// | in memory                   | in the file                                        | models           |
/// |-----------------------------|----------------------------------------------------|------------------|
/// | `gate_up_proj` `[e, 2i, h]` | `E.gate_proj.weight` over `E.up_proj.weight`       | Qwen2-MoE, …     |
/// | `gate_up_proj` `[e, 2i, h]` | `E.w1.weight` over `E.w3.weight`                   | Mixtral, …       |
/// | `up_proj` `[e, i, h]`       | `E.up_proj.weight`                                 | Nemotron-H       |
/// | `down_proj` `[e, h, i]`     | `E.down_proj.weight`, `E.w2.weight`                | all              |
///
/// Source: <https://github.com/huggingface/transformers/blob/main/src/transformers/conversion_mapping.py>
struct SingleExperts {
  /// What stands before the expert's number.
  private let prefix: String
  /// The stacks, by their names in memory.
  let stacks: [TensorEntry]
  /// The file's names of the matrices that lie one over the other in a stack.
  private let pieces: [String: [String]]

  private static let spellings = [
    [
      "gate_up_proj": ["gate_proj", "up_proj"], "up_proj": ["up_proj"],
      "down_proj": ["down_proj"],
    ],
    ["gate_up_proj": ["w1", "w3"], "down_proj": ["w2"]],
  ]

  /// nil when the base has no such experts under `module`.
  ///
  /// - Parameters:
  ///   - module: The name in memory of what holds the experts.
  ///   - parameters: The stacks that are wanted, by their own names.
  ///   - base: The base's tensors.
  init?(_ module: String, parameters: [String], in base: BaseModules) {
    for spelling in Self.spellings {
      guard let last = spelling["down_proj"]?.first,
        let first = base.module(called: module + ".0." + last)
      else { continue }
      let prefix = String(first.dropLast(last.count + 2))
      let stacks = parameters.compactMap { name in
        Self.stack(name, of: module, spelling[name] ?? [], after: prefix, in: base)
      }
      (self.prefix, self.stacks, pieces) = (prefix, stacks, spelling)
      return
    }
    return nil
  }

  private static func stack(
    _ name: String, of module: String, _ pieces: [String], after prefix: String,
    in base: BaseModules
  ) -> TensorEntry? {
    guard let first = pieces.first, let one = base.entry(of: prefix + "0." + first),
      one.shape.rank == 2,
      pieces.allSatisfy({ base.entry(of: prefix + "0." + $0)?.shape == one.shape })
    else { return nil }
    var count = 1
    while base.entry(of: prefix + "\(count)." + first) != nil { count += 1 }
    return TensorEntry(
      name: module + "." + name, type: one.type,
      shape: [count, pieces.count * one.shape[0], one.shape[1]], range: one.range)
  }

  /// The update of a stack as one for each matrix of each expert.
  func updates(_ found: ExpertAssignment.Found, _ orientation: StackOrientation) -> [ModuleUpdate] {
    let name = found.entry.name.split(separator: ".").last.map(String.init) ?? ""
    let names = pieces[name] ?? []
    let rows = found.entry.shape[1] / max(names.count, 1)
    return (0..<found.entry.shape[0]).flatMap { expert in
      names.enumerated().map { index, piece in
        let part = ExpertPart(
          expert: expert, experts: found.entry.shape[0],
          rows: (index * rows)..<((index + 1) * rows))
        var update = ModuleUpdate(
          module: prefix + "\(expert)." + piece, kind: .weight,
          pair: part.pair(of: found.update, turned: orientation == .turned),
          rank: found.update.rank, tensorNames: found.update.tensorNames)
        update.statedModules = []
        return update
      }
    }
  }
}

/// Some rows of one expert's delta, out of the factors of a stack.
struct ExpertPart {
  let expert: Int
  let experts: Int
  /// Of the delta, `[out, in]`.
  let rows: Range<Int>

  /// A `[experts·r, in]` and B `[out, r·experts]` give `B_e·A_e`, where the rank varies slowest in B;
  /// turned, A `[experts·r, out]` and B `[in, r·experts]` give `(B_e·A_e)ᵀ`.
  func pair(of update: ModuleUpdate, turned: Bool) -> LowRankPair {
    let (a, b, rank) = (update.pair.down, update.pair.up, update.rank)
    let (start, columns) = (expert * rank, a.shape[1])
    guard turned else {
      return LowRankPair(
        down: a.selectingRows(Array(start..<(start + rank))),
        up: b.rearranged(to: [rows.count, rank]) { index in
          (rows.lowerBound + index / rank) * rank * experts + index % rank * experts + expert
        },
        scaling: update.pair.scaling)
    }
    let inputs = b.shape[0]
    return LowRankPair(
      down: b.rearranged(to: [rank, inputs]) { index in
        index % inputs * rank * experts + index / inputs * experts + expert
      },
      up: a.rearranged(to: [rows.count, rank]) { index in
        (start + index % rank) * columns + rows.lowerBound + index / rank
      },
      scaling: update.pair.scaling)
  }
}
