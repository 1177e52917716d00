import Adapters
import Containers
import Kernels
import Reports
import Tensors
import Training

/// The adapter that a run trains: where it begins, and how it is written.
struct AdapterPlan {
  /// One adapted module.
  struct Module {
    let name: String
    let rank: Int
    let alpha: Double
  }

  let rank: Int
  let alpha: Double
  let isRankStabilized: Bool
  /// DoRA.
  let usesMagnitudes: Bool
  let trainsBiases: Bool
  let initialisation: AdapterInitialisation
  let dropout: Double
  /// What B's learning rate is multiplied by: LoRA+.
  let plusRatio: Double
  /// The adapted modules, in the network's order.
  let modules: [Module]
  /// Modules that are trained whole and stored in the adapter.
  let saved: [String]
  /// The adapter that the run begins with, or nil for a new one.
  let start: Adapter?
  /// The alpha that the options give to every module.
  let givenAlpha: Double?
  /// The network before it was quantized, for `--init loftq`.
  let original: Checkpoint?

  /// Decides by the options what is adapted in `base`.
  ///
  /// - Throws: `ModelError` for modules that are not there, or what opening `--init-adapter` throws.
  init(_ options: AdaptationOptions, for base: BaseNetwork<Float>) throws {
    let start = try options.initAdapter.map { try AdapterFile.open($0) }
    let configuration = start?.configuration
    rank = configuration?.rank ?? options.rank ?? 4
    alpha = options.alpha ?? configuration?.alpha ?? Double(2 * rank)
    isRankStabilized = options.rslora || (configuration?.isRankStabilized ?? false)
    usesMagnitudes = options.dora || (configuration?.usesMagnitudes ?? false)
    trainsBiases = options.trainBias || configuration?.bias == .all
    (initialisation, dropout) = (options.initialisation, options.dropout)
    plusRatio = options.plusRatio
    self.start = start
    givenAlpha = options.alpha
    let choice = ModuleChoice(file: base.file, modules: base.modules)
    saved = try options.modulesToSave.map { try choice.named($0) } ?? []
    original = try options.original.map { try Checkpoint.open($0) }
    try Self.checkQuantized(base, options, saved)
    if let start {
      modules = start.updates.map { Module(name: $0.module, rank: $0.rank, alpha: 0) }
    } else {
      modules = try Self.modules(options, choice, (rank, alpha), without: saved)
    }
  }

  /// Refuses what would change weights that stay in codes.
  private static func checkQuantized(
    _ base: BaseNetwork<Float>, _ options: AdaptationOptions, _ saved: [String]
  ) throws(ModelError) {
    guard !base.quantizedNames.isEmpty else { return }
    let method = options.initialisation
    let problem: String? =
      if method.splitsWeight {
        "--init \(method.rawValue) takes a part out of them; --init loftq is for such a network"
      } else if options.compareFull {
        "--compare-full would train them"
      } else if let module = saved.first(where: { base.quantizedNames.contains($0 + ".weight") }) {
        "--modules-to-save would train \(escaped(module))"
      } else {
        nil
      }
    if let problem { throw .quantized(file: base.file, what: problem) }
  }

  private static func modules(
    _ options: AdaptationOptions, _ choice: ModuleChoice, _ usual: (rank: Int, alpha: Double),
    without saved: [String]
  ) throws -> [Module] {
    let names = try options.targets.map { try choice.named($0) } ?? choice.modules
    let ranks = try choice.table(options.rankPattern.map { ($0.pattern, $0.value) })
    let alphas = try choice.table(options.alphaPattern.map { ($0.pattern, $0.value) })
    return try names.filter { !saved.contains($0) }.map { name in
      let rank = try ranks.values(for: name).first.map { Int($0) } ?? usual.rank
      if options.initialisation == .orthogonal, rank % 2 != 0 {
        throw ModelError.oddRank(module: name, rank: rank)
      }
      return Module(
        name: name, rank: rank, alpha: try alphas.values(for: name).first ?? usual.alpha)
    }
  }

