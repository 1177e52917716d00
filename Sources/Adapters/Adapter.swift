import Containers
import OrderedCollections
import Tensors

/// An adapter in memory, whatever file it came from.
package struct Adapter: Sendable {
  /// The path it was read from, for messages.
  package let file: String
  /// How it lies on the disk.
  package var dialect = AdapterDialect.peft
  package internal(set) var configuration: AdapterConfiguration
  /// The low-rank updates, in the order of the file.
  package internal(set) var updates: [ModuleUpdate]
  /// Parameters that the adapter brings whole, in the order of the file.
  package let replacements: [Replacement]
  /// The `__metadata__` of its tensor file.
  package let metadata: OrderedDictionary<String, String>
  /// Of the adapter's tensors: the same for the folder and the single-file form.
  package let fingerprint: Fingerprint

  /// The fingerprint of the base it was trained on, when `lora train` recorded it.
  package var baseFingerprint: Fingerprint? {
    metadata[MetadataKey.baseFingerprint].flatMap(Fingerprint.init)
  }

  /// Modules whose lora_B is all zero: they have no effect.
  package var idleModuleCount: Int {
    updates.count { $0.pair.up.isZero && $0.magnitude == nil }
  }

  /// Elements of all its tensors.
  package var parameterCount: Int {
    let factors = updates.reduce(0) { $0 + $1.parameterCount }
    return replacements.reduce(factors) { $0 + $1.tensor.shape.elementCount }
  }
}

/// The low-rank update of one module, and what goes with it.
package struct ModuleUpdate: Sendable {
  /// How the factors lie on the module's weight.
  package enum Kind: Sendable, Equatable {
    /// A `[rank, in, …]`, B `[out, rank, …]`: linear layers, Conv1D and convolutions.
    case weight
    /// A `[rank, rows]`, B `[columns, rank]` of an embedding `[rows, columns]`.
    case embedding
    /// Stacked experts: A `[experts·rank, in]`, B `[out, rank·experts]`, of the parameter that was
    /// wrapped `depth` wrappers before the outermost one.
    case parameter(depth: Int)
  }

  /// What a dialect leaves open about an update, and only the base can settle.
  package enum OpenQuestion: Sendable, Hashable {
    /// The dots of the module's name were replaced by underscores.
    case underscoredName
    /// The name may begin with a part of a pipeline, as `unet.`, that the base does not have.
    case pipelinePart
    /// B's rows lie in the order of llama.cpp's rotary embedding; how many heads?
    case interleavedHeads(HeadKind)
    /// The experts are stacked; the base may hold them one by one.
    case stackedExperts
  }

  /// The module's dotted name, without the adapter's prefix, unless `openQuestions` says otherwise.
  package internal(set) var module: String
  package internal(set) var kind: Kind
  package internal(set) var pair: LowRankPair
  /// The rank of one expert for `.parameter`, else of the pair.
  package let rank: Int
  /// `lora_B.bias`, `[out]`: scaled and added to the module's bias.
  package let upBias: Tensor?
  /// DoRA's magnitude vector.
  package let magnitude: Tensor?
  /// The adapter tensors this came from: A, B and what goes with them.
  package let tensorNames: [String]
  /// Empty in an adapter that was resolved against its base.
  package internal(set) var openQuestions: Set<OpenQuestion> = []

  package var parameterCount: Int {
    [pair.down, pair.up, upBias, magnitude].reduce(0) { $0 + ($1?.shape.elementCount ?? 0) }
  }

  /// The name of A, by which errors call the update.
  package var name: String { tensorNames[0] }
}

/// A parameter that the adapter brings whole: a saved module, a trained bias, new token rows.
package struct Replacement: Sendable {
  /// The parameter's dotted name in the base, without the adapter's prefix, as `lm_head.weight`.
  package let parameter: String
  package let tensor: Tensor
  /// The rows that `tensor` replaces, or nil for the whole parameter.
  package let rows: [Int]?
  /// The adapter tensor this came from.
  package let tensorName: String
}

/// The keys under which `lora` keeps what it knows in a container's `__metadata__`.
package enum MetadataKey {
  /// The fingerprint of the base an adapter was trained on.
  package static let baseFingerprint = "lora.base_fingerprint"
  /// The adapters that lay on the base when an adapter was trained, as JSON.
  package static let foundation = "lora.trained_on"
  /// The adapter's configuration, when the adapter is a single file.
  package static let adapterConfiguration = "lora.adapter_config"
  /// What is merged into a checkpoint: `MergedState` as JSON.
  package static let mergedState = "lora.merged"
  /// What a remainder belongs to: `RemainderRecord` as JSON.
  package static let remainder = "lora.remainder"
  /// The type that 8-bit weights had, in the header's spelling.
  package static let quantizedFrom = "lora.quantized_from"
}
