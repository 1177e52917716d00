import Adapters
import Containers
import OrderedCollections
import Tensors

/// What an adapter was trained on, as its files tell.
struct AdapterOrigin {
  /// The base's path as the user gave it.
  let file: String
  let fingerprint: Fingerprint
  /// The adapters that lay on it.
  let underlying: UnderlyingAdapters
  /// PEFT's word for what the network does; nil for none that PEFT knows.
  var taskType: String?
  /// Whether the base has its weights as [in, out].
  var isTransposed = false
  /// Modules of which each is trained whole or not at all.
  var heads: [String] = []
  /// What else the tensor file says.
  var metadata: OrderedDictionary<String, String> = [:]
}
