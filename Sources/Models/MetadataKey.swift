/// The keys under which `lora` keeps what it knows in a container's `__metadata__`.
package enum MetadataKey {
  /// The fingerprint of the base an adapter was trained on.
  package static let baseFingerprint = "lora.base_fingerprint"
  /// The adapters that lay on the base when an adapter was trained, as JSON.
  package static let trainedOn = "lora.trained_on"
  /// The adapter's configuration, when the adapter is a single file.
  package static let adapterConfiguration = "lora.adapter_config"
  /// What is merged into a checkpoint: `MergedState` as JSON.
  package static let mergedState = "lora.merged"
  /// What a remainder belongs to: `RemainderRecord` as JSON.
  package static let remainder = "lora.remainder"
  /// The type that 8-bit weights had, in the header's spelling.
  package static let quantizedFrom = "lora.quantized_from"
}
