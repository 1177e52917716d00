import Kernels
import Models
import Tensors

/// A sequence that a decoder reads a part at a time, each part once.
///
///     var text = Continuation(network, workers)
///     var logits = text.read(prompt)
///     logits = text.read([next])
package struct Continuation<Scalar: DenseScalar>: Sendable {
  private let network: Transformer<Scalar>
  private let workers: Workers
  /// All tokens read.
  package private(set) var tokens: [Int32] = []
  private var cache: KeyValueCache<Scalar>?
  private var memory: Transformer<Scalar>.Memory
  /// For each kind of rotary embedding, the angles of so many positions.
  private var rotations: [Rotation<Scalar>] = []
  private var capacity = 0

  /// Tokens that go through the network at once: no layer's outputs above 8 MiB in f32.
  private let portion: Int

  package init(_ network: Transformer<Scalar>, _ workers: Workers) {
    precondition(network.language != nil, "only a decoder's sequence goes on")
    (self.network, self.workers) = (network, workers)
    memory = network.makeMemory()
    portion = max(16, min(512, (1 << 21) / network.widest))
  }

  /// Bytes of the keys and values.
  package var cacheByteCount: Int { cache?.byteCount ?? 0 }

  /// The logits [vocabulary] of what follows the last of `next`, at least one token.
  ///
  /// Where the angles of the positions depend on the sequence's length, all tokens are read anew when
  /// these change it, so that the logits are those of the whole sequence at once.
  package mutating func read(_ next: [Int32]) -> [Scalar] {
    precondition(!next.isEmpty, "something is to be read")
    let before = tokens.count
    tokens += next
    var first = before
    let isSame = network.rotations.allSatisfy { $0.isSame(for: before, and: tokens.count) }
    if before == 0 || !isSame || cache == nil {
      (cache, first, capacity) = (network.emptyCache, 0, 0)
    }
    if tokens.count > capacity { turn(to: tokens.count) }
    for start in stride(from: first, to: tokens.count, by: portion) {
      let part = start..<min(tokens.count, start + portion)
      read(part)
    }
    let logits = network.head(&memory, .inference(workers))
    return Array(logits.elements[..<logits.count])
  }

  /// Makes the angles of at least `count` positions.
  private mutating func turn(to count: Int) {
    capacity = max(256, count + count / 2)
    rotations = network.rotations.map {
      RotationTables.rotation($0, positions: capacity, length: count)
    }
  }

  /// Reads some tokens, and leaves what the head reads of the last.
  private mutating func read(_ part: Range<Int>) {
    let plan = SequencePlan(
      documents: [AttentionDocument(0..<part.count)],
      rotations: RotationTables(rotations, positions: part))
    let states = network.run(
      TokenBatch([Array(tokens[part])]), from: part.lowerBound, plan, &cache, &memory,
      .inference(workers))
    memory.wanted.take([part.count - 1][...], of: states)
  }
}

extension Transformer {
  /// A cache of nothing.
  var emptyCache: KeyValueCache<Scalar> {
    KeyValueCache(layers: blocks.map { KeyValueCache.Layer($0.attention.attention) })
  }

  /// The most numbers that a layer of the body makes of a token.
  fileprivate var widest: Int {
    var (network, widest) = (self, design.width)
    for index in network.blocks.indices {
      network.blocks[index].withLinears { widest = max(widest, $0.outputs) }
    }
    return widest
  }
}
