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
  let biases: AdapterConfiguration.BiasMode
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
  /// The alpha that was asked for, for every module.
  let givenAlpha: Double?
  /// The network before it was quantized, for `--init loftq`.
  let original: Checkpoint?

  /// Decides what is adapted in `base`.
  ///
  /// - Throws: `ModelError` for modules that are not there, or what opening the adapter to start from
  ///   throws.
  init(_ wanted: AdapterChoice, for base: BaseNetwork<Float>) throws {
    let start = try wanted.start.map { try AdapterFile.open($0) }
    try start?.requirePairs(for: "train")
    let configuration = start?.configuration
    rank = configuration?.rank ?? wanted.rank ?? 4
    alpha = wanted.alpha ?? configuration?.alpha ?? Double(2 * rank)
    isRankStabilized = wanted.isRankStabilized || (configuration?.isRankStabilized ?? false)
    usesMagnitudes = wanted.usesMagnitudes || (configuration?.usesMagnitudes ?? false)
    let known = configuration?.bias ?? .none
    // What the adapter has must stay in it.
    biases = known == .all ? known : wanted.biases ?? known
    initialisation = wanted.initialisation
    dropout = wanted.dropout ?? configuration?.dropout ?? 0
    plusRatio = wanted.plusRatio
    self.start = start
    givenAlpha = wanted.alpha
    let choice = ModuleChoice(file: base.file, modules: base.modules)
    saved = try wanted.saved.map { try choice.named($0) } ?? []
    original = try wanted.original.map { try Checkpoint.open($0) }
    try Self.checkQuantized(base, wanted, saved)
    if let start {
      try Self.check(start, beside: saved)
      modules = start.updates.map { Module(name: $0.module, rank: $0.rank, alpha: 0) }
    } else {
      modules = try Self.modules(wanted, choice, (rank, alpha), without: saved)
    }
  }

  /// Refuses a module that would be trained whole beside what the adapter has for it.
  private static func check(_ start: Adapter, beside saved: [String]) throws(ModelError) {
    guard let update = start.updates.first(where: { saved.contains($0.module) }) else { return }
    throw .adapterTensor(
      file: start.file, tensor: update.name,
      problem: "--modules-to-save would train \(escaped(update.module)) whole as well; leave it "
        + "out")
  }

  /// Refuses what would change weights that stay in codes.
  private static func checkQuantized(
    _ base: BaseNetwork<Float>, _ wanted: AdapterChoice, _ saved: [String]
  ) throws(ModelError) {
    guard !base.quantizedNames.isEmpty else { return }
    let method = wanted.initialisation
    let problem: String? =
      if method.splitsWeight {
        "--init \(method.rawValue) takes a part out of them; --init loftq is for such a network"
      } else if wanted.comparison.isWanted {
        "--compare-full would train them"
      } else if let module = saved.first(where: { base.quantizedNames.contains($0 + ".weight") }) {
        "--modules-to-save would train \(escaped(module))"
      } else {
        nil
      }
    if let problem { throw .quantized(file: base.file, what: problem) }
  }

  private static func modules(
    _ wanted: AdapterChoice, _ choice: ModuleChoice, _ usual: (rank: Int, alpha: Double),
    without saved: [String]
  ) throws -> [Module] {
    let names = try choice.targets(wanted.targets)
    let ranks = try choice.table(wanted.rankPatterns)
    let alphas = try choice.table(wanted.alphaPatterns)
    return try names.filter { !saved.contains($0) }.map { name in
      let rank = try ranks.values(for: name).first.map { Int($0) } ?? usual.rank
      if wanted.initialisation == .orthogonal, rank % 2 != 0 {
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
      parts += overrides(of: start.configuration)
    } else {
      parts.append("begun by \(initialisation.rawValue)")
    }
    parts.append("on \(modules.map(\.name).joined(separator: ", "))")
    if !saved.isEmpty { parts.append("with all of \(saved.joined(separator: ", "))") }
    switch biases {
    case .none: break
    case .all: parts.append("with all biases")
    case .adaptedOnly: parts.append("with their biases")
    }
    if dropout > 0 { parts.append("dropout \(dropout)") }
    if plusRatio != 1 { parts.append("B \(plusRatio) times as fast") }
    return parts.joined(separator: ", ")
  }

  /// The options that win over what the starting adapter says.
  private func overrides(of configuration: AdapterConfiguration) -> [String] {
    var words: [String] = []
    if let givenAlpha, givenAlpha != configuration.alpha {
      words.append("--alpha in place of its \(Quantity.number(configuration.alpha).text)")
    }
    if dropout != configuration.dropout {
      words.append("--dropout in place of its \(configuration.dropout)")
    }
    if biases != configuration.bias {
      words.append("--train-bias in place of its \(configuration.bias.rawValue)")
    }
    if isRankStabilized != configuration.isRankStabilized { words.append("--rslora, unlike it") }
    if usesMagnitudes != configuration.usesMagnitudes { words.append("--dora, unlike it") }
    return words
  }

  /// Makes `network`, which is frozen, one whose adapter is trained.
  func adapt(
    _ network: inout some TableNetwork<Float>, generator: inout Generator
  ) throws {
    if let start {
      try network.apply(
        start, addsMagnitudes: usesMagnitudes, scaling: scaling(ofStart:))
    } else {
      for module in modules { try attach(module, to: &network, &generator) }
    }
    for linear in network.linears {
      guard var branch = linear.branch else { continue }
      (branch.dropout, branch.plusRatio) = (dropout, plusRatio)
      network.attach(branch, to: linear.module)
    }
    for module in saved { network.trainFully(module) }
    for linear in network.linears
    where biases == .all || (biases == .adaptedOnly && linear.branch != nil) {
      network.setBiasTrained(true, of: linear.module)
    }
  }

  private func attach(
    _ module: Module, to network: inout some TableNetwork<Float>, _ generator: inout Generator
  ) throws {
    guard let linear = network.linear(named: module.name) else { return }
    let limit = min(linear.inputs, linear.outputs)
    let isPart = initialisation.splitsWeight || initialisation == .loftq
    guard !isPart || module.rank <= limit else {
      throw ModelError.rankBeyondWeight(
        module: module.name, rank: module.rank, limit: limit)
    }
    let branch = try LowRankBranch(
      on: linear, (module.rank, scaling(of: module)), method: initialisation,
      original: try original(of: linear), generator: &generator)
    // The norms of W before a part is taken out: W' + s·BA is W still.
    let magnitudes = usesMagnitudes ? Magnitude(on: linear).vector.value : nil
    if initialisation.splitsWeight {
      network.setWeight(branch.added(to: linear.weight.values, times: -1), of: module.name)
    }
    network.attach(branch, to: module.name)
    guard let magnitudes, let rest = network.linear(named: module.name) else { return }
    network.attach(
      branch.with(Magnitude(on: rest, vector: magnitudes)), to: module.name)
  }

  /// The weight of `linear` before it was quantized.
  private func original(of linear: Linear<Float>) throws(ModelError) -> CheckpointWeight? {
    guard let original else { return nil }
    let (name, shape) = (linear.weight.name, linear.weight.shape)
    guard let weight = CheckpointWeight(name, of: original), weight.shape == shape else {
      throw .originalShape(file: original.path, tensor: name, expected: shape)
    }
    return weight
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
