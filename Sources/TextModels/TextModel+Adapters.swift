import Adapters
import Kernels
import Models
import Tensors
import Training

extension TextModel {
  /// Puts adapters beside the network, unmerged, each with its weight.
  ///
  /// The outputs are those of the model with the adapters merged, but for rounding. Whether an
  /// adapter was trained on this model, `BaseGuard` tells.
  ///
  /// - Throws: `ErrorList` with everything that does not fit.
  package mutating func attach(_ adapters: [WeightedAdapter]) throws {
    for weighted in adapters {
      try weighted.adapter.requirePairs(for: "run")
      let adapter = try weighted.adapter.resolved(
        against: network.tensorNames, configuration: configuration)
      var attachment = AdapterAttachment(
        network: network, adapter: adapter, weight: weighted.weight)
      for update in adapter.updates {
        attachment.collect { part throws(TextNetworkError) in try part.attach(update) }
      }
      for replacement in adapter.replacements {
        attachment.collect { part throws(TextNetworkError) in try part.replace(replacement) }
      }
      guard attachment.errors.isEmpty else { throw ErrorList(attachment.errors) }
      network = attachment.network
    }
  }
}

/// Puts one adapter beside a network.
struct AdapterAttachment<Scalar: DenseScalar> {
  private(set) var network: Transformer<Scalar>
  let adapter: Adapter
  let weight: Double
  private let names: NameMap
  private(set) var errors: [any ReportableError] = []

  init(network: Transformer<Scalar>, adapter: Adapter, weight: Double) {
    (self.network, self.adapter, self.weight) = (network, adapter, weight)
    names = NameMap(network.tensorNames)
  }

  mutating func collect(_ body: (inout Self) throws(TextNetworkError) -> Void) {
    do throws(TextNetworkError) {
      try body(&self)
    } catch {
      errors.append(error)
    }
  }

  private func problem(_ tensor: String, _ problem: String) -> TextNetworkError {
    .adapter(file: adapter.file, tensor: tensor, problem: problem)
  }

  private func missing(_ name: String, _ tensor: String) -> TextNetworkError {
    let nearest = names.nearest(to: name).map { "; the nearest name is \"\(escaped($0))\"" }
    return problem(
      tensor, "the model has no \(escaped(name))\(nearest ?? ""); is this the adapter's base?")
  }

  // MARK: Updates

  mutating func attach(_ update: ModuleUpdate) throws(TextNetworkError) {
    switch update.kind {
    case .weight: try attachLinear(update)
    case .embedding: try attachEmbedding(update)
    case .parameter: try attachExperts(update)
    }
  }

  private mutating func attachLinear(_ update: ModuleUpdate) throws(TextNetworkError) {
    guard let name = names.base(for: update.module + ".weight"),
      let linear = network.linear(named: String(name.dropLast(".weight".count)))
    else { throw missing(update.module + ".weight", update.name) }
    try check(update.pair.down, update.tensorNames[0], [update.rank, linear.inputs])
    try check(update.pair.up, update.tensorNames[1], [linear.outputs, update.rank])
    var branch = LowRankBranch<Scalar>(
      module: linear.module, down: values(update.pair.down), up: values(update.pair.up),
      rank: update.rank, scaling: weight * update.pair.scaling,
      upBias: try vector(update.upBias, update, linear.outputs))
    if let magnitude = try vector(update.magnitude, update, linear.outputs) {
      guard weight == 1 else {
        throw problem(
          update.name, "is a DoRA module, which has no weighted form; give the adapter weight 1")
      }
      branch = branch.with(Magnitude(on: linear, vector: magnitude))
    }
    guard network.addBranch(branch, to: linear.module) else {
      throw problem(
        update.name,
        "shares its module with another adapter, and one of them is DoRA; such updates do not add "
          + "up: merge one of them first")
    }
  }

  private mutating func attachEmbedding(_ update: ModuleUpdate) throws(TextNetworkError) {
    guard names.base(for: update.module + ".weight") == network.embeddingName else {
      throw problem(
        update.name, "only an update of the tokens' embedding goes beside a model; merge it")
    }
    let design = network.design
    try check(update.pair.down, update.tensorNames[0], [update.rank, design.vocabulary])
    try check(update.pair.up, update.tensorNames[1], [design.width, update.rank])
    guard update.magnitude == nil else {
      throw problem(update.name, "DoRA on an embedding has no unmerged form here; merge it")
    }
    network.addEmbeddingBranch(
      down: values(update.pair.down), up: values(update.pair.up), rank: update.rank,
      scaling: weight * update.pair.scaling)
  }

  // MARK: Experts

