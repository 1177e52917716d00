import Adapters
import JSON
import Kernels
import Tensors
import Training

/// What training begins on: a base network, and the adapters that are folded into it first.
struct AdaptedBase {
  /// With what the adapters know of the table.
  let base: BaseNetwork<Float>
  private let below: NetworkAdapters

  /// - Parameters:
  ///   - base: The network.
  ///   - below: The adapters that are folded in.
  ///   - start: The adapter that training starts from.
  ///   - anyBase: Whether they may have been trained on another base.
  /// - Throws: `AdapterError` unless they, and then the adapter `start`, go on the base.
  init(
    _ base: BaseNetwork<Float>, below: NetworkAdapters, beside start: Adapter? = nil,
    anyBase: Bool
  ) throws {
    self.below = below
    if !anyBase {
      let last = start.map { [WeightedAdapter($0)] } ?? []
      try NetworkAdapters(below.adapters + last).check(on: base.identity)
    }
    var known = base
    try below.complete(&known)
    self.base = known
  }

  /// The network, all of it frozen.
  consuming func network() throws -> some TableNetwork<Float> {
    var network = base.network
    try below.fold(into: &network)
    return network
  }

  /// What a new adapter records of it.
  var underlying: UnderlyingAdapters { UnderlyingAdapters(below.adapters) }

  /// The fingerprints of all of it, by what they are of.
  var identity: RunSettings {
    [("network", .string(base.fingerprint.description))]
      + below.adapters.enumerated().map { index, weighted in
        ("adapter \(index + 1)", .string(weighted.adapter.fingerprint.description))
      }
  }
}
