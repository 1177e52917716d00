import Kernels
import Models
import Tensors

/// A transformer: an embedding, blocks, and a head.
///
/// Its outputs are the head's: logits of the next token, [wanted rows, vocabulary]; or of a classifier,
/// [sequences, outputs]; without a head the body's, [wanted rows, width].
package struct Transformer<Scalar: DenseScalar>: Sendable {
  package let design: TransformerDesign
  package internal(set) var embedding: EmbeddingLayer<Scalar>
  package internal(set) var blocks: [TransformerBlock<Scalar>]
  package internal(set) var finalNorm: NormLayer<Scalar>?
  /// At most one of the two.
  package internal(set) var language: LanguageHead<Scalar>?
  package internal(set) var classifier: ClassifierHead<Scalar>?
  /// The kinds of rotary embeddings that blocks have.
  let rotations: [RotaryDesign]

  /// What `backward` needs of the last `outputs`.
  package struct Memory: Sendable {
    var embedding = EmbeddingLayer<Scalar>.Memory()
    /// One for each block, or one that they use in turn.
    var blocks: [TransformerBlock<Scalar>.Memory] = []
    /// What the final norm reads.
    var body = Matrix<Scalar>(rows: 0, columns: 0)
    var finalNorm = NormLayer<Scalar>.Memory()
    /// What the head reads.
    var wanted = Matrix<Scalar>(rows: 0, columns: 0)
    var language = LanguageHead<Scalar>.Memory()
    var classifier = ClassifierHead<Scalar>.Memory()
    var plan: SequencePlan<Scalar>?
    var flow = GradientFlow<Scalar>()
  }

  package func makeMemory() -> Memory { Memory() }

  /// The body's outputs of every token, [T, width].
  package func hiddenStates(
    _ batch: TokenBatch<Scalar>, _ memory: inout Memory, _ pass: Pass
  ) -> Matrix<Scalar> {
    check(batch)
    let plan = SequencePlan(
      documents: AttentionDocument.packed(lengths: batch.lengths),
      rotations: RotationTables<Scalar>(rotations, lengths: batch.lengths))
    memory.plan = plan
    var cache: KeyValueCache<Scalar>?
    return run(batch, from: 0, plan, &cache, &memory, pass)
  }

  private func check(_ batch: TokenBatch<Scalar>) {
    precondition(
      batch.tokens.allSatisfy { $0 >= 0 && $0 < design.vocabulary },
      "a token beyond the vocabulary")
    precondition(
      batch.lengths.allSatisfy { $0 <= design.positionLimit ?? .max },
      "a sequence longer than the positions")
  }

  /// The tokens of `batch`, the first of them at `start`, with what the cache holds before them.
  func run(
    _ batch: TokenBatch<Scalar>, from start: Int, _ plan: SequencePlan<Scalar>,
    _ cache: inout KeyValueCache<Scalar>?, _ memory: inout Memory, _ pass: Pass
  ) -> Matrix<Scalar> {
    var x = embedding.forward(batch, from: start, &memory.embedding, pass)
    let count = pass.keepsMemory ? blocks.count : 1
    if memory.blocks.count != count {
      memory.blocks = Array(repeating: TransformerBlock.Memory(), count: count)
    }
    for index in blocks.indices {
      let place = pass.keepsMemory ? index : 0
      var layer = cache?.take(index)
      blocks[index].forward(&x, &memory.blocks[place], plan, &layer, pass)
      if let layer { cache?.put(layer, index) }
    }
    guard let finalNorm else { return x }
    memory.body = x
    finalNorm.forward(x, &memory.finalNorm, pass)
    return memory.finalNorm.output
  }

  package func outputs(
    _ batch: TokenBatch<Scalar>, _ memory: inout Memory, _ pass: Pass
  ) -> Matrix<Scalar> {
    let states = hiddenStates(batch, &memory, pass)
    if let classifier {
      memory.wanted = states
      return classifier.forward(states, lengths: batch.lengths, &memory.classifier, pass)
    }
    if let wanted = batch.wanted {
      memory.wanted.take(wanted[...], of: states)
    } else {
      memory.wanted = states
    }
    return head(&memory, pass.seeing(batch.wanted))
  }

  /// The head's outputs of what is wanted.
  func head(_ memory: inout Memory, _ pass: Pass) -> Matrix<Scalar> {
    guard let language else { return memory.wanted }
    language.forward(memory.wanted, &memory.language, pass)
    return memory.language.logits
  }
}

extension Pass {
  /// The same for a layer that sees these rows of the batch; all of them for nil.
  func seeing(_ rows: [Int]?) -> Pass { rows.map { seeing($0) } ?? self }
}

extension KeyValueCache {
  /// Takes the keys and values of a block out, so that they are changed in place.
  mutating func take(_ index: Int) -> Layer {
    let layer = layers[index]
    layers[index] = layer.emptied
    return layer
  }

  mutating func put(_ layer: Layer, _ index: Int) { layers[index] = layer }
}
