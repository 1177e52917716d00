import Containers
import Models
import OrderedCollections
import Tensors

/// An adapter in memory, whatever file it came from.
package struct Adapter: Sendable {
  /// The path it was read from, for messages.
  package let file: String
  /// How it lies on the disk.
  package var dialect: AdapterDialect
  package internal(set) var configuration: AdapterConfiguration
  /// The low-rank updates, in the order of the file.
  package var updates: [ModuleUpdate]
  /// Changes of other kinds, in the order of the file.
  package var changes: [ModuleChange]
  /// Parameters that the adapter brings whole, in the order of the file.
  package let replacements: [Replacement]
  /// The `__metadata__` of its tensor file.
  package let metadata: OrderedDictionary<String, String>
  /// Of the adapter's tensors: the same for the folder and the single-file form.
  package let fingerprint: Fingerprint
  /// The part that was taken of it; nil for the whole.
  package internal(set) var part: ModelPart?

  package init(
    file: String, dialect: AdapterDialect = .peft, configuration: AdapterConfiguration,
    updates: [ModuleUpdate], changes: [ModuleChange] = [], replacements: [Replacement],
    metadata: OrderedDictionary<String, String>, fingerprint: Fingerprint
  ) {
    (self.file, self.dialect, self.configuration) = (file, dialect, configuration)
    (self.updates, self.changes, self.replacements) = (updates, changes, replacements)
    (self.metadata, self.fingerprint) = (metadata, fingerprint)
  }

  /// The fingerprint of the base it was trained on, when `lora train` recorded it.
  package var baseFingerprint: Fingerprint? {
    metadata[MetadataKey.baseFingerprint].flatMap(Fingerprint.init)
  }

  /// Modules that it changes, in whichever way.
  package var moduleCount: Int { changedModules.count }

  /// Their names, each once, in the order of the file.
  var changedModules: [String] {
    OrderedSet((updates.map(\.module) + changes.map(\.module)).map { ExactString($0) }).map(\.text)
  }

  /// Modules whose lora_B is all zero: they have no effect.
  package var idleModuleCount: Int {
    updates.count { $0.pair.up.isZero && $0.magnitude == nil }
  }

  /// Elements of all its tensors.
  package var parameterCount: Int {
    let factors = (updates.map(\.parameterCount) + changes.map(\.parameterCount)).reduce(0, +)
    return replacements.reduce(factors) { $0 + $1.tensor.shape.elementCount }
  }
}
