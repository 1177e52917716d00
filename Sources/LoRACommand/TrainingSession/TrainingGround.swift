import Adapters
import Kernels
import Tensors
import Training

/// What training begins on: a base network, and the adapters that are folded into it first.
struct TrainingGround {
  /// With what the adapters know of the table.
  let base: BaseNetwork<Float>
  private let below: NetworkAdapters

  /// Opens the adapters that `options` name.
  ///
  /// - Throws: `AdapterError` unless they, and then the adapter `start`, go on the base.
  init(
    _ base: BaseNetwork<Float>, _ options: AdaptationOptions, beside start: Adapter? = nil
  ) throws {
    below = try NetworkAdapters(options.foundation)
    if !options.anyBase {
      let last = start.map { [WeightedAdapter($0)] } ?? []
      try NetworkAdapters(below.adapters + last).check(on: base)
    }
    var known = base
    try below.complete(&known.description)
    self.base = known
  }

  /// The network, all of it frozen.
  func network(
    for task: LearningTask, workers: Workers
  ) throws -> MultilayerPerceptron<Float> {
    var network = base.network(for: task, workers: workers)
    try below.fold(into: &network)
    return network
  }

  /// What a new adapter records of it.
  var foundation: UnderlyingAdapters { UnderlyingAdapters(below.adapters) }

  /// The fingerprints of all of it, by what they are of.
  var identity: RunSettings {
    [("network", .string(base.fingerprint.description))]
      + below.adapters.enumerated().map { index, weighted in
        ("adapter \(index + 1)", .string(weighted.adapter.fingerprint.description))
      }
  }
}