  /// What is trained, for a person: `DoRA of rank 4, alpha 8, on 0, 2, 4`.
  var summary: String {
    let kind = usesMagnitudes ? "DoRA" : isRankStabilized ? "rsLoRA" : "LoRA"
    var parts = ["\(kind) of rank \(rank), alpha \(Quantity.number(alpha).text)"]
    if let start {
      parts.append("begun as \(start.file)")
    } else {
      parts.append("begun by \(initialisation.rawValue)")
    }
    parts.append("on \(modules.map(\.name).joined(separator: ", "))")
    if !saved.isEmpty { parts.append("with all of \(saved.joined(separator: ", "))") }
    if trainsBiases { parts.append("with all biases") }
    if dropout > 0 { parts.append("dropout \(dropout)") }
    if plusRatio != 1 { parts.append("B \(plusRatio) times as fast") }
    return parts.joined(separator: ", ")
  }

  /// Makes `network`, which is frozen, one whose adapter is trained.
  func adapt(_ network: inout MultilayerPerceptron<Float>, generator: inout Generator) throws {
    if let start {
      try network.apply(
        start, addsMagnitudes: usesMagnitudes, scaling: scaling(ofStart:))
    } else {
      for module in modules { try attach(module, to: &network, &generator) }
    }
    for layer in network.layers {
      guard var branch = layer.linear.branch else { continue }
      (branch.dropout, branch.plusRatio) = (dropout, plusRatio)
      network.attach(branch, to: layer.linear.module)
    }
    for module in saved { network.trainFully(module) }
    guard trainsBiases else { return }
    for module in network.layers.map(\.linear.module) {
      network.setBiasTrained(true, of: module)
    }
  }

  private func attach(
    _ module: Module, to network: inout MultilayerPerceptron<Float>, _ generator: inout Generator
  ) throws {
    guard let linear = network.linear(module.name) else { return }
    let limit = min(linear.inputs, linear.outputs)
    let isPart = initialisation.splitsWeight || initialisation == .loftq
    guard !isPart || module.rank <= limit else {
      throw ModelError.rankBeyondWeight(
        module: module.name, rank: module.rank, limit: limit)
    }
    let branch = LowRankBranch(
      on: linear, (module.rank, scaling(of: module)), method: initialisation,
      original: try original(of: linear), generator: &generator)
    // The norms of W before a part is taken out: W' + s·BA is W still.
    let magnitudes = usesMagnitudes ? Magnitude(on: linear).vector.value : nil
    if initialisation.splitsWeight {
      network.setWeight(branch.remainder(of: linear.weight.value), of: module.name)
    }
    network.attach(branch, to: module.name)
    guard let magnitudes, let rest = network.linear(module.name) else { return }
    network.attach(
      branch.with(Magnitude(on: rest, vector: magnitudes)), to: module.name)
  }

  /// The weight of `linear` before it was quantized.
  private func original(of linear: Linear<Float>) throws -> [Float] {
    guard let original else { return [] }
    let name = linear.weight.name
    guard let location = original.location(named: name),
      location.entry.shape == linear.weight.shape,
      let values = try original.shards[location.shard].file.tensor(location.entry).floats
    else {
      throw ModelError.originalShape(
        file: original.path, tensor: name, expected: linear.weight.shape)
    }
    return values
  }

  private func scaling(of module: Module) -> Double {
    Adapters.scaling(
      alpha: module.alpha, rank: module.rank, isRankStabilized: isRankStabilized)
  }

  /// The factor of one of the starting adapter's pairs, its own unless the options change it.
  private func scaling(ofStart update: ModuleUpdate) -> Double {
    let wasStabilized = start?.configuration.isRankStabilized ?? false
    guard givenAlpha != nil || isRankStabilized != wasStabilized else {
      return update.pair.scaling
    }
    let unit = Adapters.scaling(
      alpha: 1, rank: update.rank, isRankStabilized: wasStabilized)
    return Adapters.scaling(
      alpha: givenAlpha ?? update.pair.scaling / unit, rank: update.rank,
      isRankStabilized: isRankStabilized)
  }
}
