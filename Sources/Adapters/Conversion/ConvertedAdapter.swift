import Containers
import JSON
import OrderedCollections
import Tensors

/// An adapter in another dialect, ready to be written, and what became of its numbers.
package struct ConvertedAdapter: Sendable {
  /// What a conversion did to the factors of one module.
  package struct Module: Sendable {
    package let module: String
    /// As it was, and as it is: the same unless zero rows were added.
    package let rank: (old: Int, new: Int)
    /// The scaling in front of B·A, and what of it went into B.
    package let scaling: Double
    package let folded: Double
    /// Elements that were rounded: of B when the scale went into it, of both when F64 became F32.
    package let roundedCount: Int

    package var isExact: Bool { roundedCount == 0 }
  }

  /// Where its files lie.
  package enum Form: Sendable {
    /// PEFT's: configuration and tensors, as a folder or one file.
    case peft(JSONValue)
    case mlx(JSONValue)
    case kohya
    case gguf(GGUFMetadata)
  }

  package let form: Form
  package let tensors: [(name: String, tensor: Tensor)]
  package let metadata: OrderedDictionary<String, String>
  /// In the order of the adapter.
  package let modules: [Module]
  /// Whether the tensors and what they mean are the very same, byte for byte.
  package let isUntouched: Bool
}
