import Adapters
import Containers
import Tensors
import Training

/// The adapter that a run trains: where it begins, and how it is written.
struct AdapterPlan {
  let rank: Int
  let alpha: Double
  let isRankStabilized: Bool
  let trainsBiases: Bool
  /// The adapted modules, in the network's order.
  let modules: [String]
  /// The adapter that the run begins with, or nil for a new one.
  let start: Adapter?
  /// The alpha that the options give to every module.
  let givenAlpha: Double?

  /// Decides by the options what is adapted in `base`.
  ///
  /// - Throws: `ModelError.noSuchModule`, or what opening `--init-adapter` throws.
  init(_ options: AdaptationOptions, for base: BaseNetwork<Float>) throws {
    let start = try options.initAdapter.map { try AdapterFile.open($0) }
    if let start, let wanted = start.baseFingerprint, wanted != base.fingerprint {
      Warnings.say(
        "\(escaped(start.file)): was trained on another base, with the fingerprint \(wanted)")
    }
    let configuration = start?.configuration
    rank = configuration?.rank ?? options.rank ?? 4
    alpha = options.alpha ?? configuration?.alpha ?? Double(2 * rank)
    isRankStabilized = options.rslora || (configuration?.isRankStabilized ?? false)
    trainsBiases = options.trainBias || configuration?.bias == .all
    self.start = start
    givenAlpha = options.alpha
    if let start {
      modules = start.updates.map(\.module)
    } else {
      modules = try Self.modules(named: options.targets, in: base)
    }
  }

  private static func modules(
    named targets: [String]?, in base: BaseNetwork<Float>
  ) throws(ModelError) -> [String] {
    guard let targets else { return base.modules }
    for target in targets
    where !base.modules.contains(where: { ModuleSelection.isSuffix(target, of: $0) }) {
      throw .noSuchModule(file: base.file, wanted: target, available: base.modules)
    }
    return base.modules.filter { module in
      targets.contains { ModuleSelection.isSuffix($0, of: module) }
    }
  }

  /// Makes `network`, which is frozen, one whose adapter is trained.
  func adapt(_ network: inout MultilayerPerceptron<Float>, generator: inout Generator) throws {
    if let start {
      try network.apply(start, scaling: scaling(ofStart:))
    } else {
      for linear in network.layers.map(\.linear) where modules.contains(linear.module) {
        network.attach(
          LowRankBranch(
            on: linear, rank: rank,
            scaling: scaling(alpha: alpha, rank: rank, isRankStabilized: isRankStabilized),
            generator: &generator),
          to: linear.module)
      }
    }
    guard trainsBiases else { return }
    for module in network.layers.map(\.linear.module) {
      network.setBiasTrained(true, of: module)
    }
  }

  /// The factor of one of the starting adapter's pairs, its own unless the options change it.
  private func scaling(ofStart update: ModuleUpdate) -> Double {
    let wasStabilized = start?.configuration.isRankStabilized ?? false
    guard givenAlpha != nil || isRankStabilized != wasStabilized else {
      return update.pair.scaling
    }
    let unit = scaling(alpha: 1, rank: update.rank, isRankStabilized: wasStabilized)
    return scaling(
      alpha: givenAlpha ?? update.pair.scaling / unit, rank: update.rank,
      isRankStabilized: isRankStabilized)
  }

  private func scaling(alpha: Double, rank: Int, isRankStabilized: Bool) -> Double {
    Adapters.scaling(alpha: alpha, rank: rank, isRankStabilized: isRankStabilized)
  }
}
