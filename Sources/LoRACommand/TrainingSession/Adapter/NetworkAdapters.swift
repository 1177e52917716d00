import Adapters
import Containers
import Merging
import OrderedCollections
import Tables
import Tensors
import Training

/// Adapters that go on a network one after the other.
struct NetworkAdapters {
  let adapters: [WeightedAdapter]

  /// Opens what the command line names.
  init(_ arguments: [WeightedAdapterArgument]) throws {
    adapters = try arguments.map { try $0.open() }
  }

  init(_ adapters: [WeightedAdapter]) {
    self.adapters = adapters
  }

  /// Refuses `base` unless each was trained on it, or on it with others that are there too.
  func check(on base: BaseIdentity) throws {
    let merged = try MergedState(metadata: base.metadata, file: base.file)
    for adapter in adapters.map(\.adapter) {
      guard let wanted = adapter.baseFingerprint, wanted != base.fingerprint,
        wanted != merged?.base
      else { continue }
      throw AdapterError.mismatch(
        file: base.file,
        problem: "is not the base of the adapter \(escaped(adapter.file)): "
          + "expected the fingerprint \(wanted), found \(base.fingerprint); "
          + "name the right base, or go on with --any-base")
    }
    try refuseRepetition(merged, on: base.file)
    try UnderlyingAdaptersGuard(
      onto: base.file, merged: merged?.adapters ?? [], isIgnored: false
    ).check(adapters)
  }

  /// What is on the network already is not meant to go on it again, as in a merge.
  private func refuseRepetition(_ merged: MergedState?, on file: String) throws(AdapterError) {
    var seen = Set((merged?.adapters ?? []).map(\.fingerprint))
    for adapter in adapters.map(\.adapter) {
      guard seen.insert(adapter.fingerprint).inserted else {
        throw .mismatch(
          file: file,
          problem:
            "the adapter \(escaped(adapter.file)) is on it already; give it a weight instead "
            + "of naming it again, or go on with --any-base")
      }
    }
  }

  /// The order of the network's layers, where the first that says it was trained on one.
  func layerOrder() throws(ModelError) -> [String]? {
    for adapter in adapters.map(\.adapter) {
      let known = try ModelDescription(metadata: adapter.metadata, file: adapter.file)
      if let layers = known.layers { return layers }
    }
    return nil
  }

  /// Folds all of them into `network`, in their order.
  func fold(into network: inout some TableNetwork) throws(ModelError) {
    for weighted in adapters {
      guard network.state.allSatisfy({ !$0.isCoded }) else {
        throw .quantized(
          file: weighted.adapter.file, what: "no adapter can be folded into them before another")
      }
      try network.apply(weighted.adapter, weight: weighted.weight)
      network.fold()
    }
  }

  /// Folds all but the last, which goes beside.
  func put(on network: inout some TableNetwork) throws(ModelError) {
    try NetworkAdapters(Array(adapters.dropLast())).fold(into: &network)
    if let last = adapters.last { try network.apply(last.adapter, weight: last.weight) }
  }

  private func warnOfOtherClasses<Scalar>(
    _ classes: [String]?, of adapter: Adapter, on base: BaseNetwork<Scalar>
  ) {
    guard let classes, let names = base.description.schema.classes,
      let first = zip(classes, names).first(where: { $0 != $1 })
    else { return }
    Warnings.say(
      "\(escaped(adapter.file)): was trained for other classes than \(escaped(base.file)) names, such "
        + "as \"\(escaped(first.0))\" where the network has \"\(escaped(first.1))\"; the network's "
        + "names are used")
  }

  /// Adds to `base` what they know of its table and it does not, and says so where their classes are
  /// called otherwise than its own, by which tables are then read.
  ///
  /// - Throws: `ModelError` when one cannot be read, or names more or fewer classes than there are.
  func complete<Scalar>(_ base: inout BaseNetwork<Scalar>) throws(ModelError) {
    for adapter in adapters.map(\.adapter) {
      let known = try ModelDescription(metadata: adapter.metadata, file: adapter.file).schema
      if let classes = known.classes, classes.count != base.outputs {
        throw .classCount(file: adapter.file, named: classes.count, outputs: base.outputs)
      }
      warnOfOtherClasses(known.classes, of: adapter, on: base)
      base.description.schema.complete(from: known)
    }
  }
}

/// Which base a network was read from.
struct BaseIdentity {
  /// The path as the user gave it.
  let file: String
  let metadata: OrderedDictionary<String, String>
  let fingerprint: Fingerprint
}

extension BaseNetwork {
  var identity: BaseIdentity {
    BaseIdentity(file: file, metadata: metadata, fingerprint: fingerprint)
  }
}