  /// Stacked factors: A [experts·rank, in], B [out, rank·experts], the expert varying fastest in B.
  private mutating func attachExperts(_ update: ModuleUpdate) throws(TextNetworkError) {
    guard let experts = network.experts(in: update.module) else {
      throw missing(update.module, update.name)
    }
    let (rank, count) = (update.rank, experts.count)
    let (down, up) = (values(update.pair.down), values(update.pair.up))
    let (inputs, outputs) = (
      down.count / max(1, rank * count), up.count / max(1, rank * count)
    )
    for (index, expert) in experts.enumerated() {
      let a = Array(down[index * rank * inputs..<(index + 1) * rank * inputs])
      let b = (0..<outputs * rank).map { up[$0 * count + index] }
      for (module, rows) in try targets(of: update, expert, (inputs, outputs)) {
        let branch = LowRankBranch<Scalar>(
          module: module, down: a, up: Array(b[rows.lowerBound * rank..<rows.upperBound * rank]),
          rank: rank, scaling: weight * update.pair.scaling)
        guard network.addBranch(branch, to: module) else { throw missing(module, update.name) }
      }
    }
  }

  /// Which layers of an expert an update goes on, and with which of its outputs.
  private func targets(
    of update: ModuleUpdate, _ expert: ExpertModules, _ sizes: (inputs: Int, outputs: Int)
  ) throws(TextNetworkError) -> [(module: String, rows: Range<Int>)] {
    guard let up = network.linear(named: expert.up), let down = network.linear(named: expert.down)
    else { return [] }
    let inner = down.inputs
    if sizes == (down.inputs, down.outputs) { return [(expert.down, 0..<sizes.outputs)] }
    if sizes == (up.inputs, 2 * inner) {
      guard let gate = expert.gate else { return [(expert.up, 0..<2 * inner)] }
      return [(gate, 0..<inner), (expert.up, inner..<2 * inner)]
    }
    throw problem(
      update.name,
      "fits neither gate_up_proj nor down_proj of the model's experts; merge the adapter instead")
  }

  // MARK: Whole tensors

  mutating func replace(_ replacement: Replacement) throws(TextNetworkError) {
    let file = replacement.tensorName
    guard weight == 1 else {
      throw problem(
        file, "is a whole tensor, which has no weighted form; give the adapter weight 1")
    }
    guard let name = names.base(for: replacement.parameter),
      let tensor = network.tensor(named: name)
    else { throw missing(replacement.parameter, file) }
    if let rows = replacement.rows { return try replaceRows(rows, of: tensor, replacement) }
    let (found, shape) = (replacement.tensor.shape, tensor.shape)
    var numbers: [Scalar] = values(replacement.tensor)
    if network.isTransposed(name), found == Shape(shape.dimensions.reversed()) {
      numbers = Weight(name: name, shape: found, values: numbers).transposed.values
    } else {
      try check(replacement.tensor, file, shape)
    }
    network.replaceTensor(name, with: numbers)
  }

  private mutating func replaceRows(
    _ rows: [Int], of tensor: NetworkTensor<Scalar>, _ replacement: Replacement
  ) throws(TextNetworkError) {
    let columns = tensor.shape[1]
    try check(replacement.tensor, replacement.tensorName, [rows.count, columns])
    guard let last = rows.max(), last < tensor.shape[0] else {
      throw problem(replacement.tensorName, "replaces a row that the model's tensor does not have")
    }
    let brought: [Scalar] = values(replacement.tensor)
    var numbers = tensor.values
    for (index, row) in rows.enumerated() {
      numbers.replaceSubrange(
        row * columns..<(row + 1) * columns, with: brought[index * columns..<(index + 1) * columns])
    }
    network.replaceTensor(tensor.name, with: numbers, sharesHead: true)
  }

  // MARK: Numbers

  private func check(
    _ tensor: Tensor, _ name: String, _ expected: Shape
  ) throws(TextNetworkError) {
    guard tensor.shape == expected else {
      throw .adapterShape(
        file: adapter.file, tensor: name, found: tensor.shape, expected: expected)
    }
  }

  /// The numbers of a tensor with one for each output.
  private func vector(
    _ tensor: Tensor?, _ update: ModuleUpdate, _ outputs: Int
  ) throws(TextNetworkError) -> [Scalar]? {
    guard let tensor else { return nil }
    guard tensor.shape.elementCount == outputs else {
      throw .adapterShape(
        file: adapter.file, tensor: update.tensorNames.last ?? update.name, found: tensor.shape,
        expected: [outputs])
    }
    return values(tensor)
  }

  private func values(_ tensor: Tensor) -> [Scalar] {
    (tensor.doubles ?? []).map { Scalar($0) }
  }
}
