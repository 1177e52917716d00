import Kernels
import Models
import Tensors

/// Reads the tensors of a design and puts its layers together.
struct TransformerParts<Scalar: DenseScalar> {
  let design: TransformerDesign
  let names: TensorNames
  let stacksExperts: Bool
  let source: any TensorSource

  func network() throws -> Transformer<Scalar> {
    let embedding = try embedding(design.embedding)
    var rotations: [RotaryDesign] = []
    let blocks = try design.blocks.map { block in
      var place: Int?
      if let rotation = block.attention.rotation {
        place = rotations.firstIndex(of: rotation)
        if place == nil {
          place = rotations.count
          rotations.append(rotation)
        }
      }
      return try self.block(block, rotation: place)
    }
    return Transformer(
      design: design, embedding: embedding, blocks: blocks, finalNorm: try norm(design.finalNorm),
      language: try language(tiedTo: embedding.tokens), classifier: try classifier(),
      rotations: rotations)
  }

  // MARK: Tensors

  /// A tensor under the design's name.
  func tensor(_ name: String, isTransposed: Bool = false) throws -> NetworkTensor<Scalar> {
    guard let found = names.find(name) else { preconditionFailure("\(name) was found before") }
    var weight: Weight<Scalar> = try source.weight(named: found.name, as: Scalar.self)
    if isTransposed, !found.isCoded { weight = weight.transposed }
    return .frozen(weight.renamed(name))
  }

  func linear(_ design: LinearDesign) throws -> Linear<Scalar> {
    Linear(
      module: design.name,
      weight: try tensor(design.name + ".weight", isTransposed: design.isTransposed),
      bias: design.hasBias ? try tensor(design.name + ".bias") : nil)
  }

  func norm(_ design: NormDesign?) throws -> NormLayer<Scalar>? {
    guard let design else { return nil }
    let kind: Norm<Scalar>.Kind =
      switch design.kind {
      case .rms: .rootMeanSquare
      case .rmsPlusOne: .rootMeanSquareOfOnePlus
      case .layer: .layer
      }
    return NormLayer(
      module: design.name, kind: kind, epsilon: design.epsilon,
      weight: design.hasWeight ? try tensor(design.name + ".weight") : nil,
      bias: design.hasBias ? try tensor(design.name + ".bias") : nil)
  }

  // MARK: Layers

  private func embedding(_ design: EmbeddingDesign) throws -> EmbeddingLayer<Scalar> {
    EmbeddingLayer(
      module: design.name, tokens: try tensor(design.name + ".weight"),
      positions: try design.positions.map { try tensor($0.name + ".weight") },
      segments: try design.segments.map { try tensor($0.name + ".weight") },
      norm: try norm(design.norm), multiplier: design.multiplier,
      padding: design.positions?.padding)
  }

  private func block(
    _ design: BlockDesign, rotation: Int?
  ) throws -> TransformerBlock<Scalar> {
    var (network, experts): (FeedForward<Scalar>?, Experts<Scalar>?)
    if case .experts(let mixture) = design.network {
      experts = try self.experts(mixture)
    } else {
      network = try feedForward(design.network)
    }
    return TransformerBlock(
      attention: try attention(design.attention, rotation: rotation),
      attentionSide: try side(design.attentionSide), network: network, experts: experts,
      networkSide: try side(design.networkSide), isParallel: design.isParallel)
  }

  private func side(_ design: SideDesign) throws -> BlockSide<Scalar> {
    BlockSide(
      before: try norm(design.before), behind: try norm(design.behind),
      after: try norm(design.after), multiplier: design.multiplier)
  }

