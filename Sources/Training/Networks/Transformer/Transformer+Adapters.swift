import Kernels
import Models
import Tensors

// What goes beside a network that is not trained.

extension Transformer {
  /// Names of all tensors as adapters know them, that of a tied head too.
  package var tensorNames: [String] {
    let head = language.map { [$0.projection.weight.name] } ?? []
    let names = state.map(\.name)
    return names + head.filter { !names.contains($0) }
  }

  /// Puts a branch beside the linear layer `module`, next to any that it has.
  ///
  /// - Returns: False when one of them has magnitudes: such updates do not add up.
  package mutating func addBranch(_ branch: LowRankBranch<Scalar>, to module: String) -> Bool {
    withLinear(named: module) { linear in
      guard linear.branch?.magnitude == nil,
        branch.magnitude == nil || (linear.branch == nil && linear.beside.isEmpty)
      else { return false }
      if branch.magnitude == nil {
        linear.beside.append(branch)
      } else {
        linear.branch = branch
      }
      return true
    } ?? false
  }

  /// Puts an update beside the embedding: A [rank, vocabulary], B [width, rank].
  ///
  /// A head that is the embedding stays as it was, as in PEFT, where the two wrap one matrix.
  package mutating func addEmbeddingBranch(
    down: [Scalar], up: [Scalar], rank: Int, scaling: Double
  ) {
    embedding.branches.append(
      EmbeddingBranch(down: down, up: up, rank: rank, scaling: scaling))
  }

  /// Gives a tensor other numbers, of the shape that it has here.
  ///
  /// - Parameters:
  ///   - name: The tensor.
  ///   - values: Its numbers.
  ///   - sharesHead: Whether a head that is the embedding has them too.
  package mutating func replaceTensor(
    _ name: String, with values: [Scalar], sharesHead: Bool = false
  ) {
    withTensors { tensor, _ in
      if tensor.name == name { tensor.setValues(values) }
    }
    guard let head = language, head.isTied else { return }
    let isEmbedding = sharesHead && name == embedding.tokens.name
    if isEmbedding || name == head.projection.weight.name {
      language?.projection.weight.setValues(values)
    }
  }

  /// The tensor called so, a tied head's too.
  package func tensor(named name: String) -> NetworkTensor<Scalar>? {
    if let head = language?.projection.weight, head.name == name { return head }
    return state.first { $0.name == name }
  }

  /// The name of the embedding's matrix.
  package var embeddingName: String { embedding.tokens.name }

  /// The modules of the layer of experts whose stacked tensors lie in `module`, by expert.
  package func experts(in module: String) -> [ExpertModules]? {
    for index in design.blocks.indices {
      guard case .experts(let design) = design.blocks[index].network,
        let experts = blocks[index].experts
      else { continue }
      let name = design.stack.gateUp.dropLast(".gate_up_proj".count)
      guard name == module || name.replacing("block_sparse_moe", with: "mlp") == module else {
        continue
      }
      return experts.experts.map {
        ExpertModules(gate: $0.gate?.module, up: $0.up.module, down: $0.down.module)
      }
    }
    return nil
  }
}

/// The linear layers of one expert.
package struct ExpertModules: Sendable, Equatable {
  /// nil where `up` makes both.
  package let gate: String?
  package let up: String
  package let down: String
}

extension Transformer {
  /// Whether files have the matrix `name` as [in, out].
  package func isTransposed(_ name: String) -> Bool {
    design.tensors().contains { $0.name == name && $0.isTransposed }
  }
}
