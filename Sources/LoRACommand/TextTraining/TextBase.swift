import Adapters
import Containers
import Kernels
import Merging
import Models
import Tensors
import TextModels
import Training

/// What training on text begins on: a model's folder, and the adapters that lie on it.
struct TextBase {
  /// With the adapters beside its layers.
  let model: TextModel<Float>
  let identity: BaseIdentity
  private let below: NetworkAdapters
  /// The adapter that training starts from, as it goes on the model.
  let start: Adapter?

  /// Opens all of it.
  ///
  /// - Parameters:
  ///   - path: The model's folder.
  ///   - below: The adapters that lie on it, and stay as they are.
  ///   - start: The path of the adapter that training starts from.
  ///   - anyBase: Whether they may have been trained on another base.
  ///   - workers: The threads.
  /// - Throws: What opening throws, `AdapterError` unless the adapters go on the model.
  init(
    _ path: String, below: NetworkAdapters, startingFrom start: String?, anyBase: Bool,
    workers: Workers
  ) throws {
    var model = try TextModel<Float>(path)
    let checkpoint = model.checkpoint
    identity = BaseIdentity(
      file: path, metadata: checkpoint.metadata ?? [:],
      fingerprint: try checkpoint.fingerprint(threads: workers.count))
    self.below = below
    let first = try start.map { try AdapterFile.open($0) }
    if !anyBase {
      try NetworkAdapters(below.adapters + (first.map { [WeightedAdapter($0)] } ?? []))
        .check(on: identity)
    }
    try model.attach(below.adapters)
    if model.network.linears.contains(where: { $0.branch != nil }) {
      throw TextTrainingError.magnitudesBelow(
        file: below.adapters.last?.adapter.file ?? path)
    }
    self.start = try first.map {
      try $0.resolved(against: model.network.tensorNames, configuration: model.configuration)
    }
    self.model = model
  }

  /// What can be adapted: experts and their routers, which files hold in one tensor, and the head only
  /// where they are named.
  var adaptableModules: AdaptableModules {
    let network = model.network
    let design = network.design
    var others = Set(design.expertModules)
    var saved: [String] = []
    switch design.head {
    case .none: break
    case .language(let head): others.insert(head.projection.name)
    case .classifier:
      saved = network.modules.filter { module in Self.heads.contains { module.isPart(of: $0) } }
    }
    return AdaptableModules(
      file: model.file, modules: network.modules,
      usual: network.modules.filter { !others.contains($0) }, saved: saved,
      quantizedNames: Set(network.state.filter(\.isCoded).map(\.name)),
      rank: TrainingDefaults.language.rank)
  }

  /// What PEFT trains whole in a classifier: the modules of these names.
  static let heads = ["classifier", "score"]

  /// Refuses to train a head whole that is the embedding.
  func checkSaved(_ modules: [String]) throws(TextTrainingError) {
    guard case .language(let head) = model.network.design.head, head.isTied,
      modules.contains(head.projection.name)
    else { return }
    throw .tiedHead(file: model.file, module: head.projection.name)
  }

  /// What an adapter's files tell of it.
  func origin(_ task: TextTask, _ adapted: [String]) -> AdapterOrigin {
    var origin = AdapterOrigin(
      file: model.file, fingerprint: identity.fingerprint,
      underlying: UnderlyingAdapters(below.adapters))
    origin.taskType = task.peftName
    origin.isTransposed = adapted.contains { model.network.isTransposed($0 + ".weight") }
    origin.heads = Self.heads
    return origin
  }

  /// Bytes of the weights as they are held: as they are stored, vectors of numbers in f32.
  var weightBytes: Int {
    model.checkpoint.entries.reduce(0) { sum, entry in
      let isVector = entry.shape.rank < 2 && entry.type.floatFormat != nil
      return sum + (isVector ? 4 * entry.shape.elementCount : entry.byteCount)
    }
  }

  /// The fingerprints of all of it, by what they are of.
  var inputs: RunSettings {
    [("network", .string(identity.fingerprint.description))]
      + below.adapters.enumerated().map { index, weighted in
        ("adapter \(index + 1)", .string(weighted.adapter.fingerprint.description))
      }
  }
}

extension String {
  /// Whether this is the module `name`, or lies in it.
  fileprivate func isPart(of name: String) -> Bool { self == name || hasPrefix(name + ".") }
}

extension TransformerDesign {
  /// The linear layers of experts, and those that choose among them.
  fileprivate var expertModules: [String] {
    blocks.flatMap { block -> [String] in
      guard case .experts(let experts) = block.network else { return [] }
      return [experts.router.name]
        + experts.experts.flatMap { expert -> [String] in
          switch expert {
          case .plain(let up, let down, _): [up.name, down.name]
          case .gated(let gate, let up, let down, _): [gate.name, up.name, down.name]
          case .gatedJoined(let gateUp, let down, _): [gateUp.name, down.name]
          case .experts: []
          }
        }
    }
  }
}
