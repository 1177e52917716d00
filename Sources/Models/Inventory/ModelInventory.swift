import Tensors

/// The tensors of a model, sorted by what they are.
///
/// As PEFT's `all-linear`: every linear layer counts but the output layer over the vocabulary. A
/// header does not say which matrices belong to linear layers, so names decide: a matrix is an
/// embedding when the last part of its module's name says so, else a linear layer.
///
/// Source: <https://github.com/huggingface/peft/blob/main/src/peft/tuners/tuners_utils.py>
struct ModelInventory {
  var parameters: [ModelTensor] = []
  var linears: [LinearModule] = []
  var norms: [ModelTensor] = []
  var leftOut: [String] = []
  /// The embedding of tokens.
  private(set) var embedding: ModelTensor?
  private var head: ModelTensor?

  init(_ stored: [ModelTensor], isTied: Bool) {
    let tensors = stored.map { NamedParts($0) }
    // Kinds of tokens are looked up too, in a matrix of fewer rows.
    embedding = tensors.filter { $0.isEmbedding && !$0.isPositions }.map(\.tensor)
      .max { $0.shape[0] < $1.shape[0] }
    for named in tensors {
      let tensor = named.tensor
      let isHead = embedding != nil && named.isHead
      if named.isBuffer || (isHead && isTied && tensor.shape == embedding?.shape) {
        leftOut.append(tensor.name)
        continue
      }
      parameters.append(tensor)
      if isHead {
        head = tensor
      } else if named.isLinear {
        linears.append(LinearModule(tensor))
      } else if named.isNorm {
        norms.append(tensor)
      }
    }
  }

  var outputWidth: Int {
    head?.shape[0] ?? embedding?.shape[0] ?? linears.last?.outputWidth ?? 0
  }
}

/// A tensor, and what the parts of its name say about it.
private struct NamedParts {
  let tensor: ModelTensor
  /// The dotted parts of its module's name.
  private let parts: [Substring]
  private let isWeight: Bool

  init(_ tensor: ModelTensor) {
    self.tensor = tensor
    isWeight = tensor.name.hasSuffix(".weight")
    let parts = tensor.name.split(separator: ".")
    self.parts = isWeight ? parts.dropLast() : parts
  }

  private static let heads: Set<Substring> = [
    "lm_head", "embed_out", "output", "score", "classifier",
  ]
  private static let embeddings: Set<Substring> = ["wte", "shared", "embedding", "embeddings"]
  private static let buffers: Set<Substring> = [
    "inv_freq", "masked_bias", "position_ids", "num_batches_tracked",
  ]

  private var last: Substring { parts.last ?? "" }
  private var isMatrix: Bool { tensor.shape.rank == 2 }

  /// Causal masks of GPT-2 and GPT-NeoX, rotary tables, counters.
  var isBuffer: Bool {
    let isFloatingPoint = ["F", "BF"].contains { tensor.type.rawValue.hasPrefix($0) }
    return !isFloatingPoint || Self.buffers.contains(last)
      || (last == "bias" && tensor.shape.rank == 4)
  }

  var isPositions: Bool {
    last == "wpe" || last.contains("position_embed") || last == "embed_positions"
  }

  /// An embedding of tokens, or of what else is looked up by number.
  var isEmbedding: Bool {
    isMatrix
      && (Self.embeddings.contains(last) || last == "relative_attention_bias"
        || (last.contains("embed") && last != "embed_out"))
  }

  /// The output layer; outside of the blocks, where BERT calls other layers `output`.
  var isHead: Bool {
    isMatrix && Self.heads.contains(last) && LinearModule.block(parts) == nil
  }

  var isLinear: Bool { isMatrix && isWeight && !isEmbedding && !isPositions }

  var isNorm: Bool {
    guard tensor.shape.rank == 1, isWeight else { return false }
    let module = tensor.name.lowercased()
    return module.contains("norm") || module.contains("ln_")
  }
}
