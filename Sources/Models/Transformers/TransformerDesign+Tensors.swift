import Tensors

/// A tensor that a design asks its file for.
package struct DesignTensor: Sendable, Equatable {
  package let name: String
  package let shape: Shape
  /// Whether the file has the matrix of a linear layer as [inputs, outputs].
  package let isTransposed: Bool

  init(_ name: String, _ shape: Shape, isTransposed: Bool = false) {
    (self.name, self.shape, self.isTransposed) = (name, shape, isTransposed)
  }
}

extension TransformerDesign {
  /// Every tensor that the model is made of, in its order; with `stacksExperts` one for all experts of
  /// a layer.
  package func tensors(stacksExperts: Bool = false) -> [DesignTensor] {
    embedding.tensors(width) + blocks.flatMap { $0.tensors(stacksExperts) }
      + (finalNorm?.tensors ?? []) + head.tensors
  }

  /// The names by which a file is known to stack its experts.
  package var stackNames: [String] {
    blocks.compactMap {
      if case .experts(let experts) = $0.network { experts.stack.gateUp } else { nil }
    }
  }
}

extension EmbeddingDesign {
  fileprivate func tensors(_ width: Int) -> [DesignTensor] {
    var result = [DesignTensor(name + ".weight", [vocabulary, width])]
    if let positions {
      result.append(DesignTensor(positions.name + ".weight", [positions.count, width]))
    }
    if let segments {
      result.append(DesignTensor(segments.name + ".weight", [segments.count, width]))
    }
    return result + (norm?.tensors ?? [])
  }
}

extension NormDesign {
  fileprivate var tensors: [DesignTensor] {
    (hasWeight ? [DesignTensor(name + ".weight", [width])] : [])
      + (hasBias ? [DesignTensor(name + ".bias", [width])] : [])
  }
}

extension LinearDesign {
  fileprivate var tensors: [DesignTensor] {
    let shape: Shape = isTransposed ? [inputs, outputs] : [outputs, inputs]
    return [DesignTensor(name + ".weight", shape, isTransposed: isTransposed)]
      + (hasBias ? [DesignTensor(name + ".bias", [outputs])] : [])
  }
}

extension BlockDesign {
  fileprivate func tensors(_ stacksExperts: Bool) -> [DesignTensor] {
    let norms = [attentionSide, networkSide].flatMap { [$0.before, $0.behind, $0.after] }
    var seen: Set<String> = []
    return attention.tensors + network.tensors(stacksExperts)
      + norms.compactMap(\.self).filter { seen.insert($0.name).inserted }.flatMap(\.tensors)
  }
}

extension AttentionDesign {
  fileprivate var tensors: [DesignTensor] {
    let made: [LinearDesign] =
      switch projections {
      case .separate(let query, let key, let value): [query, key, value]
      case .joined(let all), .joinedByHead(let all): [all]
      }
    return (made + [output]).flatMap(\.tensors) + (queryNorm?.tensors ?? [])
      + (keyNorm?.tensors ?? [])
  }
}

extension NetworkDesign {
  fileprivate func tensors(_ stacksExperts: Bool) -> [DesignTensor] {
    switch self {
    case .plain(let up, let down, _): return up.tensors + down.tensors
    case .gated(let gate, let up, let down, _):
      return gate.tensors + up.tensors + down.tensors
    case .gatedJoined(let gateUp, let down, _): return gateUp.tensors + down.tensors
    case .experts(let experts):
      guard stacksExperts, case .gated(let gate, _, let down, _)? = experts.experts.first else {
        return experts.router.tensors + experts.experts.flatMap { $0.tensors(false) }
      }
      let count = experts.experts.count
      return experts.router.tensors + [
        DesignTensor(experts.stack.gateUp, [count, 2 * gate.outputs, gate.inputs]),
        DesignTensor(experts.stack.down, [count, down.outputs, down.inputs]),
      ]
    }
  }
}

extension HeadDesign {
  /// Those of the head alone.
  package var tensors: [DesignTensor] {
    switch self {
    case .none: return []
    case .language(let head):
      let all = head.projection.tensors
      return head.isTied ? Array(all.dropFirst()) : all
    case .classifier(let head):
      return (head.hidden?.dense.tensors ?? []) + (head.hidden?.norm?.tensors ?? [])
        + head.output.tensors
    }
  }
}
