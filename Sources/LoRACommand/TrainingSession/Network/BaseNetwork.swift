import Containers
import Kernels
import OrderedCollections
import Tables
import Tensors
import Training

/// What is said of a network besides its file.
struct NetworkSettings {
  var activation: Activation?
  /// The modules from the input's on.
  var layers: [String]?
}

/// A network read from a checkpoint, with what the checkpoint says about it.
///
/// It is trained in f32 and scored in f64.
struct BaseNetwork<Scalar: DenseScalar> {
  /// The path as the user gave it.
  let file: String
  let layers: [Linear<Scalar>]
  var description: ModelDescription
  let metadata: OrderedDictionary<String, String>
  /// The types that the tensors have in the checkpoint.
  let types: [String: DType]
  /// Of the checkpoint's tensors.
  let fingerprint: Fingerprint
  /// The weights that stay in codes.
  let quantizedNames: Set<String>

  /// Reads the network of a file, a folder or a stream, with `settings` before what it records.
  ///
  /// - Throws: `ContainerError` for the files, `LayerChainError` or `ModelError` when they hold no
  ///   network that can be trained.
  init(_ path: String, _ settings: NetworkSettings) throws {
    let file = path == "-" ? "standard input" : path
    self.file = file
    let checkpoint = try Checkpoint.open(path)
    var description = try ModelDescription(metadata: checkpoint.metadata ?? [:], file: file)
    description.layers = settings.layers ?? description.layers
    let quantized = try StoredWeights<Scalar>(in: checkpoint)
    // What is no such network is refused before its weights are read.
    _ = try layerNames(
      quantized.entries.map { ($0.name, $0.shape) }, order: description.layers, file: file)
    var weights: [Weight<Scalar>] = []
    var digests: [(name: String, digest: Fingerprint)] = []
    var types: [String: DType] = [:]
    for shard in checkpoint.shards {
      try shard.file.forEachTensor { entry, tensor in
        digests.append((entry.name, Fingerprint(tensor)))
        types[entry.name] = tensor.type
        if let weight = try quantized.weight(of: tensor, named: entry.name, file: file) {
          weights.append(weight)
        }
      }
    }
    quantizedNames = quantized.names
    layers = try layerChain(weights, order: description.layers, file: file)
    metadata = checkpoint.metadata ?? [:]
    self.types = types
    fingerprint = Fingerprint(tensors: digests)
    if let activation = settings.activation { description.activation = activation }
    if description.activation == nil {
      description.activation = try NetworkFile.activation(besideWeightsOf: checkpoint)
    }
    self.description = description
    if let classes = description.schema.classes, classes.count != outputs {
      throw ModelError.classCount(file: file, named: classes.count, outputs: outputs)
    }
  }

  var outputs: Int { layers[layers.count - 1].outputs }
  var inputs: Int { layers[0].inputs }
  var modules: [String] { layers.map(\.module) }
  var parameterCount: Int {
    layers.reduce(0) { $0 + $1.weight.count + ($1.bias?.count ?? 0) }
  }

  /// What the network is for: what was asked, or recorded, or what its head looks like.
  func task(_ wishes: TableWishes) throws(ModelError) -> LearningTask {
    let schema = description.schema
    let task =
      wishes.task ?? schema.task
      ?? (outputs == 1 || schema.targets.count > 1 ? .regression : .classification)
    // How many columns a wish means is known when the table is open.
    let targets = wishes.targets == nil ? max(1, recordedTargets(wishes).count) : outputs
    guard task == .classification || outputs == targets else {
      throw .outputs(file: file, found: outputs, task: task.rawValue)
    }
    return task
  }

  /// The network, all of it frozen.
  var network: some TableNetwork<Scalar> {
    NetworkBuilder.chain(layers, description.activation ?? .relu)
  }

  /// How a table for this network is read.
  func tableReader(_ wishes: TableWishes, task: LearningTask) -> DatasetReader {
    var reader = DatasetReader()
    reader.schema = description.schema
    reader.schema.task = task
    (reader.inputs, reader.outputs) = (inputs, outputs)
    let recorded = recordedTargets(wishes)
    if let wanted = wishes.targets {
      reader.target = .columns(wanted)
    } else if !recorded.isEmpty {
      reader.target = .recorded(recorded)
    }
    return reader
  }

  /// The targets that the network records, where the table has names; empty for the last column.
  private func recordedTargets(_ wishes: TableWishes) -> [String] {
    wishes.form.hasHeader ? description.schema.targets : []
  }
}

extension LearningTask {
  var loss: Loss {
    switch self {
    case .classification: .softmaxCrossEntropy
    case .regression: .meanSquaredError
    }
  }
}
