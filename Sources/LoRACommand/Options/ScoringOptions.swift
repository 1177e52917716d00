import ArgumentParser
import Kernels

/// What `eval` and `predict` compute with beside the network.
struct ScoringOptions: ParsableArguments {
  @Option(
    name: .customLong("adapter"),
    help: ArgumentHelp(
      """
      An adapter to put on the network, as PATH or PATH@WEIGHT; repeatable, in the order in which \
      they were trained.
      """, valueName: "path"))
  var adapters: [WeightedAdapterArgument] = []

  @Flag(help: "Go on even when the adapter records another base's fingerprint.")
  var anyBase = false

  @OptionGroup var network: NetworkOptions

  /// Opens the network at `path` and the adapters, which must have been trained on it.
  func session(
    _ path: String, _ wishes: TableWishes, workers: Workers
  ) throws -> ScoringSession {
    let adapters = try NetworkAdapters(adapters)
    let base = try BaseNetwork<Double>(path, network.settings(under: adapters))
    if !anyBase { try adapters.check(on: base.identity) }
    return try ScoringSession(base, with: adapters, wishes, workers: workers)
  }
}
