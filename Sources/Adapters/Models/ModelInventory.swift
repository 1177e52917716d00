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
    // Kinds of tokens are looked up too, in a matrix of fewer rows.
    embedding = stored.filter { Self.isEmbedding($0) && !Self.isPositions($0) }
      .max { $0.shape[0] < $1.shape[0] }
    for tensor in stored {
      let isHead = embedding != nil && Self.isHead(tensor)
      if Self.isBuffer(tensor) || (isHead && isTied && tensor.shape == embedding?.shape) {
        leftOut.append(tensor.name)
        continue
      }
      parameters.append(tensor)
      if isHead {
        head = tensor
      } else if Self.isLinear(tensor) {
        linears.append(LinearModule(tensor))
      } else if Self.isNorm(tensor) {
        norms.append(tensor)
      }
    }
  }

  var outputWidth: Int {
    head?.shape[0] ?? embedding?.shape[0] ?? linears.last?.outputWidth ?? 0
  }

  // MARK: Names

  private static let heads: Set<Substring> = [
    "lm_head", "embed_out", "output", "score", "classifier",
  ]
  private static let embeddings: Set<Substring> = ["wte", "shared", "embedding", "embeddings"]
  private static let bufferNames: Set<Substring> = [
    "inv_freq", "masked_bias", "position_ids", "num_batches_tracked",
  ]

  /// Causal masks of GPT-2 and GPT-NeoX, rotary tables, counters.
  private static func isBuffer(_ tensor: ModelTensor) -> Bool {
    let last = tensor.name.split(separator: ".").last ?? ""
    let isFloatingPoint = ["F", "BF"].contains { tensor.type.rawValue.hasPrefix($0) }
    return !isFloatingPoint || bufferNames.contains(last)
      || (last == "bias" && tensor.shape.rank == 4)
  }

  private static func isPositions(_ tensor: ModelTensor) -> Bool {
    let last = tensor.module.split(separator: ".").last ?? ""
    return last == "wpe" || last.contains("position_embed") || last == "embed_positions"
  }

  /// An embedding of tokens, or of what else is looked up by number.
  private static func isEmbedding(_ tensor: ModelTensor) -> Bool {
    let last = tensor.module.split(separator: ".").last ?? ""
    return tensor.shape.rank == 2
      && (embeddings.contains(last) || last == "relative_attention_bias"
        || (last.contains("embed") && last != "embed_out"))
  }

  /// The output layer; outside of the blocks, where BERT calls other layers `output`.
  private static func isHead(_ tensor: ModelTensor) -> Bool {
    let parts = tensor.module.split(separator: ".")
    return tensor.shape.rank == 2 && heads.contains(parts.last ?? "")
      && LinearModule.block(parts) == nil
  }

  private static func isLinear(_ tensor: ModelTensor) -> Bool {
    tensor.shape.rank == 2 && tensor.name.hasSuffix(".weight") && !isEmbedding(tensor)
      && !isPositions(tensor)
  }

  private static func isNorm(_ tensor: ModelTensor) -> Bool {
    let module = tensor.module.lowercased()
    return tensor.shape.rank == 1 && tensor.name.hasSuffix(".weight")
      && (module.contains("norm") || module.contains("ln_"))
  }
}
