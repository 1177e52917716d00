import Kernels

/// What a transformer is made of: sizes, kinds of layers, and what its files call them.
///
/// Made of a configuration alone by `TransformerDesign.init(_:)`; the weights are not looked at.
package struct TransformerDesign: Sendable, Equatable {
  /// `model_type` of its configuration.
  package let type: String
  /// Numbers that stand for one token between two blocks.
  package let width: Int
  /// What stands before the names of the body's tensors, as `model.`; some files leave it out.
  package let bodyPrefix: String
  package let embedding: EmbeddingDesign
  /// From the input's on.
  package let blocks: [BlockDesign]
  package let finalNorm: NormDesign?
  package let head: HeadDesign
  /// The most positions of a sequence, where they are learned; else any number goes.
  package let positionLimit: Int?

  package var vocabulary: Int { embedding.vocabulary }

  /// Nil where the network says nothing of whole sequences.
  package var classifier: ClassifierDesign? {
    if case .classifier(let design) = head { design } else { nil }
  }
}

/// What a sequence of tokens begins as.
package struct EmbeddingDesign: Sendable, Equatable {
  /// Learned positions, [count, width].
  package struct Positions: Sendable, Equatable {
    package let name: String
    package let count: Int
    /// RoBERTa's: tokens other than this one count from it on, and this one stays.
    package let padding: Int?
  }

  /// The module, without `.weight`, as all names here.
  package let name: String
  package let vocabulary: Int
  package let positions: Positions?
  /// One vector for each segment.
  package let segments: (name: String, count: Int)?
  package let norm: NormDesign?
  /// What the tokens' vectors are multiplied by.
  package let multiplier: Double

  package static func == (left: Self, right: Self) -> Bool {
    left.name == right.name && left.vocabulary == right.vocabulary
      && left.positions == right.positions && left.segments?.name == right.segments?.name
      && left.segments?.count == right.segments?.count && left.norm == right.norm
      && left.multiplier == right.multiplier
  }
}

/// A normalization of a row, or of each part of it.
package struct NormDesign: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    /// x / √(mean x² + ε)·w
    case rms
    /// x / √(mean x² + ε)·(1 + w)
    case rmsPlusOne
    /// (x - mean x) / √(variance x + ε)·w + b
    case layer
  }

  package let kind: Kind
  package let name: String
  package let width: Int
  package let epsilon: Double
  package let hasWeight: Bool
  package let hasBias: Bool
}

/// A linear layer: W [outputs, inputs], b [outputs].
package struct LinearDesign: Sendable, Equatable {
  package let name: String
  package let inputs: Int
  package let outputs: Int
  package let hasBias: Bool
  /// Conv1D: the file has W [inputs, outputs].
  package let isTransposed: Bool

  package init(
    _ name: String, _ inputs: Int, _ outputs: Int, bias: Bool = false, isTransposed: Bool = false
  ) {
    (self.name, self.inputs, self.outputs) = (name, inputs, outputs)
    (hasBias, self.isTransposed) = (bias, isTransposed)
  }
}

/// x + attention(x) + network(x), one after the other or side by side.
package struct BlockDesign: Sendable, Equatable {
  package let attention: AttentionDesign
  package let attentionSide: SideDesign
  package let network: NetworkDesign
  package let networkSide: SideDesign
  /// Whether both parts read the block's input.
  package let isParallel: Bool
}

/// What stands around a part of a block: y = after(x + multiplier·behind(part(before(x)))).
package struct SideDesign: Sendable, Equatable {
  package var before: NormDesign?
  package var behind: NormDesign?
  package var after: NormDesign?
  package var multiplier = 1.0
}

package struct AttentionDesign: Sendable, Equatable {
  package enum Projections: Sendable, Equatable {
    case separate(query: LinearDesign, key: LinearDesign, value: LinearDesign)
    /// One layer whose outputs are all queries, then all keys, then all values.
    case joined(LinearDesign)
    /// One layer whose outputs are query, key and value of each head in turn.
    case joinedByHead(LinearDesign)
  }

  package let heads: Int
  package let keyHeads: Int
  package let headWidth: Int
  package let projections: Projections
  package let output: LinearDesign
  /// Over a head's width, or over all heads together.
  package let queryNorm: NormDesign?
  package let keyNorm: NormDesign?
  /// Queries, keys and values are kept within ± this.
  package let clip: Double?
  package let rotation: RotaryDesign?
  /// What scores are multiplied by.
  package let scale: Double
  package let softCap: Double?
  /// Positions before a token that it sees; nil for all.
  package let left: Int?
  /// Positions behind a token that it sees; nil for all.
  package let right: Int?
}

package enum NetworkDesign: Sendable, Equatable {
  /// down(f(up(x)))
  case plain(up: LinearDesign, down: LinearDesign, Activation)
  /// down(f(gate(x))∘up(x))
  case gated(gate: LinearDesign, up: LinearDesign, down: LinearDesign, Activation)
  /// The same with one layer whose outputs are those of `gate`, then those of `up`.
  case gatedJoined(gateUp: LinearDesign, down: LinearDesign, Activation)
  case experts(ExpertsDesign)
}

/// A router and gated networks of which each token passes through a few.
package struct ExpertsDesign: Sendable, Equatable {
  /// Layers of the experts where a file holds one tensor for all: gate and up [E, 2·width, in], down
  /// [E, in, width].
  package struct Stack: Sendable, Equatable {
    package let gateUp: String
    package let down: String
  }

  package let router: LinearDesign
  /// Each expert by itself.
  package let experts: [NetworkDesign]
  package let stack: Stack
  /// Experts that a token passes through.
  package let active: Int
  /// Whether their shares sum to 1.
  package let normalizesShares: Bool
}

package enum HeadDesign: Sendable, Equatable {
  /// The body alone.
  case none
  case language(LanguageHeadDesign)
  case classifier(ClassifierDesign)
}

/// Logits of the next token: z = multiplier·(W x + b), then cap·tanh(z / cap).
package struct LanguageHeadDesign: Sendable, Equatable {
  package let projection: LinearDesign
  /// Whether W is the embedding.
  package let isTied: Bool
  package let multiplier: Double
  package let softCap: Double?
}

/// Outputs of a whole sequence.
package struct ClassifierDesign: Sendable, Equatable {
  package enum Pooling: Sendable, Equatable {
    case first, last, mean
  }

  package enum Task: String, Sendable, Equatable {
    case regression
    case oneLabel = "single_label_classification"
    case severalLabels = "multi_label_classification"
  }

  /// The layer before the output: f(dense(x)), normed.
  package struct Hidden: Sendable, Equatable {
    package let dense: LinearDesign
    package let activation: Activation
    package let norm: NormDesign?
  }

  package let pooling: Pooling
  package let hidden: Hidden?
  package let output: LinearDesign
  package let task: Task
  /// The outputs' names, by their ids.
  package let labels: [String]
}