  private func attention(
    _ design: AttentionDesign, rotation: Int?
  ) throws -> AttentionLayer<Scalar> {
    var (key, value): (Linear<Scalar>?, Linear<Scalar>?)
    let (query, form): (Linear<Scalar>, AttentionLayer<Scalar>.Form)
    switch design.projections {
    case .separate(let one, let other, let last):
      (query, form) = (try linear(one), .separate)
      (key, value) = (try linear(other), try linear(last))
    case .joined(let all): (query, form) = (try linear(all), .joined)
    case .joinedByHead(let all): (query, form) = (try linear(all), .joinedByHead)
    }
    return AttentionLayer(
      query: query, key: key, value: value, output: try linear(design.output),
      queryNorm: try norm(design.queryNorm), keyNorm: try norm(design.keyNorm), form: form,
      attention: Attention(
        heads: design.heads, keyHeads: design.keyHeads, dimension: design.headWidth,
        scale: design.scale, softCap: design.softCap,
        reach: Attention.Reach(before: design.left, after: design.right)),
      normsAllHeads: design.queryNorm.map { $0.width != design.headWidth } ?? false,
      clip: design.clip, rotation: rotation)
  }

  private func feedForward(_ design: NetworkDesign) throws -> FeedForward<Scalar> {
    switch design {
    case .plain(let up, let down, let activation):
      FeedForward(
        up: try linear(up), down: try linear(down), form: .plain, activation: activation)
    case .gated(let gate, let up, let down, let activation):
      FeedForward(
        gate: try linear(gate), up: try linear(up), down: try linear(down), form: .gated,
        activation: activation)
    case .gatedJoined(let gateUp, let down, let activation):
      FeedForward(
        up: try linear(gateUp), down: try linear(down), form: .gatedJoined,
        activation: activation)
    case .experts: preconditionFailure("experts are no single network")
    }
  }

  private func experts(_ design: ExpertsDesign) throws -> Experts<Scalar> {
    Experts(
      router: try linear(design.router),
      experts: try stacksExperts
        ? unstacked(design) : design.experts.map { try feedForward($0) },
      active: design.active, normalizesShares: design.normalizesShares)
  }

  /// The experts of two tensors [E, …], each by itself.
  private func unstacked(_ design: ExpertsDesign) throws -> [FeedForward<Scalar>] {
    guard case .frozen(let gateUp) = try tensor(design.stack.gateUp),
      case .frozen(let down) = try tensor(design.stack.down)
    else { return [] }
    return design.experts.indices.compactMap { index in
      guard case .gated(let gate, _, let out, let activation) = design.experts[index] else {
        return nil
      }
      func linear(_ stack: Weight<Scalar>, _ name: String, _ rows: Int, _ columns: Int)
        -> Linear<Scalar>
      {
        Linear(
          module: name,
          weight: .frozen(
            stack.matrix(index, rows: rows, columns: columns, named: name + ".weight")),
          bias: nil)
      }
      return FeedForward(
        up: linear(
          gateUp, gate.name + "_up", 2 * gate.outputs, gate.inputs),
        down: linear(down, out.name, out.outputs, out.inputs), form: .gatedJoined,
        activation: activation)
    }
  }

  // MARK: Heads

  private func language(
    tiedTo embedding: NetworkTensor<Scalar>
  ) throws -> LanguageHead<Scalar>? {
    guard case .language(let design) = design.head else { return nil }
    let name = design.projection.name
    var projection: Linear<Scalar>
    if design.isTied, case .frozen(let weight) = embedding {
      projection = Linear(
        module: name, weight: .frozen(weight.renamed(name + ".weight")),
        bias: design.projection.hasBias ? try tensor(name + ".bias") : nil)
    } else {
      projection = try linear(design.projection)
    }
    return LanguageHead(
      projection: projection, isTied: design.isTied, multiplier: design.multiplier,
      cap: design.softCap)
  }

  private func classifier() throws -> ClassifierHead<Scalar>? {
    guard case .classifier(let design) = design.head else { return nil }
    return ClassifierHead(
      hidden: try design.hidden.map {
        DenseLayer(linear: try linear($0.dense), activation: $0.activation)
      },
      norm: try norm(design.hidden?.norm), output: try linear(design.output),
      pooling: design.pooling)
  }
}
